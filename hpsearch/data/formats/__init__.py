"""Reading data sets from files: ``.npz``, ``.csv``, and the IDX format of MNIST.

Every reader returns finite numbers, and labels that are whole numbers or text, or raises a
:class:`~hpsearch.errors.DataError` that names the row and column, or the line. Nothing is ever unpickled.
"""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from hpsearch.data.arrays import Array
from hpsearch.data.formats import csv, idx, npz
from hpsearch.data.formats.rows import Rows, Source
from hpsearch.errors import DataError

__all__ = ["Rows", "Source", "kind", "parts", "read", "read_features"]


def read(path: Path, label: str | None = None) -> Source:
    """Read a data set from a file, or from a directory of IDX files.

    Args:
        path: A ``.npz``, a ``.csv``, an IDX file of images, or a directory that contains one.
        label: The column of a CSV that contains the labels; ``label`` if not given.

    Raises:
        DataError: It does not exist, or cannot be used.
    """
    with _reading(path):
        match kind(path):
            case "npz":
                return npz.read(path)
            case "csv":
                return csv.read(path, label or "label")
            case "directory":
                return idx.read_directory(path)
            case _:
                return Source(idx.read_pair(path))


def read_features(
    path: Path, label: str | None = None, *, usual_label: str = "label", wanted: Sequence[str] = ()
) -> Array:
    """Read rows whose labels are to be predicted; labels in the file are ignored.

    Args:
        path: As for :func:`read`, but not a directory.
        label: The column of a CSV that is not a feature; if not given, ``usual_label`` if it exists.
        usual_label: See ``label``.
        wanted: The other columns that a CSV must have, in the order to return; any if empty.

    Returns:
        Numbers, (rows, features).

    Raises:
        DataError: It does not exist, or cannot be used.
    """
    with _reading(path):
        found = kind(path)
        if label is not None and found != "csv":
            raise DataError(f"{path}: only a .csv has a column of labels; remove the label {label}")
        match found:
            case "npz":
                return npz.read_features(path)
            case "csv":
                return csv.read_features(path, label, usual_label, wanted)
            case "directory":
                raise DataError(f"{path}: must be a file of images; found a directory")
            case _:
                return idx.read_features(path)


def parts(path: Path) -> list[Path]:
    """The files that :func:`read` would read, in a fixed order.

    Raises:
        DataError: It does not exist, or is of an unknown type.
    """
    match kind(path):
        case "npz" | "csv":
            return [path]
        case "directory":
            images = [idx.training_images(path), *idx.test_images(path)]
            return [part for image in images for part in (image, idx.labels_of(image))]
        case _:
            return [path, idx.labels_of(path)]


def kind(path: Path) -> str:
    """``npz``, ``csv``, ``directory``, or the suffix of what may be an IDX file.

    Raises:
        DataError: It does not exist, or is neither a file nor a directory: a pipe can be read only once.
    """
    if path.is_dir():
        return "directory"
    if not path.exists():
        raise DataError(f"{path}: no such file or directory")
    if not path.is_file():
        raise DataError(f"{path}: must be a file or a directory; found something else, such as a pipe")
    return path.suffix.removeprefix(".").lower()


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn errors of the system and of memory into errors of the data."""
    try:
        yield
    except OSError as error:
        raise DataError(f"{error.filename or path}: cannot be read: {error.strerror or error}") from error
    except MemoryError as error:
        raise DataError(f"{path}: does not fit into memory") from error
