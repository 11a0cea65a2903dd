"""Tables for people: the texts of all rows, which columns are shown, and how wide they are.

Rows are read once and kept as one text each, so that a hundred thousand of them fit into memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from hpsearch.reports.cells import cell_width, padded
from hpsearch.reports.table import Table
from hpsearch.reports.text import LONGEST_CHOICE, printable, short_choices

__all__ = ["Layout", "TableTexts"]

_PART = 1000
_DIVIDER = "\x1f"  # not printable, so it occurs in no text
_GAP = "  "
_MOST_TRANSPOSED = 100
"""The most rows of a table that may be shown with a column for each row."""


class TableTexts:
    """The rows of a table as text.

    Args:
        table: The table; its rows are read once, in parts.

    Attributes:
        columns: The columns with a text in some row, and those that need none.
        same: The columns with the same text in all rows that need not be shown: the text by header.
        count: The number of rows.
    """

    def __init__(self, table: Table) -> None:
        self._all = list(table.columns)
        self._lines: list[str] = []
        self._widths = [0] * len(self._all)
        self._long: list[set[str]] = [set() for _ in self._all]
        self._kinds: list[set[str]] = [set() for _ in self._all]  # at most two texts of each
        rows = iter(table.rows)
        while part := list(islice(rows, _PART)):
            self._add(part)
        self.count = len(self._lines)
        self._short = [self._shortened(index) for index in range(len(self._all))]
        used = [
            index
            for index, column in enumerate(self._all)
            if not (column.sparse and self.count and self._kinds[index] == {""})
        ]
        constant = [index for index in used if self._all[index].optional and self._is_constant(index)]
        self._shown = [index for index in used if index not in constant]
        self.columns = [self._all[index] for index in self._shown]
        self.same = {self._all[index].header: next(iter(self._kinds[index])) for index in constant}

    def _add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        by_column = []
        for index, column in enumerate(self._all):
            texts = column.texts(rows)
            if not "".join(texts).isprintable():
                texts = list(map(printable, texts))
            by_column.append(texts)
            if len(self._kinds[index]) < 2:
                self._kinds[index].update(islice(set(texts), 2))
            fitting = texts
            if column.choice and max(map(len, texts)) >= LONGEST_CHOICE:
                self._long[index].update(text for text in texts if len(text) >= LONGEST_CHOICE)
                fitting = [text for text in texts if len(text) < LONGEST_CHOICE]
            self._widths[index] = max(self._widths[index], _widest(fitting))
        self._lines += map(_DIVIDER.join, zip(*by_column, strict=True))

    def _shortened(self, index: int) -> dict[str, str]:
        """The shortened forms of the long texts of a column."""
        long = sorted(self._long[index])
        short = dict(zip(long, short_choices(long), strict=True))
        self._widths[index] = max(self._widths[index], _widest(list(short.values())))
        return short

    def _is_constant(self, index: int) -> bool:
        return self.count > 1 and len(self._kinds[index]) == 1

    def widths(self) -> list[int]:
        """The width of the widest text in each column, in cells of a terminal."""
        return [self._widths[index] for index in self._shown]

    def rows(self, first: int = 0, count: int | None = None) -> Iterator[list[str]]:
        """The texts of each row, column by column."""
        short = [self._short[index] for index in self._shown]
        shortened = any(short)
        for line in islice(self._lines, first, None if count is None else first + count):
            texts = line.split(_DIVIDER)
            shown = [texts[index] for index in self._shown]
            if shortened:
                shown = [known.get(text, text) for known, text in zip(short, shown, strict=True)]
            yield shown


class Layout:
    """The layout of a table at some width.

    Args:
        texts: The rows.
        width: The width in cells of a terminal.
        whole: Whether all rows have to be shown if they become columns.

    Attributes:
        left_out: Headers of the columns for which there was no room.
        rows: The number of rows for which there was room.
    """

    def __init__(self, texts: TableTexts, width: int, *, whole: bool = True) -> None:
        self._texts, self._width, self._whole = texts, width, whole
        self._columns = list(range(len(texts.columns)))
        self._headers = [[printable(column.header)] for column in texts.columns]
        self.left_out: list[str] = []
        self.rows = texts.count
        self._transposed = False
        if self._is_too_wide():
            self._headers = [_broken(header) for (header,) in self._headers]
        if self._is_too_wide():
            optional = any(column.optional for column in texts.columns)
            self._transposed = optional and 0 < texts.count <= _MOST_TRANSPOSED
        if self._transposed:
            self._headers = [[printable(column.header)] for column in texts.columns]
            self.rows = texts.count if whole else len(self._block(0))
        while not self._transposed and self._is_too_wide():
            optional_columns = [at for at in self._columns if texts.columns[at].optional]
            if not optional_columns:
                break
            self._columns.remove(optional_columns[-1])
            self.left_out.insert(0, texts.columns[optional_columns[-1]].header)

    def lines(self) -> Iterator[tuple[bool, str]]:
        """The lines of the table, and whether each is a heading."""
        return self._transposed_lines() if self._transposed else self._plain_lines()

    # A row for each row ------------------------------------------------------------------------------

    def _column_widths(self) -> list[int]:
        widths = self._texts.widths()
        return [max(widths[at], *map(cell_width, self._headers[at])) for at in self._columns]

    def _is_too_wide(self) -> bool:
        return sum(self._least_widths()) + len(_GAP) * (len(self._columns) - 1) > self._width

    def _least_widths(self) -> list[int]:
        """The widths of the columns whose texts must not be cut, and the smallest ones of the others."""
        pairs = zip(self._columns, self._column_widths(), strict=True)
        return [min(width, LONGEST_CHOICE) if self._texts.columns[at].cut else width for at, width in pairs]

    def _plain_lines(self) -> Iterator[tuple[bool, str]]:
        widths = _narrowed(self._column_widths(), self._least_widths(), self._width)
        right = [self._texts.columns[at].right for at in self._columns]
        form = _GAP.join(
            f"%{width}s" if end else f"%-{width}s" for width, end in zip(widths, right, strict=True)
        )
        cut = sum(widths) < sum(self._column_widths())
        heights = max((len(self._headers[at]) for at in self._columns), default=0)
        for line in range(heights):
            header = [(self._headers[at][line : line + 1] or [""])[0] for at in self._columns]
            yield True, _row(header, widths, right)
        for texts in self._texts.rows():
            cells = [texts[at] for at in self._columns] if self.left_out else texts
            line_text = "".join(cells)
            if cut or not line_text.isascii():
                yield False, _row(cells, widths, right)
            else:
                yield False, (form % tuple(cells)).rstrip()

    # A column for each row ---------------------------------------------------------------------------

    def _block(self, first: int) -> list[list[str]]:
        """As many rows as fit side by side, at least one."""
        left = self._width - max(map(cell_width, (header for (header,) in self._headers)))
        block: list[list[str]] = []
        for texts in self._texts.rows(first, _MOST_TRANSPOSED):
            left -= len(_GAP) + min(max(map(cell_width, texts)), LONGEST_CHOICE)
            if block and left < 0:
                break
            block.append(texts)
        return block

    def _transposed_lines(self) -> Iterator[tuple[bool, str]]:
        first = 0
        while first < self.rows:
            block = self._block(first)
            widths = [max(map(cell_width, column)) for column in ([h for (h,) in self._headers], *block)]
            widths = _narrowed(widths, [min(width, LONGEST_CHOICE) for width in widths], self._width)
            if first:
                yield False, ""
            for at, (header,) in enumerate(self._headers):
                cells = [header, *(texts[at] for texts in block)]
                if self._texts.columns[at].sparse and not any(cells[1:]):
                    continue
                yield at == 0, _row(cells, widths, [False, *(True for _ in block)])
            first += len(block)


def _broken(header: str) -> list[str]:
    """A header, split into lines after underscores."""
    parts = header.split("_")
    lines = [f"{part}_" for part in parts[:-1]] + [parts[-1]]
    return [line for line in lines if line]


def _narrowed(widths: Sequence[int], least: Sequence[int], most: int) -> list[int]:
    """Widths that fit: first the widest ones above their smallest width are cut, then the widest of all."""
    narrowed = list(widths)
    while sum(narrowed) + len(_GAP) * (len(narrowed) - 1) > most and max(narrowed) > 1:
        above = [width if width > low else 0 for width, low in zip(narrowed, least, strict=True)]
        candidates = above if any(above) else narrowed
        narrowed[candidates.index(max(candidates))] -= 1
    return narrowed


def _row(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = (padded(text, width, right=end) for text, width, end in zip(cells, widths, right, strict=True))
    return _GAP.join(parts).rstrip()


def _widest(texts: Sequence[str]) -> int:
    """The width of the widest text; 0 if there are none."""
    return max(map(len if "".join(texts).isascii() else cell_width, texts), default=0)
