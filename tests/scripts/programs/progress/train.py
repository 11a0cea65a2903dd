"""Trains with a progress bar that carriage returns redraw."""

import argparse
import math
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--lr", default=0.001, type=float)
parser.add_argument("--batch_size", default=32, type=int)
parser.add_argument("--epochs", default=3, type=int)
args = parser.parse_args()

for epoch in range(1, args.epochs + 1):
    val_loss = (math.log10(args.lr) + 2) ** 2 + abs(math.log2(args.batch_size) - 4) + 1 / epoch
    print(f"Epoch {epoch}/{args.epochs}")
    for step in range(1, 11):
        bar = f"\x1b[1m{step:2d}/10\x1b[0m \x1b[32m{'━' * step:10}\x1b[0m {step}s 5ms/step"
        sys.stdout.write(f"\r{bar} - loss: {9 / step:.4f}")
    sys.stdout.write(f"\r{bar} - loss: {val_loss / 2:.4f} - val_loss: {val_loss:.4f}\n")
