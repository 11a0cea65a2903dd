"""The IDX format of MNIST (Y. LeCun), plain or compressed with gzip."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from hpsearch.data.arrays import Array
from hpsearch.data.formats.rows import Rows, Source, checked_features, checked_rows
from hpsearch.errors import DataError

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""Types of numbers, by the third byte of a file."""

_MOST_AXES = 32


def read_directory(directory: Path) -> Source:
    """Read ``train-images-idx3-ubyte`` and ``train-labels-idx1-ubyte``, with or without ``.gz``.

    ``t10k-images-idx3-ubyte`` and its labels, if they exist, become the test split.

    Raises:
        DataError: The files are not there, are damaged, or do not fit together.
    """
    train = read_pair(training_images(directory))
    tests = test_images(directory)
    return Source(train, read_pair(tests[0]) if tests else None)


def read_pair(images: Path) -> Rows:
    """Read a file of images and the file of labels next to it.

    Raises:
        DataError: One is not there or damaged, or they do not fit together.
    """
    labels = labels_of(images)
    return checked_rows(_read(images), _read(labels), str(images), str(labels))


def read_features(images: Path) -> Array:
    """Read a file of images, (rows, pixels).

    Raises:
        DataError: It is damaged, or not such a file.
    """
    return checked_features(_read(images), str(images))


def training_images(directory: Path) -> Path:
    """Where a directory's training images are.

    Raises:
        DataError: It contains none.
    """
    found = _images(directory, "train")
    if not found:
        raise DataError(f"{directory}: must hold train-images-idx3-ubyte or train-images-idx3-ubyte.gz")
    return found[0]


def test_images(directory: Path) -> list[Path]:
    """Where a directory's test images are; empty if it contains none."""
    return _images(directory, "t10k")[:1]


def labels_of(images: Path) -> Path:
    """Where the labels of a file of images are: next to it, under the name that MNIST gives them.

    Raises:
        DataError: There is no such file.
    """
    name = images.name.replace("images", "labels").replace("idx3", "idx1")
    if name == images.name:
        raise DataError(
            f"{images}: unknown file type; a data file is a .npz, a .csv or IDX images (…-images-idx3-ubyte)"
        )
    other = name.removesuffix(".gz") if name.endswith(".gz") else f"{name}.gz"
    for path in (images.with_name(name), images.with_name(other)):
        if path.exists():
            return path
    raise DataError(f"{images}: its labels must be next to it in {name}; that file does not exist")


def _images(directory: Path, stem: str) -> list[Path]:
    names = (f"{stem}-images-idx3-ubyte", f"{stem}-images.idx3-ubyte")
    paths = (directory / f"{name}{suffix}" for name in names for suffix in ("", ".gz"))
    return [path for path in paths if path.exists()]


def _read(path: Path) -> Array:
    """Read one file: two zero bytes, a type, the number of axes, their lengths, the numbers."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path}: not a complete gzip file: {error}") from error
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in _TYPES:
        raise DataError(f"{path}: not an IDX file; it begins with {data[:4].hex(' ') or 'nothing'}")
    axes, dtype = data[3], np.dtype(_TYPES[data[2]])
    if axes > _MOST_AXES:
        raise DataError(f"{path}: an IDX file must have at most {_MOST_AXES} axes; found {axes}")
    start = 4 + 4 * axes
    if len(data) < start:
        raise DataError(
            f"{path}: an IDX file of {axes} axes must have more than {start} bytes; found {len(data)}"
        )
    shape = tuple(np.frombuffer(data[4:start], ">u4").tolist())
    expected = start + dtype.itemsize * math.prod(shape)
    if len(data) != expected:
        raise DataError(
            f"{path}: an IDX file of the shape {shape} must have {expected} bytes; found {len(data)}"
        )
    return np.frombuffer(data, dtype, offset=start).reshape(shape)
