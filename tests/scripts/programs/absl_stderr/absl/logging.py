"""A stand-in for absl.logging."""

import sys
from typing import Any


def info(text: str, *arguments: Any) -> None:
    """Log a line to stderr."""
    print(f"I0105 12:00:01.123456 140 train.py:31] {text % arguments}", file=sys.stderr, flush=True)
