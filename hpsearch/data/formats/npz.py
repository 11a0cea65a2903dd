"""NumPy's ``.npz`` format: several arrays in a zip file."""

import math
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hpsearch.data.arrays import Array
from hpsearch.data.formats.rows import Rows, Source, checked_features, checked_rows
from hpsearch.errors import DataError

_WHOLE, _TRAIN, _TEST = ("x", "y"), ("x_train", "y_train"), ("x_test", "y_test")

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
"""Readers of headers, by the version of the format; version 3 is for tables with named columns, not for data
sets."""


def read(path: Path) -> Source:
    """Read arrays ``X`` and ``y``, or ``x_train``, ``y_train``, ``x_test`` and ``y_test``, in any case.

    ``X`` may have more than two axes, as images do: the later ones are flattened into features. Other arrays
    are ignored.

    Raises:
        DataError: An array is missing, has the wrong shape or type, or contains Python objects.
    """
    with _open(path) as npz:
        members = _members(path, npz)
        found = members.keys() & {*_WHOLE, *_TRAIN, *_TEST}
        if found == {*_WHOLE}:
            return Source(_rows(path, npz, members, _WHOLE))
        if found == {*_TRAIN}:
            return Source(_rows(path, npz, members, _TRAIN))
        if found == {*_TRAIN, *_TEST}:
            return Source(_rows(path, npz, members, _TRAIN), _rows(path, npz, members, _TEST))
        raise DataError(
            f"{path}: must hold the arrays X and y, or x_train and y_train, or these and x_test and y_test; "
            f"found {', '.join(sorted(members)) or 'none'}"
        )


def read_features(path: Path) -> Array:
    """Read the array ``X``.

    Raises:
        DataError: It is missing, has the wrong shape or type, or contains Python objects.
    """
    with _open(path) as npz:
        members = _members(path, npz)
        if "x" not in members:
            raise DataError(f"{path}: must hold the array X; found {', '.join(sorted(members)) or 'none'}")
        return checked_features(_array(path, npz, members["x"]), f"{path}: x")


def _open(path: Path) -> zipfile.ZipFile:
    with path.open("rb") as file:
        if file.read(len(np.lib.format.MAGIC_PREFIX)) == np.lib.format.MAGIC_PREFIX:
            raise DataError(
                f"{path}: must be an .npz, as numpy.savez writes; found a single array, as numpy.save writes"
            )
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DataError(f"{path}: not a complete .npz file: {error}") from error


def _members(path: Path, npz: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The arrays in it, by their names in lower case."""
    members: dict[str, zipfile.ZipInfo] = {}
    for info in npz.infolist():
        if info.filename.endswith(".npy"):
            name = info.filename.removesuffix(".npy").lower()
            if name in members and name in {*_WHOLE, *_TRAIN, *_TEST}:
                raise DataError(
                    f"{path}: names of arrays must differ in more than case; found "
                    f"{members[name].filename} and {info.filename}"
                )
            members[name] = info
    return members


def _rows(
    path: Path, npz: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], names: tuple[str, str]
) -> Rows:
    x, y = (_array(path, npz, members[name]) for name in names)
    return checked_rows(x, y, f"{path}: {names[0]}", f"{path}: {names[1]}")


def _array(path: Path, npz: zipfile.ZipFile, info: zipfile.ZipInfo) -> Array:
    """One array, after checking that its header is valid and fits the size of the file."""
    where = f"{path}: {info.filename}"
    try:
        with npz.open(info) as file:
            shape, _, dtype = _HEADERS[np.lib.format.read_magic(file)](file)
            found = info.file_size - file.tell()
        if dtype.hasobject:
            raise DataError(f"{where}: must hold numbers or text; found Python objects, which are not loaded")
        if min(shape, default=0) < 0 or dtype.itemsize * math.prod(shape) != found:
            raise DataError(f"{where}: damaged: an array of the shape {shape} cannot have {found} bytes")
        with npz.open(info) as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    except (DataError, OSError):
        raise
    except MemoryError as error:
        raise DataError(
            f"{where}: does not fit into memory; it needs {info.file_size / 1e9:.3g} GB"
        ) from error
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or compressed in a strange way
        raise DataError(f"{where}: cannot be read: {error}") from error
    except Exception as error:  # NumPy and zipfile raise all kinds of errors over damaged files
        raise DataError(f"{where}: damaged, or not an array") from error
