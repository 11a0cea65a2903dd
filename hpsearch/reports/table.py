"""What a command prints, as plain data: many things with the same properties, or one thing with its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hpsearch.reports.text import plain


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        header: What stands above it.
        key: Where its value is in a row: keys, from outside in.
        show: How a value looks to people.
        right: Whether it is aligned to the right.
        optional: Whether it may be left out where the terminal is too narrow for all.
    """

    header: str
    key: tuple[str, ...]
    show: Callable[[Any], str] = plain
    right: bool = False
    optional: bool = False

    def pick(self, row: Mapping[str, Any]) -> Any:
        """The column's value in a row; None where there is none."""
        value: Any = row
        for key in self.key:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value


@dataclass(frozen=True, slots=True)
class Table:
    """Many things.

    Attributes:
        kind: What it is, for a program that reads it.
        columns: For people, and for csv.
        exact: For csv, where it has other columns.
        rows: JSON data; json and jsonl show it whole.
        about: What holds for all rows, as JSON data.
        title: What stands above it on a terminal.
        notes: Sentences below it on a terminal.
    """

    kind: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    about: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    notes: Sequence[str] = ()
    exact: Sequence[Column] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """One thing.

    Attributes:
        kind: What it is, for a program that reads it.
        data: All of it, as JSON data.
        lines: For people: labels with texts, which may have several lines.
    """

    kind: str
    data: Mapping[str, Any]
    lines: Sequence[tuple[str, str]]

    def as_table(self) -> Table:
        """Labels and texts as the two columns of a table."""
        columns = (Column("property", ("property",), str), Column("value", ("value",), str))
        return Table(self.kind, columns, [{"property": label, "value": text} for label, text in self.lines])
