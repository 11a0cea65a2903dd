"""From rows to a :class:`~hpsearch.data.dataset.Dataset`: split by class, numbered, standardised."""

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.arrays import Array
from hpsearch.data.dataset import Dataset
from hpsearch.data.formats.rows import Rows
from hpsearch.data.standardize import Standardizer
from hpsearch.errors import DataError


def prepare(
    rows: Rows,
    *,
    validation: Rows | None = None,
    test: Rows | None = None,
    shares: tuple[float, float] = (0.2, 0.2),
    seed: int = 0,
    dtype: str = "float32",
    standardize: bool = True,
    warn: bool = True,
) -> Dataset:
    """Split rows, number their classes, and standardise their features.

    Args:
        rows: The rows to split; those that the shares leave are for training.
        validation: Separate rows for validation; its share must then be 0.
        test: Separate rows for the test; its share must then be 0.
        shares: The shares of ``rows`` for validation and for the test.
        seed: The seed for the splits.
        dtype: ``float32`` or ``float64``.
        standardize: Whether to standardise the features by the training split.
        warn: Whether to warn about constant features.

    Raises:
        DataError: A class has no row for training, there is only one class, or the splits do not match.
    """
    if dtype not in ("float32", "float64"):
        raise DataError(f"dtype: must be float32 or float64; found {dtype}")
    chosen = _splits(rows, validation, test, shares, seed)
    classes = _distinct(chosen["train"].y)
    everything = _distinct(rows.y)
    if len(everything) < 2:
        raise DataError(f"there must be at least two classes; every label is {everything[0]!s}")
    arrays: dict[str, Array] = {}
    for name, part in chosen.items():
        if part.x.shape[1] != rows.x.shape[1]:
            raise DataError(
                f"the {name} rows must have {rows.x.shape[1]} features, like the training rows; "
                f"found {part.x.shape[1]}"
            )
        arrays[f"y_{name}"] = _indices(part.y, classes, name)
    x = chosen["train"].x
    standardizer, constant = Standardizer.identity(x.shape[1]), np.zeros(x.shape[1], bool)
    if standardize:
        standardizer, constant = Standardizer.fit(x, "train features")
    for name, part in chosen.items():
        arrays[f"x_{name}"] = standardizer.transform(part.x, np.dtype(dtype), f"{name} features")
    warnings = (_constant_features(constant),) if warn and constant.any() else ()
    return Dataset(
        **arrays,
        mean=standardizer.mean,
        scale=standardizer.scale,
        classes=tuple(classes.tolist()),
        feature_names=rows.feature_names,
        label_name=rows.label_name,
        warnings=warnings,
    )


def _splits(
    rows: Rows, validation: Rows | None, test: Rows | None, shares: tuple[float, float], seed: int
) -> dict[str, Rows]:
    """The rows of each split, by its name.

    Raises:
        DataError: A share leaves no row for its split, or both leave none for training.
    """
    if sum(shares) >= 1:
        raise DataError(
            f"validation and test together must leave rows for training; found {shares[0]} + {shares[1]}"
        )
    train_at, validation_at, test_at = split(rows.y, shares, seed)
    for name, share, taken in zip(("validation", "test"), shares, (validation_at, test_at), strict=True):
        if share > 0 and not len(taken):
            raise DataError(
                f"{name}: must be enough for one row; found a share of {share:g} of {len(rows.y)} rows"
            )
    return {
        "train": Rows(rows.x[train_at], rows.y[train_at]),
        "validation": validation or Rows(rows.x[validation_at], rows.y[validation_at]),
        "test": test or Rows(rows.x[test_at], rows.y[test_at]),
    }


def split(y: Array, shares: tuple[float, float], seed: int) -> tuple[Array, Array, Array]:
    """Divide rows into training, validation and test, stratified by class.

    The rows are put in order by class, at random within each, and a split takes them from evenly spaced
    places. So it has its share of all rows, and of every class, to within one row.

    Args:
        y: Labels, (rows,).
        shares: The shares for validation and for the test.
        seed: The seed for the order within the classes.

    Returns:
        The indices of the rows of each split, ascending; no row is in two of them.
    """
    rng = np.random.default_rng([seed, len(y)])
    order = np.lexsort((rng.permutation(len(y)), y))
    for_test = _every(len(y), shares[1])
    rest = order[~for_test]
    for_validation = _every(len(rest), shares[0] / (1 - shares[1]))
    return np.sort(rest[~for_validation]), np.sort(rest[for_validation]), np.sort(order[for_test])


def _every(count: int, share: float) -> Array:
    """A mask that selects ``share`` of ``count`` places, evenly spaced."""
    taken = np.floor(np.arange(count + 1) * share + 0.5)
    return np.asarray(np.diff(taken) > 0)


def _distinct(y: Array) -> Array:
    """The distinct labels in order, like :func:`numpy.unique`, which would import masked arrays first."""
    ordered = np.sort(y)
    distinct: Array = ordered[np.append(True, ordered[1:] != ordered[:-1])]
    return distinct


def _indices(y: Array, classes: Array, name: str) -> NDArray[np.intp]:
    """Labels as indices into the sorted classes of the training split.

    Raises:
        DataError: A label does not occur in the training split, or is of another kind.
    """
    if len(y) and (y.dtype.kind == "U") != (classes.dtype.kind == "U"):
        kind = "text" if classes.dtype.kind == "U" else "whole numbers"
        raise DataError(f"the {name} labels must be {kind}, like the training labels; found {y[0]!s}")
    at: Array = np.minimum(np.searchsorted(classes, y), len(classes) - 1)
    strange = classes[at] != y
    if strange.any():
        raise DataError(
            f"every class needs a row in the training split; the label {y[strange][0]!s} occurs "
            f"in {name} only, {int(strange.sum())} times"
        )
    return at


def _constant_features(constant: Array) -> str:
    which = ", ".join(map(str, np.flatnonzero(constant)[:10])) + (", …" if constant.sum() > 10 else "")
    return f"constant in the training split, so without effect: feature {which} (counted from 0)"
