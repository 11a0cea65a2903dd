"""Normal priors, truncated to the range of the parameter."""

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import ClassVar

import numpy as np

from hpsearch.space.priors.normal_distribution import normal_cdf, normal_quantile
from hpsearch.space.priors.prior import Floats, InvalidKey, Prior

SDS = 6
"""The largest distance of values from the mean, in standard deviations; all but 2e-9 of the distribution is
within it.

Further out, the coordinates in the unit cube would be too close together for float64.
"""


class Normal(Prior):
    """The normal distribution with a mean and a standard deviation, conditional on the range.

    In the upper tail, where Φ is near 1, a value and its coordinate agree to 2e-8 standard deviations.
    """

    keys: ClassVar[Mapping[str, str]] = {"mean": "mean", "sd": "standard deviation"}

    def __init__(self, low: float, high: float, mean: float, sd: float) -> None:
        super().__init__(low, high)
        self._mean = mean
        self._sd = sd
        z_low, z_high = self._standardized(np.array([low, high])).tolist()
        self._z_ends: tuple[float, float] = max(z_low, -SDS), min(z_high, SDS)

    def to_axis(self, x: Floats) -> Floats:
        """Φ of the distance from the mean in standard deviations."""
        return normal_cdf(self._standardized(x))

    def from_axis(self, t: Floats) -> Floats:
        """The inverse."""
        return self._from_normal(self._mean + self._sd * normal_quantile(t))

    def position(self, x: float) -> float:
        """Steps in standard deviations, within :data:`SDS` of the mean."""
        low, high = self._z_ends
        with np.errstate(all="ignore"):
            z: float = self._standardized(np.array([x])).tolist()[0]
            position = (z - low) / (high - low or 1.0)
        return min(max(position, 0.0), 1.0) if self.low <= x <= self.high else position

    @classmethod
    def invalid_parameters(cls, **parameters: float) -> Iterator[InvalidKey]:
        """The standard deviation must be positive, and the values finite."""
        if parameters["sd"] <= 0:
            yield InvalidKey("sd", "must be above 0", "Or write a constant")
        elif not all(map(math.isfinite, cls._outermost(**parameters))):
            yield InvalidKey("sd", f"must be smaller: float64 cannot hold values {SDS} sd from the mean")

    @classmethod
    def invalid_bounds(cls, low: float, high: float, **parameters: float) -> Iterator[InvalidKey]:
        """The range must overlap with values that have probability."""
        least, most = cls._outermost(**parameters)
        if low > most:
            yield InvalidKey("min", f"must be at most {most:g}, {SDS} standard deviations from the mean")
        if high < least:
            yield InvalidKey("max", f"must be at least {least:g}, {SDS} standard deviations from the mean")

    @classmethod
    def bounds(
        cls, low: float | None, high: float | None, step: float | None, **parameters: float
    ) -> tuple[float, float]:
        """The range within :data:`SDS` standard deviations of the mean.

        With a step, its ends are the nearest values: multiples of the step, or whole steps from
        ``low`` if it is given.
        """
        least, most = (float(f"{x:.12g}") for x in cls._outermost(**parameters))
        if step is not None:
            least, most = (_nearest_value(x, low or 0.0, step) for x in (least, most))
        low = least if low is None else max(low, least)
        high = most if high is None else min(high, most)
        return low, high

    @classmethod
    def _outermost(cls, mean: float, sd: float) -> tuple[float, float]:
        low, high = cls._from_normal(np.array([mean - SDS * sd, mean + SDS * sd])).tolist()
        return low, high

    def _standardized(self, x: Floats) -> Floats:
        return (self._to_normal(x) - self._mean) / self._sd

    @staticmethod
    def _to_normal(x: Floats) -> Floats:
        """The normally distributed quantity of a value: here, the value itself."""
        return x

    @staticmethod
    def _from_normal(y: Floats) -> Floats:
        return y


def _nearest_value(x: float, origin: float, step: float) -> float:
    """The value nearest to x that is whole steps from the origin, without the noise of binary floats."""
    steps = (x - origin) / step
    return float(Decimal(repr(origin)) + round(steps) * Decimal(repr(step))) if math.isfinite(steps) else x
