"""The rows that every reader returns, and the checks that they share."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hpsearch.data.arrays import Array
from hpsearch.errors import DataError


class Rows(NamedTuple):
    """Examples with their labels.

    Attributes:
        x: Numbers, (rows, features).
        y: Whole numbers or text, (rows,).
        feature_names: The names of the columns of ``x``; empty if they have no names.
        label_name: The name of the column of labels, if it has one.
    """

    x: Array
    y: Array
    feature_names: tuple[str, ...] = ()
    label_name: str | None = None


class Source(NamedTuple):
    """The content of a file or directory.

    Attributes:
        train: Its rows, without those of its test split.
        test: The rows of its test split; None if it has none.
    """

    train: Rows
    test: Rows | None = None


def checked_rows(x: Array, y: Array, x_name: str = "X", y_name: str = "y") -> Rows:
    """Two arrays as :class:`Rows`, after checking that they fit together.

    Args:
        x: Numbers, (rows, …); later axes are flattened into features.
        y: Whole numbers or text, (rows,).
        x_name: The name of ``x`` in messages.
        y_name: The name of ``y`` in messages.

    Raises:
        DataError: A shape or type is wrong, a number is not finite, or a label is not whole.
    """
    x = checked_features(x, x_name)
    if y.shape != x.shape[:1]:
        raise DataError(
            f"{y_name}: must hold one label for each of the {len(x)} rows; found the shape {y.shape}"
        )
    return Rows(x, checked_labels(y, y_name))


def checked_features(x: Array, name: str) -> Array:
    """Numbers, (rows, …), as (rows, features).

    Raises:
        DataError: The shape or type is wrong, or a number is not finite.
    """
    if x.dtype.kind not in "fiub":
        raise DataError(f"{name}: must hold numbers; found {x.dtype}")
    if x.ndim < 2 or x.size == 0:
        raise DataError(f"{name}: must have the shape (rows, features), neither of them 0; found {x.shape}")
    x = x.reshape(len(x), -1)
    if x.dtype.kind == "f":
        refuse_not_finite(x, name)
    return x


def order_by_name(names: Sequence[str], wanted: Sequence[str], where: str) -> list[int]:
    """Where the wanted columns are.

    Args:
        names: The columns found, without that of the labels.
        wanted: The columns of the training data.
        where: The beginning of messages.

    Raises:
        DataError: A column is missing, or is not in the training data.
    """
    places, due = {name: place for place, name in enumerate(names)}, set(wanted)
    missing = [name for name in wanted if name not in places]
    unknown = [name for name in names if name not in due]
    if missing or unknown:
        listed = "; ".join(
            f"{what}: {', '.join(some[:10])}{', …' * (len(some) > 10)}"
            for what, some in (("missing", missing), ("unknown", unknown))
            if some
        )
        hint = "" if missing else "; remove it, or name it as the label"
        raise DataError(
            f"{where}: the columns must be those of the training data, in any order; {listed}{hint}"
        )
    return [places[name] for name in wanted]


def refuse_not_finite(x: Array, name: str) -> None:
    """Check that every number of x, (rows, features), is finite.

    Raises:
        DataError: A number is not; the message names the first.
    """
    finite = np.isfinite(x)
    if not finite.all():
        row, column = (int(index) for index in np.argwhere(~finite)[0])
        count = x.size - int(np.count_nonzero(finite))
        raise DataError(
            f"{name}: every number must be finite; found {x[row, column]} in row {row}, column {column} "
            f"(counted from 0), {count} in all"
        )


def checked_labels(y: Array, name: str) -> Array:
    """Labels, (rows,), as int64 or text.

    Raises:
        DataError: One is neither a whole number nor text.
    """
    kind = y.dtype.kind
    if kind == "U":
        return y
    if kind == "S":
        try:
            return np.char.decode(y, "utf-8")
        except UnicodeDecodeError as error:
            raise DataError(
                f"{name}: labels of bytes must be UTF-8 text; found {error.object!r:.60}"
            ) from error
    if kind == "f":
        fits = np.isfinite(y) & (y == np.round(y)) & (y >= -(2.0**63)) & (y < 2.0**63)
    elif kind == "u":
        fits = y <= np.uint64(2**63 - 1)
    elif kind in "ib":
        fits = np.ones(len(y), bool)
    else:
        raise DataError(f"{name}: labels must be whole numbers or text; found {y.dtype}")
    if not fits.all():
        row = int(np.argmin(fits))
        raise DataError(
            f"{name}: labels must be whole numbers of 64 bits, or text; found {y[row]} in row {row} "
            "(counted from 0)"
        )
    return y.astype(np.int64)
