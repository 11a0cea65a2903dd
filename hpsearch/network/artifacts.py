"""Files of arrays and JSON metadata: checkpoints and models. Nothing is pickled."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hpsearch.data.arrays import Array
from hpsearch.errors import DataError
from hpsearch.files import replacing

_SCHEMA = 2


def write_artifact(
    path: str | Path,
    kind: str,
    metadata: Mapping[str, Any],
    arrays: Mapping[str, Array],
    *,
    private: bool = False,
) -> None:
    """Write an ``.npz`` of arrays and, as the array ``metadata``, JSON text; completely or not at all.

    Args:
        path: The file to write or replace.
        kind: The kind of file in one word, such as ``model``; a reader names the kind that it expects.
        metadata: JSON data.
        arrays: The arrays by name.
        private: Whether only its owner may read it.
    """
    text = json.dumps({"hpsearch": kind, "schema": _SCHEMA, **metadata})
    with replacing(Path(path), private=private) as file:
        np.savez(file, allow_pickle=False, metadata=np.array(text), **arrays)


def read_artifact(path: str | Path, kind: str) -> tuple[dict[str, Any], dict[str, Array]]:
    """Read what :func:`write_artifact` wrote.

    Raises:
        DataError: It does not exist, is damaged, or is of another kind or from another version of hpsearch.
    """
    if Path(path).exists() and not Path(path).is_file():  # opening a pipe would wait
        raise DataError(f"{path}: must be a file")
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as npz:
            arrays = dict(npz)
        metadata = json.loads(arrays.pop("metadata").item())
        found = metadata["hpsearch"], metadata["schema"]
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
    except Exception as error:
        # NumPy, zipfile and json raise all kinds of errors for damaged files. Their messages are left out:
        # NumPy's advises to unpickle a file that it does not know.
        raise DataError(f"{path}: not a file that hpsearch wrote, or damaged") from error
    if found != (kind, _SCHEMA):
        raise DataError(
            f"{path}: must be a {kind} of schema {_SCHEMA}; found a {found[0]} of schema {found[1]}"
        )
    return metadata, arrays
