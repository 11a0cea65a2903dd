"""The base class of priors."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from hpsearch.space.priors.grid import EvenGrid, Floats, Grid

__all__ = ["Floats", "InvalidKey", "Prior"]


@dataclass(frozen=True, slots=True)
class InvalidKey:
    """A value of a parameter's key that its prior does not allow.

    Attributes:
        key: ``min``, ``max`` or one of the prior's own keys.
        rule: What the value must be.
        hint: What to write instead, as a sentence without its full stop.
    """

    key: str
    rule: str
    hint: str = ""


class Prior(ABC):
    """How the values of a number are distributed, bound to the range of a parameter.

    A prior maps real numbers to an axis on which its draws are uniform. The part of the axis that the
    range covers becomes the unit interval.

    Args:
        low: The lower end of the range; with a step, that of the bucket of the smallest value.
        high: The upper end, likewise.
        **parameters: A value for each of :attr:`keys`.

    Attributes:
        keys: The keys that a parameter with this prior has besides min, max and step, each with its meaning
            in one line.
        linear: Whether equal distances between values are equal distances on the axis.
    """

    keys: ClassVar[Mapping[str, str]] = {}
    linear: ClassVar[bool] = False

    def __init__(self, low: float, high: float, **parameters: float) -> None:
        self.low = low
        self.high = high

    @abstractmethod
    def to_axis(self, x: Floats) -> Floats:
        """Points on the axis, shape (n,), for real numbers in the range."""

    @abstractmethod
    def from_axis(self, t: Floats) -> Floats:
        """The inverse of :meth:`to_axis`."""

    @classmethod
    def invalid_parameters(cls, **parameters: float) -> Iterator[InvalidKey]:
        """Problems with the prior's own keys.

        Args:
            **parameters: A value for each of :attr:`keys`.
        """
        yield from ()

    @classmethod
    def invalid_bounds(cls, low: float, high: float, **parameters: float) -> Iterator[InvalidKey]:
        """Problems with a range for this prior.

        Args:
            low: The smallest value, ``min``.
            high: The largest value, ``max``; not below ``low``.
            **parameters: A valid value for each of :attr:`keys`.
        """
        yield from ()

    @classmethod
    def bounds(
        cls, low: float | None, high: float | None, step: float | None, **parameters: float
    ) -> tuple[float | None, float | None]:
        """The smallest and the largest value, cut to values where the prior has probability.

        Args:
            low: The smallest value; None for no limit but the prior's.
            high: The largest value, likewise.
            step: The distance between neighbouring values; None for a continuous parameter.
            **parameters: A valid value for each of :attr:`keys`.

        Returns:
            The two values; None for one that has to be given, because the prior has no end there.
        """
        return low, high

    @classmethod
    def bucket_ends(cls, low: float, step: float, count: float) -> tuple[float, float]:
        """The ends of the range of a parameter with a step: half a step beyond its values.

        The buckets of the first and the last value are then as wide as the others.

        Args:
            low: The smallest value.
            step: The distance between neighbouring values.
            count: The number of values.
        """
        return low - step / 2, low + (count - 0.5) * step

    @cached_property
    def _ends(self) -> tuple[float, float]:
        low, high = self.to_axis(np.array([self.low, self.high])).tolist()
        return low, high

    def decode(self, units: Floats) -> Floats:
        """The real numbers at coordinates, both of shape (n,)."""
        low, high = self._ends
        return np.asarray(self.from_axis(low + (high - low) * units), dtype=np.float64)

    def encode(self, x: Floats) -> Floats:
        """The coordinates of real numbers in the range, both of shape (n,)."""
        return self._unit(self.to_axis(x))

    def centre(self, left: Floats, right: Floats) -> Floats:
        """The coordinates in the middle of buckets with these ends, cut to the range; all of shape (n,)."""
        low, high = self.from_axis(np.array(self._ends)).tolist()
        edges = self.to_axis(np.maximum(left, low)), self.to_axis(np.minimum(right, high))
        return self._unit(edges[0] / 2 + edges[1] / 2)  # the sum of two numbers near 1e308 is infinite

    def grid(self, precision: int | None) -> Grid:
        """The values that continuous draws are rounded to.

        Args:
            precision: How many significant digits they have; None for about 10,000 values.
        """
        return EvenGrid.over(self.low, self.high, precision, self._resolution().max().item())

    def _resolution(self) -> Floats:
        """For each end of the range, a distance at which two numbers certainly have different coordinates."""
        ends = np.array(self._ends)
        apart = 4 * np.spacing(np.array([abs(ends[0]), np.abs(ends).max()]))
        # In the far tails of a distribution neighbouring numbers may have the same coordinate. The factors
        # allow for rounding in both directions.
        distances = np.abs(self.from_axis(ends + apart * [1, -1]) - self.from_axis(ends))
        return np.asarray(16 * np.maximum(distances, np.spacing(np.abs([self.low, self.high]))))

    def position(self, x: float) -> float:
        """The position of a number relative to the range: 0 at its lower end, 1 at its upper end.

        Numbers outside the range are below 0 or above 1; NaN for numbers that are not on the scale.
        Differences are distances as a person sees them, so a prior whose axis crowds its tails must override
        this method.
        """
        low, high = self._ends
        with np.errstate(all="ignore"):
            return (float(self.to_axis(np.array([x]))[0]) - low) / (high - low or 1.0)

    def _unit(self, t: Floats) -> Floats:
        low, high = self._ends
        share = (t - low) / (high - low or 1.0)
        # As np.clip, which takes much longer to start. Which zero np.maximum returns for -0.0 and 0.0 depends
        # on the processor; adding 0.0 makes both 0.0.
        return np.asarray(np.minimum(np.maximum(share, 0.0), 1.0) + 0.0, dtype=np.float64)
