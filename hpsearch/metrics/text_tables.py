"""Metrics in tables: a header of names, then rows of numbers below."""

import re
from collections.abc import Iterable

from hpsearch.metrics.names import looks_like_a_metric
from hpsearch.metrics.numbers import UnclearNumber, has_decimal_comma, number

MOST_COLUMNS = 64
LONGEST_HEADER = 2000
"""The largest number of characters in a line of a table."""

_WORD = re.compile(r"#|[^\W\d][\w%@./'()+\-]*")
_NUMBER_WITH_MARK = re.compile(r"(\S+?)\s*[+*✓]")
_FIGURE = re.compile(r"(?<![\w@.\-/'(])[0-9]")
_UNCLEAR = re.compile(r"[+\-−.]?[0-9][^/:]*")
_RULE = re.compile(r"[-=+|:─━═┼╪┿│┃├┤┌┐└┘┏┓┗┛┡┩╇╈┬┴┳┻\s]+")
_DELIMITERS = (r"[|│┃]", r"\t", r",", r";", r"\s{2,}", r"\s+")


class TableReader:
    """Follows the lines of an output and reads the rows of its tables.

    A header is a line (or two) of at least two cells without numbers, one of which is known or looks like a
    metric. A row has the same number of cells, at least half of them numbers. Anything else except a rule
    ends the table.

    Args:
        known: Names that make a line a header although they do not look like metrics.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = frozenset(known)
        self._headers: list[str] = []
        self._above = ""
        self._names: list[str] = []
        self._delimiter = ""

    @property
    def reading(self) -> bool:
        """Whether the last line belonged to a table."""
        return bool(self._names)

    @property
    def expects_row(self) -> bool:
        """Whether the next line may be a row, whatever it contains."""
        return bool(self._names or self._headers)

    def skip(self, line: str) -> None:
        """Skip a line without a metric's name; it may still be the first line of a header."""
        if line.strip():
            self._above = line

    def row(self, line: str) -> dict[str, float]:
        """The numbers of a line by the names of their columns; none if it is not a row.

        Raises:
            UnclearNumber: A known name has a number with a decimal comma, or, in a row of numbers, something
                like a number that is not one.
        """
        if not line.strip() or _RULE.fullmatch(line):
            return {}
        if self._names:
            cells = _cells(line, self._delimiter)
            self._refuse_unclear_numbers(cells)
            if row := _numbers(cells, self._names):
                return row
        self._names = []
        if (
            len(line) <= LONGEST_HEADER
            and not _FIGURE.search(line)
            and any(_is_header(_cells(line, by)) for by in _DELIMITERS)
        ):
            above = self._headers[-1] if self._headers else self._above
            self._headers, self._above = [above, line] if above else [line], ""
            return {}
        headers, self._headers = self._headers, []
        return self._first_row(line, headers) if headers else {}

    def _refuse_unclear_numbers(self, cells: list[str]) -> None:
        others = sum(_figure(cell) is not None for cell in cells)
        is_row = len(cells) == len(self._names) and others and others * 2 >= len(cells) - 1
        for name, cell in zip(self._names, cells, strict=False):
            if name in self._known and has_decimal_comma(cell):
                raise UnclearNumber(f"{name} is {cell} in a table. Print numbers with a decimal point")
            if is_row and name in self._known and _UNCLEAR.fullmatch(cell) and _figure(cell) is None:
                raise UnclearNumber(f"{name} is {cell} in a table. Print it in digits, or as nan")

    def _first_row(self, line: str, headers: list[str]) -> dict[str, float]:
        """Find the delimiter with which the row has the same number of cells as its header."""
        for delimiter in _DELIMITERS:
            cells = _cells(line, delimiter)
            above, names = ([""] * len(cells), *(_cells(header, delimiter) for header in headers))[-2:]
            if not _is_header(names):
                continue
            if _is_header(above) and len(above) == len(names):  # Vowpal Wabbit's: two lines of names
                names = [f"{first} {second}".strip() for first, second in zip(above, names, strict=True)]
            names = ["_".join(name.split()) for name in names]
            row = _numbers(cells, names)
            if row and (self._known.intersection(names) or any(map(looks_like_a_metric, names))):
                self._names, self._delimiter = names, delimiter
                return row
        return {}


def _numbers(cells: list[str], names: list[str]) -> dict[str, float]:
    """The numbers of a row; none if it does not fit its header."""
    values = [_figure(cell) for cell in cells]
    numbers = [value for value in values if value is not None]
    several = any(value is None and len(cell.split()) > 1 for cell, value in zip(cells, values, strict=True))
    if len(cells) != len(names) or several or len(numbers) * 2 < len(values):
        return {}
    pairs = zip(names, values, strict=True)
    return {name: value for name, value in pairs if name and value is not None}


def _cells(line: str, delimiter: str) -> list[str]:
    text = line.strip()
    if delimiter.startswith("[|"):
        text = text.strip("|│┃")
    return [cell.strip() for cell in re.split(delimiter, text)] if re.search(delimiter, text) else []


def _is_header(cells: list[str]) -> bool:
    return 2 <= len(cells) <= MOST_COLUMNS and all(map(_heading, cells)) and any(cells)


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
