"""Trains a model and saves it to a file, which another program evaluates."""

import argparse
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--epoch", type=int, default=5)
parser.add_argument("--output-dir", default=".")
args = parser.parse_args()
(Path(args.output_dir) / "model.txt").write_text(f"{args.lr}\n{args.epoch}\n")
print("Progress: 100.0% words/sec/thread:  123456 lr:  0.000000 ETA: 0h 0m")
