"""The files that a config names: whether they are there, and have the columns that are asked for."""

import csv
import difflib
import os
from pathlib import Path

from hpsearch.config.reader import Reader, either
from hpsearch.config.schema import NetworkSection
from hpsearch.document import fixes
from hpsearch.document.closest import near_names
from hpsearch.document.nodes import Location
from hpsearch.document.scalars import shown

BUILTIN_DATA = ("digits", "blobs", "spirals", "moons")
"""The data sets that are no files."""

_LONGEST_HEADER = 1_000_000


def absolute_paths(network: NetworkSection, at: Location, reader: Reader, base: Path) -> NetworkSection:
    """The section with absolute paths; what is wrong with the files is reported.

    Args:
        network: The section as it was written.
        at: Where it stands.
        reader: The config.
        base: What relative paths start from.
    """
    absolute: dict[str, str] = {}
    for key in ("data", "validation", "test"):
        value = getattr(network, key)
        if isinstance(value, str) and not (key == "data" and value in BUILTIN_DATA):
            path = Path(os.path.abspath(base / os.path.expanduser(value)))  # noqa: PTH100, PTH111 -- Path.resolve would follow links, Path.expanduser raises
            absolute[key] = str(path)
            if _check_file((*at, key), value, path, reader) and path.suffix.lower() == ".csv":
                _check_label((*at, "label"), network.label, path, reader)
    return network.model_copy(update=absolute)


def _check_file(at: Location, value: str, path: Path, reader: Reader) -> bool:
    """Whether there is a file or directory; reports it if not."""
    try:
        if path.exists():
            return True
        near = near_names(path)
    except OSError:  # a name that is too long, a directory that may not be read
        near = []
    if at[-1] == "data":
        near = [*difflib.get_close_matches(value[:40].lower(), BUILTIN_DATA, 1, 0.7), *near]
    builtin = f"{', '.join(BUILTIN_DATA)} or " if at[-1] == "data" else ""
    hint = f"Did you mean {either(near)}?" if near else f"There is no {shown(str(path), 200)}"
    if at[-1] != "data" and (share := fixes.number(value)):
        hint = f"Write {share} for a share of the rows"
    reader.report(at, f"must be {builtin}the path of a file that is there", hint=hint)
    return False


def _check_label(at: Location, label: str | None, path: Path, reader: Reader) -> None:
    """Reports a label that is no column; a file that cannot be read is left to whoever reads it."""
    if not path.is_file():  # a pipe would be waited for
        return
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            columns = next(csv.reader([file.readline(_LONGEST_HEADER)]), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return
    if (label or "label") not in columns:
        names = ", ".join(shown(column, 30) for column in columns[:20]) + (", …" if len(columns) > 20 else "")
        rule = f"must be the column of {shown(path.name)} that holds the classes"
        reader.report(at, rule, hint=f"Its columns are {names}" if columns else "It is empty")
