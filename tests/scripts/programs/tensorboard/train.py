"""Trains and writes its metrics to TensorBoard only."""

import argparse
import math

from torch.utils.tensorboard import SummaryWriter

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--dropout", type=float, default=0.2)
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--log_dir", type=str, default="runs")
args = parser.parse_args()

writer = SummaryWriter(log_dir=args.log_dir)
for epoch in range(args.epochs):
    loss = (math.log10(args.lr) + 2) ** 2 + args.dropout + 1 / (epoch + 1)
    writer.add_scalar("train/loss", loss / 2, epoch)
    writer.add_scalar("val/loss", loss, epoch)
writer.close()
