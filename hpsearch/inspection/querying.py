"""Reads what users type: which results they want, in which order, with which columns.

::

    optimizer=adam, learning_rate<1e-2, status=failed
    beta2!=null
    -learning_rate
    learning_*, -beta2
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import get_args

from hpsearch.config import Config
from hpsearch.document.closest import did_you_mean
from hpsearch.document.scalars import shown
from hpsearch.errors import UsageError
from hpsearch.reports.running_trials import RUNNING
from hpsearch.store.results_query import COLUMNS, Column, Condition, Missing, Operator, ResultsQuery
from hpsearch.trial import Metric, Status, Value

__all__ = ["ColumnChoice", "Vocabulary"]

_OPERATORS = sorted((*get_args(Operator), "=="), key=len, reverse=True)
_PART = re.compile(r"""(?:"[^"]*"|'[^']*'|[^,"']|["'])*""")
_CONDITION = re.compile(rf"(.*?)\s*({'|'.join(map(re.escape, _OPERATORS))})\s*(.*)", re.DOTALL)
_PARAMETER = "values."


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names by which results of a run can be selected and sorted.

    Attributes:
        configs: The configs of the runs, with the same metric. Results lack the parameters that their config
            does not have.
    """

    configs: Sequence[Config]

    @property
    def metric(self) -> Metric:
        """The metric of the runs."""
        return self.configs[0].metric

    @property
    def parameters(self) -> list[str]:
        """The names of all parameters."""
        return list(dict.fromkeys(name for config in self.configs for name in config.space.names))

    def names(self) -> list[str]:
        """All names; one that is both a parameter's and a column's means the column."""
        ties = [self.metric.ties.name] if self.metric.ties else []
        columns = [name for name in COLUMNS if name not in ("trial", "value", "tie")]
        return list(dict.fromkeys(["trial", self.metric.name, *ties, *columns, *self.parameters]))

    def query(self, where: str = "", sort: str = "", *, words: bool = False) -> ResultsQuery | None:
        """The query for some results in some order; None for all in the order of the ranking.

        Args:
            where: Conditions, separated by commas, all of which must be true. A text in quotes has to occur
                in the values, the status or the reason.
            sort: The name of a column; with ``-`` before it, the largest comes first.
            words: Whether such a text needs no quotes.

        Raises:
            UsageError: It cannot be read; the message shows the place.
        """
        conditions, texts = [], []
        for start, part in _parts(where):
            found = _CONDITION.fullmatch(part)
            quoted = _unquoted(part)
            if quoted is not None:
                texts.append(quoted)
            elif found is not None:
                conditions.append(self._condition(where, start, found))
            elif words:
                texts.append(part)
            else:
                rule = f"A condition is a name, one of = != < <= > >= and a value; found {shown(part)}."
                raise _wrong("where", where, start, f"{rule} Put text to look for in quotes.")
        column = self._sorted_by(sort) if sort else None
        if not (conditions or texts or column):
            return None
        return ResultsQuery(conditions, texts, column, descending=sort.startswith("-"))

    def _condition(self, where: str, start: int, found: re.Match[str]) -> Condition:
        name, operator, text = found.groups()
        column = self._column(name)
        if column is None:
            raise _wrong("where", where, start, self._unknown(name))
        place = start + found.start(3)
        value = _unquoted(text)
        operator = "=" if operator == "==" else operator
        if value is None:
            value = text
        if not text:
            raise _wrong("where", where, place, f"{name} {operator} needs a value; found nothing.")
        if operator not in ("=", "!="):
            if not _is_number(value):
                rule = f"{name} {operator} needs a number; found {shown(value)}."
                raise _wrong("where", where, place, rule)
        elif (missing := self._missing(column, text)) is not None:
            return Condition(column, operator, missing)  # type: ignore[arg-type]  # one of the operators
        elif (choices := self._choices(column)) is not None:
            if not any(_is(value, each) for each in choices):
                listed = ", ".join([*choices, "null"] if self._may_be_null(column) else choices)
                rule = f"{name} is one of {listed}; found {shown(value)}."
                raise _wrong("where", where, place, f"{rule} {did_you_mean(value, choices)}".rstrip())
        elif self._is_numeric(column) and not _is_number(value):
            raise _wrong("where", where, place, f"{name} is a number; found {shown(value)}.")
        return Condition(column, operator, value)  # type: ignore[arg-type]  # one of the operators

    def _missing(self, column: Column, text: str) -> Missing | None:
        """The meaning of an unquoted ``null`` or ``unused`` for a column; None if it is ordinary text."""
        if not column.parameter and column.name not in ("value", "tie"):
            return None
        if text == "null":
            return Missing.NULL if self._may_be_null(column) else Missing.UNUSED
        return Missing.UNUSED if text == "unused" and text not in (self._choices(column) or ()) else None

    def _may_be_null(self, column: Column) -> bool:
        """Whether null is one of the choices of a parameter."""
        listed = self._listed(column.name) if column.parameter else []
        return any(value is None for values in listed if values is not None for value in values)

    def _choices(self, column: Column) -> list[str] | None:
        """The texts that a column can contain besides null; None if it can contain other values."""
        if column.name == "status" and not column.parameter:
            return [*map(str, Status), RUNNING]
        if not column.parameter:
            return None
        choices: list[str] = []
        for values in self._listed(column.name):
            if values is None or any(isinstance(value, list | dict) for value in values):
                return None
            known = (value for value in values if value is not None)
            choices += (str(value).lower() if isinstance(value, bool) else str(value) for value in known)
        return list(dict.fromkeys(choices))

    def _listed(self, name: str) -> list[Sequence[Value] | None]:
        """The values of a parameter in each run that has it; None if it has a range there."""
        parameters = (each for config in self.configs for each in config.space.parameters)
        return [getattr(each, "values", None) for each in parameters if each.name == name]

    def _is_numeric(self, column: Column) -> bool:
        if column.parameter:
            return all(values is None for values in self._listed(column.name))
        return column.name not in ("status", "reason")

    def _column(self, name: str) -> Column | None:
        metric, names = self.metric, self.parameters
        if name.startswith(_PARAMETER) and name.removeprefix(_PARAMETER) in names:
            return Column(name.removeprefix(_PARAMETER), parameter=True)
        if name == metric.name:
            return Column("value")
        if metric.ties and name == metric.ties.name:
            return Column("tie")
        if name in COLUMNS:
            return Column(name)
        return Column(name, parameter=True) if name in names else None

    def _sorted_by(self, sort: str) -> Column:
        name = sort.removeprefix("-").strip()
        column = self._column(name)
        if column is None:
            raise UsageError(f"sort: {self._unknown(name)}")
        return column

    def _unknown(self, name: str) -> str:
        return _unknown(name, self.names())


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """The choice of columns to show.

    Attributes:
        shown: Patterns of the names to show; empty for all.
        hidden: Patterns of the names not to show.
    """

    shown: Sequence[str] = ()
    hidden: Sequence[str] = ()

    @classmethod
    def of(cls, text: str, names: Iterable[str], always: Iterable[str] = ()) -> "ColumnChoice":
        """The choice that a user typed: names or patterns, separated by commas; with ``-``, those to hide.

        Args:
            text: The text that was typed.
            names: The columns that may be shown or hidden.
            always: The columns that are always shown; they may be named too.

        Raises:
            UsageError: No column matches a name or pattern, or a column that is always shown would be hidden.
        """
        known, fixed = list(names), list(always)
        shown_ones: list[str] = []
        hidden: list[str] = []
        for start, part in _parts(text):
            pattern = part.removeprefix("-").strip()
            hides = part.startswith("-")
            if not any(fnmatchcase(name, pattern) for name in (known if hides else [*fixed, *known])):
                rule = f"{pattern} is always shown." if pattern in fixed else _unknown(pattern, known)
                raise _wrong("columns", text, start + hides, rule)
            (hidden if hides else shown_ones).append(pattern)
        return cls(shown_ones, hidden)

    def shows(self, name: str) -> bool:
        """Whether a column is shown."""
        wanted = not self.shown or any(fnmatchcase(name, pattern) for pattern in self.shown)
        return wanted and not any(fnmatchcase(name, pattern) for pattern in self.hidden)


