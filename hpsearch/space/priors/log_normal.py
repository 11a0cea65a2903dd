"""Log-normal priors, truncated to the range of the parameter."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

import numpy as np

from hpsearch.space.priors.grid import Grid, SignificantGrid
from hpsearch.space.priors.normal import Normal
from hpsearch.space.priors.prior import Floats, InvalidKey


class LogNormal(Normal):
    """The distribution of a number whose natural logarithm is normally distributed."""

    keys: ClassVar[Mapping[str, str]] = {
        "mean": "mean of the natural logarithm",
        "sd": "standard deviation of the natural logarithm",
    }

    @classmethod
    def invalid_parameters(cls, **parameters: float) -> Iterator[InvalidKey]:
        """As for the normal distribution, and no value may underflow to 0."""
        wrong = list(super().invalid_parameters(**parameters))
        yield from wrong
        if not wrong and cls._outermost(**parameters)[0] == 0:
            rule = "must be smaller: float64 cannot hold values that are so near to 0"
            yield InvalidKey("sd", rule, "Mean and sd are those of the natural logarithm")

    @classmethod
    def invalid_bounds(cls, low: float, high: float, **parameters: float) -> Iterator[InvalidKey]:
        """As for the normal distribution, and there are no negative values."""
        if low < 0:
            yield InvalidKey("min", "must be at least 0 with the prior log_normal", "Leave it out")
        yield from super().invalid_bounds(low, high, **parameters)

    @classmethod
    def bucket_ends(cls, low: float, step: float, count: float) -> tuple[float, float]:
        """The bucket of the smallest value ends at 0."""
        outer_low, outer_high = super().bucket_ends(low, step, count)
        return max(outer_low, 0.0), outer_high

    def grid(self, precision: int | None) -> Grid:
        """Four significant digits."""
        resolution = (self._resolution() / [self.low, self.high]).max().item()
        return SignificantGrid.over(self.low, self.high, precision, resolution)

    @staticmethod
    def _to_normal(x: Floats) -> Floats:
        with np.errstate(divide="ignore"):  # the lowest bucket ends at the logarithm of 0
            return np.asarray(np.log(x))

    @staticmethod
    def _from_normal(y: Floats) -> Floats:
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(y))
