"""Tables and details in every format: for people, for programs, for documents.

Text from outside (names, values, reasons) is escaped where it is shown, so that no control character
reaches a terminal and no markup reaches a document.
"""

import contextlib
import csv
import itertools
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from tempfile import SpooledTemporaryFile, gettempdir
from typing import Any, Literal, TextIO

from hpsearch.errors import SystemLacking
from hpsearch.reports.cells import cell_width, padded
from hpsearch.reports.plain_screen import Screen, styled, write_text
from hpsearch.reports.table import Column, Details, Table
from hpsearch.reports.table_layout import Layout, TableTexts
from hpsearch.reports.text import printable

__all__ = ["SCHEMA", "Format", "MachineFormat", "format_report", "print_report", "report_parts"]

MachineFormat = Literal["json", "jsonl", "csv", "md"]
Format = Literal["table"] | MachineFormat
_PART = 1000
"""How many lines are written at once."""
_KEPT_BYTES = 8 * 2**20

_WRITTEN_ALIKE = {int, float, type(None)}
"""Types that the csv module writes in the same way as :func:`_cell`."""
_MISSING = object()
"""Marks a parameter that a trial does not have, because null is a value."""

SCHEMA = 1
"""Increased when a machine format changes in a way that breaks its readers."""


def print_report(report: Table | Details, form: Format, screen: Screen) -> None:
    """Print a table or details to the screen's file, and flush it: stderr may go to the same file."""
    if form != "table":
        with whole_text(report_parts(report, form)) as text:
            shutil.copyfileobj(text, screen.file)
    elif isinstance(report, Details):
        _print_details(report, screen)
    else:
        _print_table(report, screen)
    screen.file.flush()


def format_report(report: Table | Details, form: MachineFormat) -> str:
    """A table or details as text that ends with a newline."""
    return "".join(report_parts(report, form))


@contextlib.contextmanager
def whole_text(parts: Iterable[str]) -> Iterator[TextIO]:
    """A text made of parts, to be read once all are complete; if one fails, nothing is shown.

    A long text is kept on disk.

    Raises:
        SystemLacking: There is no room for it.
    """
    with SpooledTemporaryFile(_KEPT_BYTES, "w+", encoding="utf-8", newline="") as file:
        for part in parts:  # writelines() would check the length only afterwards
            try:
                file.write(part)
            except OSError as error:
                raise SystemLacking(
                    f"No room for temporary files in {gettempdir()}: {error.strerror}. Free some space,"
                    " or set TMPDIR to a directory with more."
                ) from error
        file.seek(0)
        yield file  # type: ignore[misc]  # it is one in all but name


def report_parts(report: Table | Details, form: MachineFormat) -> Iterator[str]:
    """The text of a table or details, yielded in parts while its rows are read."""
    head = {"schema": SCHEMA, "kind": report.kind}
    if form == "json":
        body = report.data if isinstance(report, Details) else report.metadata
        return _document({**head, **body}, None if isinstance(report, Details) else report.rows)
    if form == "jsonl":
        rows = [report.data] if isinstance(report, Details) else report.rows
        return (f"{_json({**head, **row})}\n" for row in rows)
    table = report.as_table() if isinstance(report, Details) else report
    return _csv(table) if form == "csv" else _markdown(table)


def _json(data: object, indent: int | None = None) -> str:
    return json.dumps(data, indent=indent, allow_nan=False, ensure_ascii=True)


def _document(data: Mapping[str, Any], rows: Iterable[Mapping[str, Any]] | None) -> Iterator[str]:
    """A JSON document; each of the rows is one line."""
    text = _json(data, indent=2)
    if rows is None:
        yield f"{text}\n"
        return
    yield f'{text[:-2]},\n  "rows": ['
    between = "\n    "
    for row in rows:
        yield between + _json(row)
        between = ",\n    "
    yield "]\n}\n" if between == "\n    " else "\n  ]\n}\n"


def _csv(table: Table) -> Iterator[str]:
    columns = [column for column in table.exact or table.columns if column.header]
    others = [column for column in columns if not column.choice]
    choices = [column for column in columns if column.choice]
    order = [(others + choices).index(column) for column in columns]
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(map(printable, _names(columns)))
    rows = iter(table.rows)
    while part := list(itertools.islice(rows, _PART)):
        cells = [_cells(column.values(part)) for column in others] + _choice_cells(choices, part)
        writer.writerows(zip(*(cells[index] for index in order), strict=True))
        yield lines.drain()
    yield lines.drain()


