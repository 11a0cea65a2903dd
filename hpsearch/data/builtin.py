"""The data sets that need no file: the handwritten digits, and three generated point clouds."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.formats import Rows, npz

_POINTS = 1500
"""Rows of a generated data set."""


def digits() -> Rows:
    """1,797 handwritten digits as 8 × 8 pixels from 0 to 16, in 64 columns.

    Optical Recognition of Handwritten Digits, test part (E. Alpaydin and C. Kaynak, UCI Machine
    Learning Repository, 1998, CC BY 4.0).
    """
    return npz.read(Path(__file__).with_name("digits.npz")).train


def blobs() -> Rows:
    """Four round clouds in the plane that overlap a little; four classes."""
    rng = np.random.default_rng(0)
    centres = np.array([[-2.0, -2.0], [-2.0, 2.0], [2.0, -2.0], [2.0, 2.0]])
    y = np.arange(_POINTS) % len(centres)
    return Rows(centres[y] + rng.standard_normal((_POINTS, 2)), y)


def spirals() -> Rows:
    """Three spiral arms wound into each other in the plane, one class each."""
    rng = np.random.default_rng(0)
    y = np.arange(_POINTS) % 3
    radius = np.sqrt(rng.random(_POINTS))  # so the density of points does not depend on the radius
    angle = 2 * np.pi * (y / 3 + radius)
    return Rows(_circle(angle) * radius[:, None] + 0.03 * rng.standard_normal((_POINTS, 2)), y)


def moons() -> Rows:
    """Two interleaved half circles in the plane; two classes."""
    rng = np.random.default_rng(0)
    y = np.arange(_POINTS) % 2
    x = _circle(np.pi * (rng.random(_POINTS) + y)) + y[:, None] * np.array([1.0, 0.5])
    return Rows(x + 0.15 * rng.standard_normal((_POINTS, 2)), y)


def _circle(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points on the unit circle, (rows, 2), from angles in radians, (rows,)."""
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


BUILTIN = {"digits": digits, "blobs": blobs, "spirals": spirals, "moons": moons}
"""By the name in a config."""
