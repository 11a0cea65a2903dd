"""Tables and details in every format: for people, for programs, for documents.

Text from outside (names, values, reasons) is escaped where it is shown, so that no control character
reaches a terminal and no markup reaches a document.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from hpsearch.reports.table import Column, Details, Table
from hpsearch.reports.text import printable

__all__ = ["SCHEMA", "Format", "MachineFormat", "format_report", "print_report"]

MachineFormat = Literal["json", "jsonl", "csv", "md"]
Format = Literal["table"] | MachineFormat
SCHEMA = 1
"""Goes up when a machine format changes in a way that breaks its readers."""


def print_report(report: Table | Details, form: Format, console: Console) -> None:
    """Print a table or details to the console's file."""
    if form != "table":
        console.file.write(format_report(report, form))
    elif isinstance(report, Details):
        _print_details(report, console)
    else:
        _print_table(report, console)


def format_report(report: Table | Details, form: MachineFormat) -> str:
    """A table or details as text that ends with a newline."""
    head = {"schema": SCHEMA, "kind": report.kind}
    if form == "json":
        body = report.data if isinstance(report, Details) else {**report.metadata, "rows": list(report.rows)}
        return _json({**head, **body}, indent=2)
    if form == "jsonl":
        rows = [report.data] if isinstance(report, Details) else report.rows
        return "".join(_json({**head, **row}) for row in rows)
    table = report.as_table() if isinstance(report, Details) else report
    return _csv(table) if form == "csv" else _markdown(table)


def _json(data: object, indent: int | None = None) -> str:
    return json.dumps(data, indent=indent, allow_nan=False, ensure_ascii=True) + "\n"


def _csv(table: Table) -> str:
    def exact(value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, list):
            return " ".join(map(exact, value))
        return json.dumps(value) if isinstance(value, bool | float | int) else printable(str(value))

    def choice(value: object) -> str:
        """As JSON; text without quotes where it cannot be taken for something else."""
        if isinstance(value, str) and not _is_json(value):
            return printable(value)
        return json.dumps(value, ensure_ascii=isinstance(value, str))

    def cell(column: Column, row: Mapping[str, Any]) -> str:
        if not column.choice:
            return exact(column.pick(row))
        return choice(column.pick(row)) if column.has(row) else ""

    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    columns = [column for column in table.exact or table.columns if column.header]
    writer.writerow(printable(column.header) for column in columns)
    for row in table.rows:
        writer.writerow(cell(column, row) for column in columns)
    return lines.getvalue()


def _is_json(text: str) -> bool:
    """Whether a text would be read as a number, true, false, null, a list, a mapping or text in quotes."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return not text
    return True


def _markdown(table: Table) -> str:
    def escaped(text: str) -> str:
        return printable(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(map(escaped, cells))} |"

    rows = [[column.text(row) for column in table.columns] for row in table.rows]
    rule = "|" + "|".join("---:" if column.right else "---" for column in table.columns) + "|"
    lines = [line([column.header for column in table.columns]), rule, *map(line, rows)]
    before, after = ([text for text in (table.title,) if text], table.notes)
    paragraphs = [*map(escaped, before), "\n".join(lines), *map(escaped, after)]
    return "\n\n".join(paragraphs) + "\n"


def _print_table(table: Table, console: Console) -> None:
    columns, notes = list(table.columns), list(table.notes)
    left_out: list[str] = []
    while _too_wide(_rich_table(table, columns, break_headers=True), console):
        optional = [at for at, column in enumerate(columns) if column.optional]
        if not optional:
            break
        left_out.insert(0, columns.pop(optional[-1]).header)
    if left_out:
        notes.append(f"Not shown (terminal too narrow): {', '.join(left_out)}; -f csv shows all")
    shown = _rich_table(table, columns, break_headers=False)
    if _too_wide(shown, console):
        shown = _rich_table(table, columns, break_headers=True)
    if table.title:
        _print(Text(printable(table.title), style="bold"), console)
    _print(shown, console)
    for note in notes:
        _print(Text(printable(note), style="dim"), console)


def _too_wide(shown: RichTable, console: Console) -> bool:
    # Measured without a limit: otherwise a table claims to fit any width.
    return console.measure(shown, options=console.options.update(width=10**6)).maximum > console.width


def _rich_table(table: Table, columns: Sequence[Column], *, break_headers: bool) -> RichTable:
    """The table; ``break_headers`` makes it narrower by breaking headers at underscores."""
    shown = RichTable(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        justify: Literal["right", "left"] = "right" if column.right else "left"
        header = printable(column.header)
        header = header.replace("_", "_\n") if break_headers else header
        shown.add_column(Text(header), justify=justify, no_wrap=True, overflow="ellipsis")
    for texts in zip(*(column.texts(table.rows) for column in columns), strict=True):
        shown.add_row(*(Text(printable(text)) for text in texts))
    return shown


def _print_details(details: Details, console: Console) -> None:
    grid = RichTable.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="bold")
    grid.add_column(overflow="fold")
    for label, text in details.lines:
        grid.add_row(Text(printable(label)), Text("\n".join(map(printable, text.split("\n")))))
    _print(grid, console)


def _print(renderable: RichTable | Text, console: Console) -> None:
    if console.is_terminal:
        console.print(renderable)
        return
    # rich pads tables to the right; trailing spaces do not belong in a pipe.
    with console.capture() as captured:
        console.print(renderable, soft_wrap=True)
    console.file.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
