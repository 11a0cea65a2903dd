"""Evaluates a model."""

import math
import sys
from pathlib import Path

lr, epoch = map(float, (Path(sys.argv[1]) / "model.txt").read_text().split())
print(f"N\t3000\nP@1\t{1 / (1 + (math.log10(lr) + 0.5) ** 2):.4f}\nR@1\t0.5")