def _parts(text: str) -> list[tuple[int, str]]:
    """The parts of a text between commas, without surrounding spaces, and where each part begins."""
    parts, start = [], 0
    while start <= len(text):
        found = _PART.match(text, start)
        assert found is not None  # noqa: S101 -- it matches nothing, too
        part = found[0]
        if part.strip():
            parts.append((start + len(part) - len(part.lstrip()), part.strip()))
        start = found.end() + 1
    return parts


def _unquoted(text: str) -> str | None:
    """The text between two quotes; None if there are none around it."""
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in text[1:-1]
    return text[1:-1] if quoted else None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is(typed: str, choice: str) -> bool:
    """Whether the typed text means a choice: 1e-2 is 0.01."""
    return typed == choice or (_is_number(typed) and _is_number(choice) and float(typed) == float(choice))


def _unknown(name: str, names: Sequence[str]) -> str:
    hint = did_you_mean(name, names) or f"The columns are {', '.join(map(shown, names))}."
    return f"There is no column {shown(name)}. {hint}"


def _wrong(what: str, text: str, start: int, rule: str) -> UsageError:
    """The error for a place in a text, with a mark below it."""
    line = f"\n  {text}\n  {' ' * start}^" if text.isprintable() and text.isascii() else ""
    return UsageError(f"{what}, character {start + 1}: {rule}{line}")
