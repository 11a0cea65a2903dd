"""Priors that are uniform in the value, in its logarithm, or in the logarithm of its distance from 1."""

from collections.abc import Iterator

import numpy as np

from hpsearch.space.priors.grid import Grid, ReverseGrid, SignificantGrid
from hpsearch.space.priors.prior import Floats, InvalidKey, Prior


class Linear(Prior):
    """Uniform."""

    linear = True

    def to_axis(self, x: Floats) -> Floats:
        """The numbers themselves."""
        return x

    def from_axis(self, t: Floats) -> Floats:
        """The numbers themselves."""
        return t


class Log(Prior):
    """Log-uniform: all factors are equally likely."""

    def to_axis(self, x: Floats) -> Floats:
        """The logarithms."""
        return np.asarray(np.log(x))

    def from_axis(self, t: Floats) -> Floats:
        """The exponentials."""
        return np.asarray(np.exp(t))

    def grid(self, precision: int | None) -> Grid:
        """Four significant digits."""
        resolution = (self._resolution() / [self.low, self.high]).max().item()
        return SignificantGrid.over(self.low, self.high, precision, resolution)

    @classmethod
    def invalid_bounds(cls, low: float, high: float, **parameters: float) -> Iterator[InvalidKey]:
        """A logarithm needs a positive min."""
        if low > 0:
            return
        hint = "Write a small positive number such as 1e-6, or prior: linear"
        if low < 0 and -20 <= low <= high <= 20:
            hint = "Bounds are values, not exponents: "
            hint += f"did you mean min: {10**low:.3g}, max: {10**high:.3g}?"
        yield InvalidKey("min", "must be above 0 with prior: log", hint)

    @classmethod
    def bucket_ends(cls, low: float, step: float, count: float) -> tuple[float, float]:
        """Half a step may lead past 0; then half the distance to 0 is used."""
        outer_low, outer_high = super().bucket_ends(low, step, count)
        return max(outer_low, low / 2), outer_high


class ReverseLog(Prior):
    """1 − x is log-uniform."""

    def to_axis(self, x: Floats) -> Floats:
        """−log(1 − x); log1p keeps the digits of x near 0."""
        return np.asarray(-np.log1p(-x))

    def from_axis(self, t: Floats) -> Floats:
        """1 − exp(−t)."""
        return np.asarray(-np.expm1(-t))

    def grid(self, precision: int | None) -> Grid:
        """Four significant digits of 1 − x."""
        distances = 1 - np.array([self.low, self.high])
        resolution = np.maximum(self._resolution(), 4 * np.spacing(0.5)) / distances
        return ReverseGrid.over(self.low, self.high, precision, resolution.max().item())

    @classmethod
    def invalid_bounds(cls, low: float, high: float, **parameters: float) -> Iterator[InvalidKey]:
        """The range must be between 0, which may be included, and 1, which may not."""
        if low < 0:
            rule = "must be at least 0 with prior: reverse_log"
            yield InvalidKey("min", rule, "Write 0 or more, or prior: linear")
        if high >= 1:
            rule = "must be below 1 with prior: reverse_log, which makes 1 − x log-uniform"
            yield InvalidKey("max", rule, "Write a value such as 0.999")

    @classmethod
    def bucket_ends(cls, low: float, step: float, count: float) -> tuple[float, float]:
        """Half a step may lead past 1; then half the distance to 1 is used."""
        outer_low, outer_high = super().bucket_ends(low, step, count)
        return outer_low, min(outer_high, (1 + outer_high - step / 2) / 2)
