"""What a command prints, as plain data: a table of many things, or the details of one thing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hpsearch.reports.text import plain, short_choices, value_text

__all__ = ["Column", "Details", "Table"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        header: The text above the column; a column without one, such as a bar, is only for people.
        key: Where its value is in a row: keys, from outside in.
        show: Formats a value for people.
        right: Whether it is aligned to the right.
        optional: Whether it may be dropped when the terminal is too narrow for all columns.
        choice: Whether its values are those of a parameter, of which null may be one.
    """

    header: str
    key: tuple[str, ...]
    show: Callable[[Any], str] = plain
    right: bool = False
    optional: bool = False
    choice: bool = False

    def has(self, row: Mapping[str, Any]) -> bool:
        """Whether a row has a value of the column."""
        value: Any = row
        for key in self.key:
            if not isinstance(value, Mapping) or key not in value:
                return False
            value = value[key]
        return True

    def pick(self, row: Mapping[str, Any]) -> Any:
        """The column's value in a row; None if there is none."""
        value: Any = row
        for key in self.key:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def text(self, row: Mapping[str, Any]) -> str:
        """The column's value in a row, for people; "" for a parameter without a value."""
        if self.choice:
            return value_text(self.pick(row)) if self.has(row) else ""
        return self.show(self.pick(row))

    def texts(self, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        """The column's values in rows, for people; long choices are cut."""
        texts = [self.text(row) for row in rows]
        return short_choices(texts) if self.choice else texts


@dataclass(frozen=True, slots=True)
class Table:
    """Many things with the same properties.

    Attributes:
        kind: What it shows, for a program that reads it.
        columns: For people, and for CSV.
        rows: JSON data; json and jsonl show all of it.
        metadata: What holds for all rows, as JSON data.
        title: A line above it on a terminal.
        notes: Sentences below it on a terminal.
        exact: The columns for CSV, where they differ.
    """

    kind: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    notes: Sequence[str] = ()
    exact: Sequence[Column] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """One thing with its own properties.

    Attributes:
        kind: What it shows, for a program that reads it.
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
