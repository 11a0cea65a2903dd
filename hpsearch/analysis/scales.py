"""Scales on which losses are modelled: unchanged, or with large losses compressed."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from hpsearch.space import Floats

COMPRESSIONS = (None, 1.0, 0.25)
"""The scales that are compared: unchanged losses, and two that resolve small differences near the best."""

_FARTHEST = 1e4  # times the typical excess: larger losses count as this one


@dataclass(frozen=True, slots=True)
class Scale:
    """A monotone map from losses to what is modelled: the loss, or log(1 + (loss − best) / unit).

    Affine changes of the metric, such as accuracy in place of error, change nothing.

    Attributes:
        best: The smallest loss observed.
        worst: Larger losses count as this one.
        unit: Excesses far below it are resolved linearly, those far above by their ratio; None for
            unchanged losses.
    """

    best: float
    worst: float
    unit: float | None

    @classmethod
    def of(cls, losses: Floats, compression: float | None) -> Self:
        """The scale for losses of shape (n,), all finite.

        Args:
            losses: The observed losses.
            compression: The unit, as a multiple of the median excess over the best; None for no compression.
        """
        best, worst = float(losses.min()), float(losses.max())
        excess = losses[losses > best] - best
        typical = float(np.median(excess)) if len(excess) else 1.0
        worst = min(worst, best + _FARTHEST * typical)
        return cls(best, worst, None if compression is None else compression * typical)

    def forward(self, losses: Floats) -> Floats:
        """Losses of any shape, on the scale."""
        excess = np.clip(losses, self.best, self.worst) - self.best
        return np.asarray(excess if self.unit is None else np.log1p(excess / self.unit))

    def backward(self, modelled: Floats) -> Floats:
        """Losses, given values on the scale; none above the worst, and none far below the best."""
        if self.unit is None:
            return np.asarray(np.minimum(self.best + modelled, self.worst))
        most = np.log1p((self.worst - self.best) / self.unit)
        return np.asarray(self.best + self.unit * np.expm1(np.minimum(modelled, most)))

    def log_slope(self, losses: Floats) -> Floats:
        """The logarithm of the map's derivative at losses of any shape, to compare likelihoods."""
        if self.unit is None:
            return np.zeros_like(losses)
        return np.asarray(-np.log(np.clip(losses, self.best, self.worst) - self.best + self.unit))
