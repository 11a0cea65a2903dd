"""Standardising: giving every feature mean 0 and standard deviation 1.

This uses the numbers of the source, in a type that represents all of them exactly: in single precision,
10⁸ + 1 and 10⁸ + 2 from a source in double precision would be equal before their mean is subtracted.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.arrays import Array
from hpsearch.errors import DataError

_BLOCK = 1 << 20
"""How many numbers are converted to double precision at a time, so that large data need no second copy."""


class Standardizer(NamedTuple):
    """Subtracts the mean from every feature, and divides the result by the scale.

    Attributes:
        mean: (features,).
        scale: (features,), above 0.
    """

    mean: Array
    scale: Array

    @classmethod
    def identity(cls, features: int) -> Self:
        """The standardizer that leaves every number unchanged."""
        return cls(np.zeros(features), np.ones(features))

    @classmethod
    def fit(cls, x: Array, name: str) -> tuple[Self, NDArray[np.bool_]]:
        """Measure the mean and standard deviation of every feature, in float64.

        A feature is constant if its variance is no more than the rounding of its mean explains: n ε v +
        (n m ε)² for n rows, variance v and mean m, the bound of Chan, Golub and LeVeque (1983, equations 1.5
        and 1.8). Its scale is 1.

        Args:
            x: Finite numbers, (rows, features), at least one row.
            name: Their name in messages.

        Returns:
            The standardizer, and which features are constant, (features,).

        Raises:
            DataError: The square of a number is beyond double precision.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            first = x[0].astype(np.float64)  # sums relative to it lose fewer digits
            total = sum((np.sum(x[part] - first, axis=0) for part in _blocks(x)), np.zeros_like(first))
            mean = first + total / len(x)
            squares = (np.square(x[part] - mean).sum(axis=0) for part in _blocks(x))
            variance = sum(squares, np.zeros_like(mean)) / len(x)
            rounding = len(x) * np.finfo(np.float64).eps
            constant = variance <= rounding * variance + np.square(rounding * mean)
        if not np.isfinite(variance).all():
            column = int(np.argmin(np.isfinite(variance)))
            raise DataError(
                f"{name}: numbers must be small enough to be squared; found {np.abs(x[:, column]).max()} in "
                f"column {column} (counted from 0)"
            )
        return cls(mean, np.where(constant | (variance == 0), 1.0, np.sqrt(variance))), constant

    def transform(self, x: Array, dtype: np.dtype[Any], name: str) -> Array:
        """A standardised copy of the features.

        It is computed in the type to which NumPy promotes the type of ``x`` and ``dtype``: a mean rounded
        to that type is no coarser than the numbers that it is subtracted from.

        Args:
            x: Finite numbers, (rows, features).
            dtype: The type of the copy.
            name: The name of the features in messages.

        Raises:
            DataError: A result is beyond the range of ``dtype``; the message names the first.
        """
        result = np.empty(x.shape, dtype)
        wide = np.result_type(x.dtype, dtype)
        with np.errstate(all="ignore"):
            mean, scale = self.mean.astype(wide), self.scale.astype(wide)
        for part in _blocks(x):
            with np.errstate(all="ignore"):
                result[part] = (x[part] - mean) / scale
            finite = np.isfinite(result[part])
            if not finite.all():
                row, column = (int(index) for index in np.argwhere(~finite)[0])
                row += part.start
                raise DataError(
                    f"{name}: every number must fit {dtype} once it is standardised; found {x[row, column]} "
                    f"in row {row}, column {column} (counted from 0)"
                )
        return result


def _blocks(x: Array) -> Iterator[slice]:
    """Consecutive rows of x, about :data:`_BLOCK` numbers at a time."""
    step = max(1, _BLOCK // x.shape[1])
    return (slice(start, start + step) for start in range(0, len(x), step))
