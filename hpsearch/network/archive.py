"""Files of plain arrays with a page of JSON beside them: checkpoints and models. Nothing is pickled."""

import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.errors import DataError

Array = NDArray[Any]


_SCHEMA = 1

_DAMAGE = (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error)
"""What NumPy and JSON raise over files that are not what they should be."""


def write(path: str | Path, kind: str, about: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write an ``.npz`` of arrays and, under the name ``about``, of JSON text; whole or not at all.

    Args:
        path: Where to.
        kind: What it is, in a word; whoever reads the file has to ask for it.
        about: JSON data.
        arrays: By name.
    """
    path = Path(path)
    text = json.dumps({"hpsearch": kind, "schema": _SCHEMA, **about})
    contents: dict[str, Any] = {"about": np.array(text), **arrays}
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            np.savez(file, **contents)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read(path: str | Path, kind: str) -> tuple[dict[str, Any], dict[str, Array]]:
    """Read what :func:`write` wrote.

    Raises:
        DataError: It is not there, damaged, of another kind, or from another version of hpsearch.
    """
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = dict(archive)
        about = json.loads(arrays.pop("about").item())
        found = about["hpsearch"], about["schema"]
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
    except _DAMAGE as error:
        # Not what NumPy says: it advises to unpickle a file that it does not know.
        raise DataError(f"{path}: not a file that hpsearch wrote, or damaged") from error
    if found != (kind, _SCHEMA):
        raise DataError(
            f"{path}: must be a {kind} of schema {_SCHEMA}; found a {found[0]} of schema {found[1]}"
        )
    return about, arrays
