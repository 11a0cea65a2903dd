"""The names that a misspelt one is probably meant to be."""

import os
from collections.abc import Iterable
from pathlib import Path

from hpsearch.document.scalars import shown

_LONGEST = 100  # difflib takes quadratic time


def closest(word: str, names: Iterable[str], *, most: int = 1, similarity: float = 0.6) -> list[str]:
    """The names most like a word, the most similar first.

    Args:
        word: The word that was written.
        names: The possible names.
        most: The largest number of names to return.
        similarity: How similar a name must be, from 0 to 1: the ratio of Ratcliff and Obershelp.
    """
    import difflib  # needed only for misspelt words

    return difflib.get_close_matches(word[:_LONGEST], list(names), most, similarity)


def did_you_mean(word: str, names: Iterable[str], *, similarity: float = 0.6) -> str:
    """The question that suggests the closest name, safe to show; "" if no name is close."""
    return "".join(f"Did you mean {shown(name)}?" for name in closest(word, names, similarity=similarity))


def near_names(path: Path) -> list[str]:
    """Names in the directory of a path that are similar to the path's own, safe to show.

    Raises:
        OSError: The directory cannot be read.
    """
    if not path.parent.is_dir():
        return []
    names = [name for name in os.listdir(path.parent) if not name.startswith(".")]  # noqa: PTH208 -- only names are needed
    return [shown(name) for name in closest(path.name, names, most=3)]