def _names(columns: Sequence[Column]) -> list[str]:
    """Unique column names for CSV: if headers are equal, one column is named by its key."""
    names: dict[int, str] = {}
    for index, column in sorted(enumerate(columns), key=lambda item: len(item[1].key)):
        taken = column.header in names.values()
        names[index] = ".".join(column.key) if taken else column.header
    return [names[index] for index in range(len(columns))]


class _Lines:
    """A file that keeps its content until it is taken."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, text: str) -> None:
        """Keep a text."""
        self.written.append(text)

    def drain(self) -> str:
        """Take everything written since the last call."""
        text = "".join(self.written)
        self.written.clear()
        return text


def _cells(values: list[Any]) -> list[Any]:
    """The values of a column for CSV: numbers as in JSON, and nothing for None."""
    if set(map(type, values)) <= _WRITTEN_ALIKE:
        return values
    return list(map(_cell, values))


def _cell(value: object) -> str:
    """A value for CSV."""
    if isinstance(value, str):
        return printable(value)
    if value is None:
        return ""
    if isinstance(value, bool | float | int):
        return _number_cell(value)
    return " ".join(map(_cell, value)) if isinstance(value, list) else printable(str(value))


def _number_cell(value: float) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)  # as in JSON


def _choice_cells(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """The values of parameters for CSV; rows of one trial share their ``values``, converted once."""
    if not columns:
        return []
    values = [row.get("values") for row in rows]
    firsts = [
        at for at in range(len(rows)) if at == 0 or values[at] is None or values[at] is not values[at - 1]
    ]
    counts = [end - first for first, end in itertools.pairwise([*firsts, len(rows)])]
    cells = []
    for column in columns:
        found = map(_choice_cell, column.values([rows[first] for first in firsts], _MISSING))
        cells.append(list(itertools.chain.from_iterable(map(itertools.repeat, found, counts))))
    return cells


def _choice_cell(value: object) -> str:
    """The value of a parameter for CSV: as JSON, but text without quotes if that is unambiguous."""
    if isinstance(value, str):
        return _json(value) if _is_json(value) else printable(value)
    if isinstance(value, bool | float | int):
        return _number_cell(value)
    return "" if value is _MISSING else json.dumps(value, ensure_ascii=False)


@lru_cache(4096)
def _is_json(text: str) -> bool:
    """Whether a text would be read as a number, true, false, null, a list, a mapping or text in quotes."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return not text
    return True


def _markdown(table: Table) -> Iterator[str]:
    def escaped(text: str) -> str:
        return printable(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(map(escaped, cells))} |\n"

    texts = TableTexts(table)
    if table.title:
        yield f"{escaped(table.title)}\n\n"
    yield line([column.header for column in texts.columns])
    yield "|" + "|".join("---:" if column.right else "---" for column in texts.columns) + "|\n"
    yield from map(line, texts.rows())
    yield from (f"\n{escaped(note)}\n" for note in (*_same(texts), *table.notes))


def _same(texts: TableTexts) -> Iterator[str]:
    """The text that replaces columns with the same text in all rows."""
    if not texts.same:
        return
    used = [f"{name}={text}" for name, text in texts.same.items() if text]
    unused = [name for name, text in texts.same.items() if not text]
    parts = [*([", ".join(used)] if used else []), *([f"{', '.join(unused)} not used"] if unused else [])]
    yield f"The same in all {texts.count} rows: {'; '.join(parts)}"


def _print_table(table: Table, screen: Screen) -> None:
    texts = TableTexts(table)
    layout = Layout(texts, screen.width, whole=table.whole)
    if table.title:
        write_text(printable(table.title), screen, "bold")
    for heading, line in layout.lines() if texts.count or not table.notes else ():
        screen.file.write(f"{styled(line, screen, 'bold') if heading else line}\n")
    notes = [*_same(texts), *table.notes]
    if layout.rows < texts.count:
        all_of_them = table.with_option(f"-n {texts.count}")
        room = f"The terminal has room for {layout.rows} of {texts.count} rows"
        notes.append(f"{room}; {all_of_them} shows them")
    if layout.left_out:
        names = ", ".join(layout.left_out)
        notes.append(f"Not shown (terminal too narrow): {names}; {table.with_option('-f csv')} shows all")
    for note in notes:
        write_text(printable(note), screen, "dim")


def _print_details(details: Details, screen: Screen) -> None:
    width = max((cell_width(printable(label)) for label, _ in details.lines), default=0)
    for label, text in details.lines:
        after = padded(printable(label), width) + "  "
        write_text("\n".join(map(printable, text.split("\n"))), screen, after=after)
