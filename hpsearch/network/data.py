"""Data as the network trains on it: read, checked, split by class, standardised."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.errors import DataError
from hpsearch.network.builtin import BUILTIN
from hpsearch.network.formats import Rows, Source, parts, read
from hpsearch.network.formats.rows import refuse_not_finite

Array = NDArray[Any]

_ARRAYS = ("x_train", "y_train", "x_validation", "y_validation", "x_test", "y_test", "mean", "scale")
_BLOCK = 8192
"""Rows converted at a time, so that a large data set needs no second copy in double precision."""


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Examples in three splits, ready for training.

    Attributes:
        x_train: Features of the training split, (rows, features).
        y_train: Its classes as indices into ``classes``, (rows,).
        x_validation: As ``x_train``; may have no rows.
        y_validation: As ``y_train``.
        x_test: As ``x_train``; may have no rows.
        y_test: As ``y_train``.
        mean: What was subtracted from every feature, (features,); 0 if nothing was.
        scale: What every feature was then divided by, (features,); 1 if by nothing.
        classes: The label of every class, sorted.
        warnings: What the reader of the results should know about the data, as sentences.
    """

    x_train: Array
    y_train: Array
    x_validation: Array
    y_validation: Array
    x_test: Array
    y_test: Array
    mean: Array
    scale: Array
    classes: tuple[int | str, ...]
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for part in ("train", "validation", "test"):
            x, y = getattr(self, f"x_{part}"), getattr(self, f"y_{part}")
            if x.ndim != 2 or y.shape != x.shape[:1] or x.shape[1] != self.features:
                raise DataError(
                    f"the {part} split must have one label per row; found {x.shape} and {y.shape}"
                )
            if len(y) and not 0 <= y.min() <= y.max() < self.n_classes:
                raise DataError(
                    f"labels of the {part} split must be from 0 to {self.n_classes - 1}; "
                    f"found {y.min()} to {y.max()}"
                )

    @property
    def features(self) -> int:
        """The number of features of an example."""
        return int(self.x_train.shape[1])

    @property
    def n_classes(self) -> int:
        """The number of classes."""
        return len(self.classes)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the features: float32 or float64."""
        return self.x_train.dtype

    def with_validation_in_training(self) -> Self:
        """The same data with the validation split's rows moved to the training split."""
        return replace(
            self,
            x_train=np.concatenate([self.x_train, self.x_validation]),
            y_train=np.concatenate([self.y_train, self.y_validation]),
            x_validation=self.x_validation[:0],
            y_validation=self.y_validation[:0],
        )

    def save(self, directory: Path) -> None:
        """Write the arrays as ``.npy`` files and the rest as ``dataset.json``, which comes last."""
        directory.mkdir(parents=True, exist_ok=True)
        for name in _ARRAYS:
            np.save(directory / f"{name}.npy", getattr(self, name), allow_pickle=False)
        about = {"schema": 1, "classes": self.classes, "warnings": self.warnings}
        (directory / "dataset.json").write_text(json.dumps(about), encoding="utf-8")

    @classmethod
    def open(cls, directory: Path) -> Self:
        """The data that :meth:`save` wrote, read-only and memory-mapped: processes share one copy.

        Raises:
            DataError: The directory holds no complete data.
        """
        try:
            about = json.loads((directory / "dataset.json").read_text(encoding="utf-8"))
            arrays = {name: _open_array(directory / f"{name}.npy") for name in _ARRAYS}
            return cls(**arrays, classes=tuple(about["classes"]), warnings=tuple(about["warnings"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{directory}: holds no complete prepared data: {error}") from error


def _open_array(path: Path) -> Array:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError:  # an array without elements cannot be mapped
        array = np.load(path, allow_pickle=False)
    return np.asarray(array)


def load(
    source: str | Path,
    *,
    seed: int,
    label: str | None = None,
    validation: float | str | Path = 0.2,
    test: float | str | Path | None = None,
    dtype: str = "float32",
    standardize: bool = True,
) -> Dataset:
    """Read a data set, split it and standardise it.

    The splits are stratified: every class has its share of each, to within one row. They depend on the
    rows and ``seed`` alone.

    Args:
        source: ``digits``, ``blobs``, ``spirals``, ``moons``, or the path of a ``.npz``, a ``.csv``, IDX
            images or a directory of them.
        seed: For the splits.
        label: The column of a CSV that holds the labels; ``label`` if not given.
        validation: The share of the rows for validation, or the path of a file with rows of their own.
        test: As ``validation``; if not given, the rows that the source sets apart for the test, or 0.2.
        dtype: ``float32`` or ``float64``.
        standardize: Whether every feature is moved and scaled to mean 0 and standard deviation 1 over
            the training split.

    Raises:
        DataError: The data cannot be used as they are.
    """
    main = Source(BUILTIN[source]()) if source in BUILTIN else read(Path(source), label)
    if main.test is not None and test is not None:
        raise DataError(f"{source}: sets rows apart for the test itself; leave out test: {test}")
    own_test = _rows_of(test, label) or main.test
    own_validation = _rows_of(validation, label)
    shares = (
        _share("validation", validation),
        _share("test", 0.2 if test is None else test) if own_test is None else 0.0,
    )
    try:
        return prepare(
            main.train,
            validation=own_validation,
            test=own_test,
            shares=shares,
            seed=seed,
            dtype=dtype,
            standardize=standardize,
            warn=source not in BUILTIN,
        )
    except DataError as error:
        raise DataError(f"{source}: {error}") from None


def _rows_of(choice: float | str | Path | None, label: str | None) -> Rows | None:
    """The rows of the file, if a file was chosen."""
    return read(Path(choice), label).train if isinstance(choice, (str, Path)) else None


def _share(name: str, choice: float | str | Path) -> float:
    if isinstance(choice, (str, Path)):
        return 0.0
    if not 0 <= choice < 1:
        raise DataError(f"{name}: must be a share of the rows, 0 ≤ share < 1, or a path; found {choice}")
    return choice


def fingerprint(
    source: str | Path,
    *,
    validation: float | str | Path | None = None,
    test: float | str | Path | None = None,
) -> str:
    """The SHA-256 of the bytes of every file that :func:`load` would read, as hexadecimal digits.

    A data set without a file of the user's is known by its name: its numbers come with the program.

    Raises:
        DataError: A file is not there.
    """
    digest = hashlib.sha256()
    for choice in (source, validation, test):
        if choice in BUILTIN:
            digest.update(str(choice).encode())
        elif isinstance(choice, (str, Path)):
            for path in parts(Path(choice)):
                try:
                    with path.open("rb") as file:
                        digest.update(hashlib.file_digest(file, "sha256").digest())
                except OSError as error:
                    raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
    return digest.hexdigest()


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
        rows: What is split; all of it is for training but for the shares set apart.
        validation: Rows of their own for validation; its share must then be 0.
        test: Rows of their own for the test; its share must then be 0.
        shares: The shares of ``rows`` for validation and for the test.
        seed: For the splits.
        dtype: ``float32`` or ``float64``.
        standardize: Whether to standardise the features by the training split.
        warn: Whether constant features are worth a warning.

    Raises:
        DataError: A class has no row for training, there is one class only, or rows do not fit together.
    """
    if dtype not in ("float32", "float64"):
        raise DataError(f"dtype: must be float32 or float64; found {dtype}")
    if sum(shares) >= 1:
        raise DataError(
            f"validation and test together must leave rows for training; found {shares[0]} + {shares[1]}"
        )
    train_at, validation_at, test_at = split(rows.y, shares, seed)
    chosen = {
        "train": Rows(rows.x[train_at], rows.y[train_at]),
        "validation": validation or Rows(rows.x[validation_at], rows.y[validation_at]),
        "test": test or Rows(rows.x[test_at], rows.y[test_at]),
    }
    classes = np.unique(chosen["train"].y)
    everything = np.unique(rows.y)
    if len(everything) < 2:
        raise DataError(f"there must be at least two classes; found {everything[0]!s} alone")
    arrays: dict[str, Array] = {}
    for name, part in chosen.items():
        if part.x.shape[1] != rows.x.shape[1]:
            raise DataError(
                f"the {name} rows must have {rows.x.shape[1]} features, as the others have; "
                f"found {part.x.shape[1]}"
            )
        arrays[f"x_{name}"] = _as(dtype, part.x, name)
        arrays[f"y_{name}"] = _indices(part.y, classes, name)
    mean, scale, constant = _standards(arrays["x_train"]) if standardize else _no_standards(arrays["x_train"])
    for name in chosen:
        arrays[f"x_{name}"] -= mean
        arrays[f"x_{name}"] /= scale
    warnings = (_constant_features(constant),) if warn and constant.any() else ()
    return Dataset(**arrays, mean=mean, scale=scale, classes=tuple(classes.tolist()), warnings=warnings)


def split(y: Array, shares: tuple[float, float], seed: int) -> tuple[Array, Array, Array]:
    """Divide rows into training, validation and test, stratified by class.

    The rows are put in order by class, at random within each, and a split takes them from evenly spaced
    places. So it has its share of all rows, and of every class, to within one row.

    Args:
        y: Labels, (rows,).
        shares: The shares for validation and for the test.
        seed: For the order within the classes.

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
    """A mask that takes ``share`` of ``count`` places, evenly spaced."""
    return np.diff(np.floor(np.arange(count + 1) * share + 0.5)) > 0


def _as(dtype: str, x: Array, name: str) -> Array:
    """A copy of the features in another type."""
    with np.errstate(over="ignore"):
        cast = x.astype(dtype)
    refuse_not_finite(cast, f"{name} features as {dtype}")
    return cast


def _indices(y: Array, classes: Array, name: str) -> NDArray[np.intp]:
    """Labels as indices into the sorted classes of the training split.

    Raises:
        DataError: A label is none of the training split's, or is of another kind.
    """
    if len(y) and (y.dtype.kind == "U") != (classes.dtype.kind == "U"):
        raise DataError(f"the {name} labels must be of the same kind as the training labels; found {y[0]!s}")
    at = np.minimum(np.searchsorted(classes, y), len(classes) - 1)
    strange = classes[at] != y
    if strange.any():
        raise DataError(
            f"every class needs a row in the training split; found the label {y[strange][0]!s} "
            f"in {name} only, {int(strange.sum())} × there"
        )
    return at


def _standards(x: Array) -> tuple[Array, Array, Array]:
    """Mean and standard deviation of every feature, and whether it is constant (scale 1 then)."""
    mean = x.mean(axis=0, dtype=np.float64)
    blocks = (x[start : start + _BLOCK] - mean for start in range(0, len(x), _BLOCK))
    variance = sum((np.square(block).sum(axis=0) for block in blocks), np.zeros_like(mean)) / len(x)
    constant = x.max(axis=0) == x.min(axis=0)
    scale = np.sqrt(variance).astype(x.dtype)
    scale[constant | (scale == 0)] = 1
    return mean.astype(x.dtype), scale, constant


def _no_standards(x: Array) -> tuple[Array, Array, Array]:
    features = x.shape[1]
    return np.zeros(features, x.dtype), np.ones(features, x.dtype), np.zeros(features, bool)


def _constant_features(constant: Array) -> str:
    which = ", ".join(map(str, np.flatnonzero(constant)[:10])) + (", …" if constant.sum() > 10 else "")
    return f"constant in the training split, so they tell nothing: feature {which} (counted from 0)"
