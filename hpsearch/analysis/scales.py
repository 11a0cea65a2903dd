"""Scales on which losses are modelled: as they are, or with large losses compressed."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from hpsearch.space import Floats

COMPRESSIONS = (None, 1.0, 0.25)
"""The scales that are compared: losses as they are, and two that resolve small differences near the best."""

_FARTHEST = 1e4  # times the typical excess: a loss beyond counts as this one


@dataclass(frozen=True, slots=True)
class Scale:
    """A monotone map from losses to what is modelled: the loss, or log(1 + (loss − best) / unit).

    Affine changes of the metric, such as accuracy in place of error, change nothing.

    Attributes:
        best: The least loss observed.
        worst: Losses above count as this one.
        unit: Excesses far below it are resolved as they are, those far above by their ratio; None for
            losses as they are.
    """

    best: float
    worst: float
    unit: float | None

    @classmethod
    def of(cls, losses: Floats, compression: float | None) -> Self:
        """The scale for losses of shape (n,), all finite.

        Args:
            losses: What was observed.
            compression: The unit, as a multiple of the median excess over the best; None for none.
        """
        best, worst = float(losses.min()), float(losses.max())
        excess = losses[losses > best] - best
        typical = float(np.median(excess)) if len(excess) else 1.0
        worst = min(worst, best + _FARTHEST * typical)
        return cls(best, worst, None if compression is None else compression * typical)

    def forward(self, losses: Floats) -> Floats:
        """What is modelled, of losses of any shape."""
        excess = np.clip(losses, self.best, self.worst) - self.best
        return np.asarray(excess if self.unit is None else np.log1p(excess / self.unit))

    def backward(self, modelled: Floats) -> Floats:
        """The losses, of what is modelled; none beyond the worst, and none below the best by far."""
        if self.unit is None:
            return np.asarray(np.minimum(self.best + modelled, self.worst))
        most = np.log1p((self.worst - self.best) / self.unit)
        return np.asarray(self.best + self.unit * np.expm1(np.minimum(modelled, most)))

    def log_slope(self, losses: Floats) -> Floats:
        """The logarithm of the map's derivative at losses of any shape, with which likelihoods compare."""
        if self.unit is None:
            return np.zeros_like(losses)
        return np.asarray(-np.log(np.clip(losses, self.best, self.worst) - self.best + self.unit))
