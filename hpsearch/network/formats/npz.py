"""NumPy's archives of arrays."""

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hpsearch.errors import DataError
from hpsearch.network.formats.rows import Array, Rows, Source, checked_features, checked_rows


def read(path: Path) -> Source:
    """Read arrays ``X`` and ``y``, or ``x_train``, ``y_train``, ``x_test`` and ``y_test``, in any case.

    ``X`` may have more than two axes, as images do: the later ones are flattened into features.

    Raises:
        DataError: An array is missing, has the wrong shape or type, or holds Python objects.
    """
    arrays = _arrays(path)
    if {"x", "y"} <= arrays.keys():
        return Source(_rows(path, arrays, "x", "y"))
    if {"x_train", "y_train"} <= arrays.keys():
        has_test = {"x_test", "y_test"} <= arrays.keys()
        test = _rows(path, arrays, "x_test", "y_test") if has_test else None
        return Source(_rows(path, arrays, "x_train", "y_train"), test)
    found = ", ".join(arrays) or "none"
    raise DataError(f"{path}: must hold the arrays X and y, or x_train and y_train; found {found}")


def read_features(path: Path) -> Array:
    """Read the array ``X``.

    Raises:
        DataError: It is missing, has the wrong shape or type, or holds Python objects.
    """
    arrays = _arrays(path)
    if "x" not in arrays:
        raise DataError(f"{path}: must hold the array X; found {', '.join(arrays) or 'none'}")
    return checked_features(arrays["x"], f"{path}: x")


def _rows(path: Path, arrays: Mapping[str, Array], x: str, y: str) -> Rows:
    return checked_rows(arrays[x], arrays[y], f"{path}: {x}", f"{path}: {y}")


def _arrays(path: Path) -> dict[str, Array]:
    """Every array by its name in lower case."""
    try:
        with path.open("rb") as file:
            archive = np.load(file, allow_pickle=False)
            if isinstance(archive, np.lib.npyio.NpzFile):
                return {name.lower(): archive[name] for name in archive.files}
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(f"{path}: not a complete .npz file: {error}") from error
    except ValueError as error:
        raise DataError(f"{path}: {error}; save numbers and text only, without Python objects") from error
    raise DataError(f"{path}: must be an archive of arrays, as numpy.savez writes; found a single array")
