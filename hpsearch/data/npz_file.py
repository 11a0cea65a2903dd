"""Files of plain arrays with a page of JSON beside them: checkpoints and models. Nothing is pickled."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hpsearch.data.arrays import Array
from hpsearch.errors import DataError
from hpsearch.files import replacing

_SCHEMA = 1


def write(
    path: str | Path,
    kind: str,
    about: Mapping[str, Any],
    arrays: Mapping[str, Array],
    *,
    private: bool = False,
) -> None:
    """Write an ``.npz`` of arrays and, under the name ``about``, of JSON text; whole or not at all.

    Args:
        path: Where to.
        kind: What it is, in a word; whoever reads the file has to ask for it.
        about: JSON data.
        arrays: By name.
        private: Whether only its owner may read it.
    """
    text = json.dumps({"hpsearch": kind, "schema": _SCHEMA, **about})
    contents: dict[str, Any] = {"about": np.array(text), **arrays}
    with replacing(Path(path), private=private) as file:
        np.savez(file, allow_pickle=False, **contents)


def read(path: str | Path, kind: str) -> tuple[dict[str, Any], dict[str, Array]]:
    """Read what :func:`write` wrote.

    Raises:
        DataError: It is not there, damaged, of another kind, or from another version of hpsearch.
    """
    if Path(path).exists() and not Path(path).is_file():  # a pipe would be waited for
        raise DataError(f"{path}: must be a file")
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = dict(archive)
        about = json.loads(arrays.pop("about").item())
        found = about["hpsearch"], about["schema"]
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
    except Exception as error:
        # There is no end to what NumPy, zipfile and json raise over damaged files. What they say is not
        # passed on: NumPy advises to unpickle a file that it does not know.
        raise DataError(f"{path}: not a file that hpsearch wrote, or damaged") from error
    if found != (kind, _SCHEMA):
        raise DataError(
            f"{path}: must be a {kind} of schema {_SCHEMA}; found a {found[0]} of schema {found[1]}"
        )
    return about, arrays
