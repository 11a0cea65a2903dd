"""The names that are meant, most likely, by one that is not there."""

import difflib
import os
from pathlib import Path

from hpsearch.document.scalars import shown


def near_names(path: Path) -> list[str]:
    """Names in the directory of a path that are like its own.

    Raises:
        OSError: The directory cannot be read.
    """
    if not path.parent.is_dir():
        return []
    names = [name for name in os.listdir(path.parent) if not name.startswith(".")]  # noqa: PTH208 -- names are what is wanted
    return [shown(name) for name in difflib.get_close_matches(path.name, names, 3, 0.6)]
