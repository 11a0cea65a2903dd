"""The output of a command as plain data: a table of many things, or the details of one thing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hpsearch.reports.text import plain, value_text

__all__ = ["Column", "Details", "Table"]

_NOTHING = object()
"""Marks a missing value in a row, because null is a value."""
_MAPPINGS = (dict, Mapping)  # nearly all are dicts, whose check is faster
_COMPARED = {int, float, bool, str, type(None)}
"""Types whose equal values have equal texts, except for signed zeros."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        header: The text above the column; a column without one, such as a bar, is only for people.
        key: The place of its value in a row: nested keys, the outermost first.
        show: Formats a value for people.
        right: Whether it is aligned to the right.
        optional: Whether it may be dropped when the terminal is too narrow for all columns.
        choice: Whether its values are those of a parameter, which may include null.
        cut: Whether its texts may be cut if there is no room for them.
        sparse: Whether it is hidden from people if no row has a value.
    """

    header: str
    key: tuple[str, ...]
    show: Callable[[Any], str] = plain
    right: bool = False
    optional: bool = False
    choice: bool = False
    cut: bool = False
    sparse: bool = False

    def values(self, rows: Sequence[Mapping[str, Any]], missing: Any = None) -> list[Any]:
        """The column's value in each row; ``missing`` if there is none."""
        found: list[Any] = list(rows)
        for key in self.key:
            found = [each.get(key, missing) if isinstance(each, _MAPPINGS) else missing for each in found]
        return found

    def text(self, row: Mapping[str, Any]) -> str:
        """The column's value in a row, for people; "" for a parameter without a value."""
        (text,) = self.texts((row,))
        return text

    def texts(self, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        """The result of :meth:`text` for each row; this is faster for all rows together."""
        if self.choice:
            values = self.values(rows, _NOTHING)
            return _formatted(values, lambda value: "" if value is _NOTHING else value_text(value))
        return _formatted(self.values(rows), self.show)


def _formatted(values: Sequence[Any], show: Callable[[Any], str]) -> list[str]:
    """The text of each value; values that many rows share are formatted once."""
    kinds = set(map(type, values))
    if len(kinds) == 1 and kinds <= _COMPARED:
        distinct = set(values)
        if 2 * len(distinct) <= len(values) and not (float in kinds and 0.0 in distinct):  # equals -0.0
            texts = {value: show(value) for value in distinct}
            return [texts[value] for value in values]
    return list(map(show, values))


@dataclass(frozen=True, slots=True)
class Table:
    """Many things with the same properties.

    Attributes:
        kind: What it shows, for a program that reads it.
        columns: The columns for people, and for CSV.
        rows: JSON data; json and jsonl show all of it. They may be read only once.
        metadata: Facts about all rows, as JSON data.
        title: A line above it in a terminal.
        notes: Sentences below it in a terminal.
        exact: The columns for CSV, if they differ.
        whole: Whether all rows are shown in a terminal that is so narrow that they become columns.
        command: The command that prints it and takes ``-n`` and ``-f``; "" if it is the one that was typed.
    """

    kind: str
    columns: Sequence[Column]
    rows: Iterable[Mapping[str, Any]]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    notes: Sequence[str] = ()
    exact: Sequence[Column] = ()
    whole: bool = False
    command: str = ""

    def with_option(self, option: str) -> str:
        """The command for another view of it."""
        return f"{self.command} {option}".lstrip()


@dataclass(frozen=True, slots=True)
class Details:
    """One thing with its own properties.

    Attributes:
        kind: What it shows, for a program that reads it.
        data: All of it, as JSON data.
        lines: Labels with texts, which may have several lines, for people.
    """

    kind: str
    data: Mapping[str, Any]
    lines: Sequence[tuple[str, str]]

    def as_table(self) -> Table:
        """Labels and texts as the two columns of a table."""
        columns = (Column("property", ("property",), str), Column("value", ("value",), str))
        return Table(self.kind, columns, [{"property": label, "value": text} for label, text in self.lines])
