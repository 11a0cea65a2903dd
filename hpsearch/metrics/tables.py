"""Metrics in tables: a header of names, then rows of numbers below."""

import re
from collections.abc import Iterator

from hpsearch.metrics.names import looks_like_a_metric
from hpsearch.metrics.numbers import number

MOST_COLUMNS = 64

_WORD = re.compile(r"[^\W\d][\w%@./'()+\-]*")
_NUMBER_WITH_MARK = re.compile(r"(\S+?)\s*[+*✓]")
_RULE = re.compile(r"[-=+|:─━═┼╪┿│┃├┤┌┐└┘┏┓┗┛┡┩╇╈┬┴┳┻\s]+")
_DELIMITERS = (r"[|│┃]", r"\t", r",", r";", r"\s{2,}", r"\s+")


class TableReader:
    """Follows the lines of an output and reads the rows of its tables.

    A header is a line of at least two cells without numbers, one of which is known or looks like a metric. A
    row has as many cells, at least half of them numbers. Anything else but a rule ends the table.

    Args:
        known: Names that make a line a header though they do not look like metrics.
    """

    def __init__(self, known: Iterator[str] | tuple[str, ...] = ()) -> None:
        self._known = frozenset(known)
        self._names: list[str] = []
        self._delimiter = ""
        self._rows = 0

    @property
    def reading(self) -> bool:
        """Whether the last line belonged to a table."""
        return bool(self._names)

    def row(self, line: str) -> dict[str, float]:
        """The numbers of a line by the names of their columns; none if it is not a row."""
        if not line.strip() or _RULE.fullmatch(line):
            return {}
        if self._names and (row := self._row(line)):
            self._rows += 1
            return row
        self._begin(line)
        return {}

    def _row(self, line: str) -> dict[str, float]:
        cells = _cells(line, self._delimiter)
        if len(cells) != len(self._names):
            cells = _cells(line, r"\s+")
        if len(cells) != len(self._names):
            return {}
        values = [_figure(cell) for cell in cells]
        if sum(value is not None for value in values) * 2 < len(values):
            return {}
        return {
            name: value for name, value in zip(self._names, values, strict=True) if name and value is not None
        }

    def _begin(self, line: str) -> None:
        above, rows = self._names, self._rows
        self._names, self._rows = [], 0
        for delimiter in _DELIMITERS:
            cells = _cells(line, delimiter)
            if 2 <= len(cells) <= MOST_COLUMNS and all(map(_heading, cells)):
                names = ["_".join(cell.split()) for cell in cells]
                if above and not rows and len(above) == len(names):  # Vowpal Wabbit's: two lines of names
                    names = ["_".join(filter(None, pair)) for pair in zip(above, names, strict=True)]
                if self._known.intersection(names) or any(map(looks_like_a_metric, names)):
                    self._names, self._delimiter = names, delimiter
                return


def _cells(line: str, delimiter: str) -> list[str]:
    text = line.strip()
    if delimiter.startswith("[|"):
        text = text.strip("|│┃")
    return [cell.strip() for cell in re.split(delimiter, text)] if re.search(delimiter, text) else []


def _heading(cell: str) -> bool:
    """Whether a cell can name a column."""
    words = cell.split()
    return not cell or (
        len(words) <= 3
        and all(_WORD.fullmatch(word) for word in words)
        and all(number(word) is None for word in words)
    )


def _figure(cell: str) -> float | None:
    marked = _NUMBER_WITH_MARK.fullmatch(cell)
    return number(marked[1] if marked else cell)
