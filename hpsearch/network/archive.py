"""Files of plain arrays with a page of JSON beside them: checkpoints and models. Nothing is pickled."""

import contextlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from hpsearch.errors import DataError

Array = NDArray[Any]
Opener = Callable[[str, int], int]


def private(path: str, flags: int) -> int:
    """An opener for :func:`open`: only its owner may read the file, whatever the umask."""
    return os.open(path, flags, 0o600)


@contextlib.contextmanager
def opened(path: Path, opener: Opener | None = None) -> Iterator[BinaryIO]:
    """A file to write; at the end it is on the disk."""
    with open(path, "wb", opener=opener) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def write(
    path: Path, about: Mapping[str, Any], arrays: Mapping[str, Array], opener: Opener | None = None
) -> None:
    """Write an ``.npz`` of ``arrays`` and, under the name ``about``, of JSON text; whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    with opened(partial, opener) as file:
        np.savez(file, allow_pickle=False, about=np.array(json.dumps(about)), **arrays)
    partial.replace(path)


def read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Read what :func:`write` wrote.

    Raises:
        DataError: It is not there, damaged, or of another kind.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = dict(archive)
        return json.loads(arrays.pop("about").item()), arrays
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (
        ValueError,
        KeyError,
        TypeError,
        EOFError,
        AttributeError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise DataError(f"{path}: not a file that hpsearch wrote, or damaged: {error}") from error
