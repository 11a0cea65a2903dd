"""Reading data sets from files: ``.npz``, ``.csv``, and the IDX format of MNIST.

Every reader gives numbers that are finite and labels that are whole numbers or text, or raises a
:class:`~hpsearch.errors.DataError` that names the row and column, or the line. Nothing is ever unpickled.
"""

from collections.abc import Sequence
from pathlib import Path

from hpsearch.errors import DataError
from hpsearch.network.formats import csv, idx, npz
from hpsearch.network.formats.rows import Array, Rows, Source

__all__ = ["Rows", "Source", "parts", "read", "read_features"]


def read(path: Path, label: str | None = None) -> Source:
    """Read a data set from a file, or from a directory of IDX files.

    Args:
        path: A ``.npz``, a ``.csv``, an IDX file of images, or a directory that holds one.
        label: The column of a CSV that holds the labels; ``label`` if not given.

    Raises:
        DataError: It is not there, or not what it should be.
    """
    try:
        match _kind(path):
            case "npz":
                return npz.read(path)
            case "csv":
                return csv.read(path, label or "label")
            case "directory":
                return idx.read_directory(path)
            case _:
                return Source(idx.read_pair(path))
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error


def read_features(path: Path, label: str | None = None, wanted: Sequence[str] = ()) -> Array:
    """Read rows without labels, or pass over their labels, to predict them.

    Args:
        path: As for :func:`read`; of a directory, the training images.
        label: The column of a CSV that is no feature; ``label`` if not given. It may be missing.
        wanted: What the other columns of a CSV have to be called, in the order to return; any names if empty.

    Returns:
        Numbers, (rows, features).

    Raises:
        DataError: It is not there, or not what it should be.
    """
    try:
        match _kind(path):
            case "npz":
                return npz.read_features(path)
            case "csv":
                return csv.read_features(path, label or "label", wanted)
            case "directory":
                return idx.read_features(idx.training_images(path))
            case _:
                return idx.read_features(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error


def parts(path: Path) -> list[Path]:
    """The files that :func:`read` would read, in a fixed order.

    Raises:
        DataError: It is not there, or of an unknown kind.
    """
    match _kind(path):
        case "npz" | "csv":
            return [path]
        case "directory":
            images = [idx.training_images(path), *idx.test_images(path)]
            return [part for image in images for part in (image, idx.labels_of(image))]
        case _:
            return [path, idx.labels_of(path)]


def _kind(path: Path) -> str:
    if path.is_dir():
        return "directory"
    if not path.exists():
        raise DataError(f"{path}: no such file or directory; write digits, blobs, spirals, moons or a path")
    return path.suffix.removeprefix(".")
