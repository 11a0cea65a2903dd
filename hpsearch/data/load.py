"""From the name or path of a data set to a :class:`Dataset` to train on."""

import hashlib
from pathlib import Path

from hpsearch.data.builtin import BUILTIN
from hpsearch.data.dataset import Dataset
from hpsearch.data.formats import Rows, Source, kind, parts, read
from hpsearch.data.formats.rows import order_by_name
from hpsearch.data.prepare import prepare
from hpsearch.errors import DataError


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

    The splits are stratified: each has the same share of every class, to within one row. They depend only on
    the rows and ``seed``.

    Args:
        source: ``digits``, ``blobs``, ``spirals``, ``moons``, or the path of a ``.npz``, a ``.csv``, IDX
            images or a directory of them.
        seed: The seed for the splits.
        label: The column of a CSV that contains the labels; ``label`` if not given.
        validation: The share of the rows for validation, or the path of a file with separate rows.
        test: Like ``validation``; if not given, the test split of the source if it has one, or else 0.2.
        dtype: ``float32`` or ``float64``.
        standardize: Whether to give every feature mean 0 and standard deviation 1 over the training split.

    Raises:
        DataError: The data cannot be used.
    """
    if source not in BUILTIN and not Path(source).exists():
        raise DataError(f"{source}: no such file or directory; write {', '.join(BUILTIN)} or a path")
    _refuse_unused_label(label, source, validation, test)
    main = Source(BUILTIN[source]()) if source in BUILTIN else read(Path(source), label)
    if main.test is not None and test is not None:
        raise DataError(f"{source}: already has a test split; remove test: {test}")
    own_test = _rows_of(test, label, main.train) or main.test
    own_validation = _rows_of(validation, label, main.train)
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


def _rows_of(choice: float | str | Path | None, label: str | None, like: Rows) -> Rows | None:
    """The rows of the file, if one was given, with their columns in the order of the other rows."""
    if not isinstance(choice, (str, Path)):
        return None
    rows, others = read(Path(choice), label)
    if others is not None:
        raise DataError(f"{choice}: has a test split as well; name a file with one split")
    if not (rows.feature_names and like.feature_names):
        return rows
    order = order_by_name(rows.feature_names, like.feature_names, f"{choice}:1")
    return Rows(rows.x[:, order], rows.y)


def _refuse_unused_label(label: str | None, *choices: float | str | Path | None) -> None:
    """Raises a DataError if a column is named, but no source has named columns."""
    paths = [Path(choice) for choice in choices if isinstance(choice, (str, Path)) and choice not in BUILTIN]
    if label is not None and not any(kind(path) == "csv" for path in paths):
        raise DataError(f"label: only a .csv has a column of labels; remove label: {label}")


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

    A built-in data set has no file, so its name is hashed instead.

    Raises:
        DataError: A file does not exist.
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
