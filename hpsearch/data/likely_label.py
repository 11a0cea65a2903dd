"""Which column of a CSV file probably contains the labels."""

import csv
import itertools
from pathlib import Path

from hpsearch.errors import DataError

NAMES = (
    *("label", "labels", "target", "class", "y", "outcome", "species", "category", "diagnosis", "survived"),
    *("response", "result", "type"),
)
_ROWS = 200
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def likely_label(path: Path) -> str:
    """The column with a usual name; else the only one with text; else the last one.

    Raises:
        DataError: The file has no line of column names, or other separators than commas.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
            head = [row for row in itertools.islice(csv.reader(file), _ROWS) if row]
    except (OSError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
    if not head:
        raise DataError(f"{path}: must start with a line of column names; the file is empty")
    names, rows = head[0], head[1:]
    for separator, what in _SEPARATORS.items():
        if len(names) == 1 and separator in names[0]:
            raise DataError(f"{path}:1: columns must be separated by commas; found {what}")
    if any(map(_is_number, names)):
        found = next(name for name in names if _is_number(name))
        raise DataError(f"{path}:1: must start with a line of column names; found the number {found}")
    usual = {name.strip().lower(): name for name in names}
    for name in NAMES:
        if name in usual:
            return usual[name]
    texts = [
        name
        for at, name in enumerate(names)
        if any(len(row) > at and not _is_number(row[at]) for row in rows)
    ]
    return texts[0] if len(texts) == 1 else names[-1]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
