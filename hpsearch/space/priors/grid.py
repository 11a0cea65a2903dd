"""Decimal grids: the values that a continuous parameter is drawn from.

Values have few digits, so that a table shows exactly what ran, a command line can be typed again, and the
last bits of a logarithm, which differ between computers, make no difference.
"""

import math
from abc import ABC, abstractmethod
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DIGITS = 4
"""A range has about 10 ** DIGITS values, or that many for each factor of ten."""

FEWEST = 1000
"""The smallest number of values in a narrow range, which gets more digits."""

MOST_DIGITS = 15
"""float64 keeps every decimal number of 15 digits."""

_POWERS = np.array([float(f"1e{k}") for k in range(23)])  # exact in float64


class Grid(ABC):
    """The decimal numbers between two bounds, and the bounds themselves.

    Args:
        low: The lower bound.
        high: The upper bound.
    """

    def __init__(self, low: float, high: float) -> None:
        self._low, self._high = low, high
        first, last = self.nearest(np.array([low, high])).tolist()
        self._first: float = first
        self._last: float = last

    @abstractmethod
    def nearest(self, x: Floats) -> Floats:
        """The decimal numbers nearest to real numbers, both of shape (n,)."""

    @property
    def between(self) -> bool:
        """Whether there is a value between the two bounds."""
        middles = np.linspace(self._low, self._high, 101)
        rounded = self.round(middles)
        return bool(((rounded > self._low) & (rounded < self._high)).any())

    def round(self, x: Floats) -> Floats:
        """The values nearest to real numbers in the range, both of shape (n,).

        A bound replaces the decimal number nearest to it. So all values are at least half a step
        apart, even if a bound has more digits.
        """
        rounded = self.nearest(x)
        within = np.where(rounded >= self._last, self._high, rounded)
        return np.asarray(np.where(rounded <= self._first, self._low, within) + 0.0)  # 0.0 for -0.0


class EvenGrid(Grid):
    """Numbers with the same number of digits after the point.

    Args:
        low: The lower bound.
        high: The upper bound.
        decimals: Digits after the point; negative for multiples of ten.
    """

    def __init__(self, low: float, high: float, decimals: int) -> None:
        self._decimals = decimals
        super().__init__(low, high)

    @classmethod
    def over(cls, low: float, high: float, precision: int | None, resolution: float) -> "EvenGrid":
        """The grid of a range: by default, the power of ten below a ten-thousandth of its width.

        Args:
            low: The lower bound.
            high: The upper bound.
            precision: Significant digits of the largest values; None for the default.
            resolution: A distance; no two values are closer.
        """
        if precision is None:
            decimals = DIGITS - (Decimal(repr(high)) - Decimal(repr(low))).adjusted()
        else:
            largest = max(abs(Decimal(repr(low))), abs(Decimal(repr(high)))).normalize()
            power_of_ten = largest.as_tuple().digits == (1,)
            decimals = precision - largest.adjusted() - (0 if power_of_ten else 1)
        return cls(low, high, min(decimals, math.floor(-math.log10(resolution))))

    def nearest(self, x: Floats) -> Floats:
        """Rounded by whole numbers where they are exact, or else one by one."""
        if abs(self._decimals) >= len(_POWERS):
            return np.array([_rounded(each, self._decimals) for each in x.tolist()])
        power = _POWERS[abs(self._decimals)]
        if self._decimals < 0:
            return np.asarray(np.rint(x / power) * power)
        return np.asarray(np.rint(x * power) / power)


class _DigitsGrid(Grid):
    """Numbers with the same number of significant digits.

    Args:
        low: The lower bound.
        high: The upper bound.
        digits: The number of digits.
    """

    def __init__(self, low: float, high: float, digits: int) -> None:
        self._digits = digits
        super().__init__(low, high)


class SignificantGrid(_DigitsGrid):
    """Positive numbers with the same number of significant digits."""

    @classmethod
    def over(cls, low: float, high: float, precision: int | None, resolution: float) -> "SignificantGrid":
        """The grid of a range: by default four digits, or more if the range is narrow.

        Args:
            low: The lower bound.
            high: The upper bound.
            precision: The number of digits; None for the default.
            resolution: A distance relative to a value; no two values are closer.
        """
        return cls(low, high, significant_digits(low, high, precision, resolution))

    def nearest(self, x: Floats) -> Floats:
        """Rounded by whole numbers where they are exact, or else one by one."""
        decimals = _decimals(x, self._digits)
        exact = np.abs(decimals) < len(_POWERS)
        power = _POWERS[np.where(exact, np.abs(decimals), 0)]
        rounded = np.where(
            decimals < 0, np.rint(x / power) * power, np.rint(np.where(exact, x, 0) * power) / power
        )
        for index in np.flatnonzero(~exact):
            rounded[index] = float(f"{x[index]:.{self._digits - 1}e}")
        return np.asarray(rounded)


class ReverseGrid(_DigitsGrid):
    """Numbers below 1 whose distance from 1 has the same number of significant digits."""

    @classmethod
    def over(cls, low: float, high: float, precision: int | None, resolution: float) -> "ReverseGrid":
        """Like :meth:`SignificantGrid.over`, for the distances from 1."""
        return cls(low, high, significant_digits(1 - high, 1 - low, precision, resolution))

    def nearest(self, x: Floats) -> Floats:
        """Rounded by whole numbers, which are exact: the distances have at most 15 digits after the point."""
        power = _POWERS[np.clip(_decimals(1 - x, self._digits), 0, MOST_DIGITS)]
        return np.asarray((power - np.rint((1 - x) * power)) / power)


def significant_digits(low: float, high: float, precision: int | None, resolution: float) -> int:
    """The number of significant digits for positive numbers in a range.

    Args:
        low: The lower bound, above 0.
        high: The upper bound.
        precision: The requested number; None for the default.
        resolution: A distance relative to a value; no two values are closer.
    """
    most = max(1, min(MOST_DIGITS, math.floor(-math.log10(resolution))))
    if precision is not None:
        return min(precision, most)
    digits = DIGITS
    while digits < most and _rank(high, digits) - _rank(low, digits) < FEWEST:
        digits += 1
    return min(digits, most)


def _rank(x: float, digits: int) -> int:
    """The number of grid values between 1 and x at this many significant digits; negative below 1."""
    mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
    decade: int = 10 ** (digits - 1)
    return int(exponent) * 9 * decade + int(mantissa.replace(".", "")) - decade


def _decimals(x: Floats, digits: int) -> NDArray[np.int64]:
    """The number of digits after the point in positive numbers that are rounded to significant digits."""
    # If the logarithm of a power of ten is one bit off, the power is still rounded to itself.
    return np.asarray(digits - 1 - np.floor(np.log10(x)), dtype=np.int64)


def _rounded(x: float, decimals: int) -> float:
    try:
        return round(x, decimals)
    except OverflowError:  # the next decimal number is beyond the range of float64
        return x
