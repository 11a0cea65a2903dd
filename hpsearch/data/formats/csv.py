"""Comma-separated values: a line of column names, then numbers and one column of labels."""

import csv
import math
import re
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from hpsearch.data.arrays import Array
from hpsearch.data.formats.rows import Rows, Source, checked_labels, order_by_name
from hpsearch.errors import DataError

_WHOLE_NUMBER = re.compile(r"[+-]?\d+", re.ASCII)
_NUMBER = re.compile(
    r"[+-]?(?!0\d)(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(nan|inf(inity)?)", re.ASCII | re.IGNORECASE
)
"""Numbers as Python reads them, but without underscores, digits of other scripts, and leading zeros."""

Line = tuple[int, list[str]]  # its number, counted from 1, and its cells


def read(path: Path, label: str) -> Source:
    """Read numbers, and labels from the column of that name.

    Labels that are all whole numbers become numbers; others stay text, and so do numbers that begin with
    zeros, such as postal codes.

    Raises:
        DataError: There is no such column, a line has more or fewer values than the first, or a value
            is not a finite number; the message names the line and the column.
    """
    lines = _lines(path)
    _, header = next(lines)
    x, labels = _table(path, lines, header, _column(path, header, label))
    names = tuple(name for name in header if name != label)
    return Source(Rows(x, _labels(path, label, labels), names, label))


def read_features(path: Path, label: str | None, usual_label: str, wanted: Sequence[str]) -> Array:
    """Read the numbers, except the column of labels if there is one.

    Args:
        path: The file.
        label: The column of labels, which must exist; None to ignore ``usual_label`` if it exists.
        usual_label: See ``label``.
        wanted: The other columns that it must have, in the order to return; any if empty.

    Raises:
        DataError: As :func:`read`, or the columns are not the wanted ones.
    """
    lines = _lines(path)
    _, header = next(lines)
    given = label if label is not None or usual_label not in header else usual_label
    column = None if given is None else _column(path, header, given)
    names = [name for at, name in enumerate(header) if at != column]
    order = order_by_name(names, wanted, f"{path}:1") if wanted else []
    x, _ = _table(path, lines, header, column)
    return x[:, order] if wanted else x


def _lines(path: Path) -> Iterator[Line]:
    """The lines that are not empty; the first contains the column names."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file, strict=True)
        width = 0
        try:
            for cells in reader:
                width = width or len(cells)
                if cells and len(cells) != width:
                    raise DataError(
                        f"{path}:{reader.line_num}: every line must have {width} values, as the first has; "
                        f"found {len(cells)}"
                    )
                if cells:
                    yield reader.line_num, cells
        except UnicodeDecodeError as error:
            raise DataError(f"{path}: must be UTF-8 text; {error.reason} at byte {error.start}") from error
        except csv.Error as error:
            raise DataError(f"{path}:{reader.line_num}: {error}") from error
    if not width:
        raise DataError(f"{path}: must start with a line of column names; the file is empty")


def _column(path: Path, header: list[str], label: str) -> int:
    """Where the column of labels is.

    Raises:
        DataError: There is none, or more than one.
    """
    if header.count(label) == 1:
        return header.index(label)
    if label in header:
        raise DataError(f"{path}:1: every column must have a different name; found {label!r} twice")
    found = ", ".join(header[:20]) + (", …" if len(header) > 20 else "")
    raise DataError(
        f"{path}:1: no column is named {label}; name the column of labels with label: COLUMN; found {found}"
    )


def _table(
    path: Path, lines: Iterator[Line], header: list[str], label: int | None
) -> tuple[Array, list[str]]:
    """The numbers, (rows, features), and the cells of the column ``label``."""
    names = [name for column, name in enumerate(header) if column != label]
    if len(set(names)) < len(names):
        twice = next(name for index, name in enumerate(names) if name in names[:index])
        raise DataError(f"{path}:1: every column must have a different name; found {twice!r} twice")
    if not names:
        raise DataError(f"{path}:1: there must be a column of numbers; found only the labels")
    numbers, labels, rows = array("d"), list[str](), 0
    for line, cells in lines:
        if label is not None:
            labels.append(cells.pop(label).strip())
        numbers.extend(_numbers(path, line, names, cells))
        rows += 1
    if not rows:
        raise DataError(f"{path}: must have at least one line below the column names; found none")
    return np.array(numbers).reshape(rows, -1), labels


def _numbers(path: Path, line: int, names: list[str], cells: list[str]) -> list[float]:
    try:
        numbers = [float(cell) for cell in cells]
        if all(map(math.isfinite, numbers)) and "_" not in "".join(cells):
            return numbers
    except ValueError:
        pass
    name, cell = next((name, cell) for name, cell in zip(names, cells, strict=True) if not _is_finite(cell))
    raise DataError(f"{path}:{line}: column {name}: must be a finite number; found {cell.strip()!r}")


def _is_finite(cell: str) -> bool:
    try:
        return math.isfinite(float(cell)) and "_" not in cell  # Python reads 1_0 as 10
    except ValueError:
        return False


def _labels(path: Path, name: str, labels: list[str]) -> Array:
    """Labels as int64 if all of them are whole numbers, else as text.

    Raises:
        DataError: One is empty, or all are numbers but not whole or beyond 64 bits.
    """
    if "" in labels:
        row = labels.index("")
        raise DataError(
            f"{path}: column {name}: every row needs a label; row {row} (counted from 0) has none"
        )
    if not all(map(_NUMBER.fullmatch, labels)):
        return np.array(labels)
    if all(map(_WHOLE_NUMBER.fullmatch, labels)):
        for row, label in enumerate(labels):
            if len(label) > 20 or not -(2**63) <= int(label) < 2**63:
                raise DataError(
                    f"{path}: column {name}: labels must be whole numbers of 64 bits, or text; found "
                    f"{label:.40} in row {row} (counted from 0)"
                )
        return np.array([int(label) for label in labels], np.int64)
    return checked_labels(np.array([float(label) for label in labels]), f"{path}: column {name}")
