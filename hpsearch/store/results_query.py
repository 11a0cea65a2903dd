"""Which results to show, and in which order: conditions and an order, as SQL over the rows of a run.

Names and values are bound, never part of the text of a query.
"""

import json
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from hpsearch.store.database_file import json_text
from hpsearch.trial import WORST_TIE, Metric, Value

__all__ = ["COLUMNS", "Column", "Condition", "Missing", "Operator", "ResultsQuery"]

COLUMNS = ("trial", "value", "tie", "status", "epochs", "seconds", "reason")
"""The columns of a result, besides the values of parameters."""

Operator = Literal["=", "!=", "<", "<=", ">", ">="]

_ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

_ROWS = (
    "WITH joined AS (SELECT number AS trial, trial AS tried, value, loss, tie AS order_of_ties,"
    " CASE WHEN tie < ? THEN tie * ? END AS tie, status, epochs, seconds, reason{}"
    " FROM results JOIN trials USING (number))"
)
_PARAMETER = (
    ", (SELECT CASE WHEN type IN ('true', 'false') THEN type ELSE value END"
    " FROM json_each(trial, '$.values') WHERE key = ?) AS parameter{}"
)
_TYPE = ", (SELECT type FROM json_each(trial, '$.values') WHERE key = ?) AS parameter{}_type"
_WORD = (
    "(instr(lower(json_extract(tried, '$.values')), lower(?))"
    " OR instr(lower(status || ' ' || reason), lower(?)))"
)


class Missing(Enum):
    """Special values that a condition may compare a column with."""

    NULL = "null"
    """The parameter has the value null."""

    UNUSED = "unused"
    """The trial does not use the parameter, or has no value of the metric."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column to select or sort results by.

    Attributes:
        name: One of :data:`COLUMNS`, or the name of a parameter.
        parameter: Whether it is a parameter.
    """

    name: str
    parameter: bool = False

    def __post_init__(self) -> None:
        if not self.parameter and self.name not in COLUMNS:
            raise ValueError(f"a column is one of {', '.join(COLUMNS)}, not {self.name!r}")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a column of a result.

    Attributes:
        column: The column.
        operator: The comparison. A result without the value meets only ``!=``.
        value: The value to compare with; all operators except ``=`` and ``!=`` compare numbers.
    """

    column: Column
    operator: Operator
    value: float | str | Missing

    def holds(self, found: float | str | Missing) -> bool:
        """Whether a trial's value in the column meets the condition, with the same meaning as the SQL."""
        if self.operator in ("=", "!="):
            return self._is(found) == (self.operator == "=")
        wanted = None if isinstance(self.value, Missing) else _number(self.value)
        if isinstance(found, str | Missing) or not isinstance(wanted, float):
            return False
        return bool(_ORDERS[self.operator](found, wanted))

    def _is(self, found: float | str | Missing) -> bool:
        if isinstance(found, Missing) or isinstance(self.value, Missing):
            return found is self.value
        return found == str(self.value) if isinstance(found, str) else found == _number(self.value)


@dataclass(frozen=True, slots=True)
class ResultsQuery:
    """Some results in some order.

    Attributes:
        conditions: The conditions that each must meet.
        words: Texts that occur in the values, the status or the reason, in upper or lower case.
        sort: The sort column; None for the ranking.
        descending: Whether the largest comes first. Results without a value come last in either direction.
    """

    conditions: Sequence[Condition] = ()
    words: Sequence[str] = ()
    sort: Column | None = None
    descending: bool = False

    @property
    def chooses(self) -> bool:
        """Whether some results may be left out."""
        return bool(self.conditions or self.words)

    def sql(self, metric: Metric) -> tuple[str, list[object]]:
        """The query for their numbers, and its bound values.

        Args:
            metric: The search's metric.
        """
        names = self._names()
        typed = {each.column for each in self.conditions if isinstance(each.value, Missing)}
        parts: list[str] = []
        sign = metric.ties.loss(1.0) if metric.ties else 1.0
        bound: list[object] = [WORST_TIE, sign]
        for index, column in enumerate(column for column in names if column.parameter):
            found = [_PARAMETER, _TYPE] if column in typed else [_PARAMETER]
            parts += (each.format(index) for each in found)
            bound += [column.name] * len(found)
        rows = _ROWS.format("".join(parts))
        tests = []
        for condition in self.conditions:
            test, values = _test(names[condition.column], condition)
            tests.append(test)
            bound += values
        for word in self.words:
            tests.append(_WORD)
            bound += [_in_json(word), word]
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        order = "loss IS NULL, loss, order_of_ties"
        if self.sort is not None:
            name = names[self.sort]
            order = f"{name} IS NULL, {name} {'DESC' if self.descending else 'ASC'}"
        # Its parts are constants in this module, and the names that the query gives to columns.
        return f"{rows} SELECT trial FROM joined{where} ORDER BY {order}, trial", bound  # noqa: S608 -- constants

    def mentioned(self, values: Mapping[str, Value], status: str) -> bool:
        """Whether the words occur in a trial without a result, as their SQL finds them in one with a result.

        Args:
            values: What the trial tries.
            status: Its status.
        """
        tried = json_text(dict(values)).lower()
        return all(_in_json(word).lower() in tried or word.lower() in status for word in self.words)

    def _names(self) -> dict[Column, str]:
        """The name of each column in the queries."""
        used = [condition.column for condition in self.conditions] + ([self.sort] if self.sort else [])
        parameters = [column for column in dict.fromkeys(used) if column.parameter]
        names = {column: f"parameter{index}" for index, column in enumerate(parameters)}
        return names | {column: column.name for column in used if not column.parameter}


def _test(name: str, condition: Condition) -> tuple[str, list[object]]:
    """SQL for a condition on a column, and its bound values."""
    value = condition.value
    if isinstance(value, Missing):
        kind = f"{name}_type" if condition.column.parameter else name
        is_null = value is Missing.NULL and condition.column.parameter
        test = f"COALESCE({kind} = 'null', 0)" if is_null else f"{kind} IS NULL"
        return f"NOT ({test})" if condition.operator == "!=" else test, []
    if condition.operator == "=":
        return f"{name} IN (?, ?)", [_number(value), str(value)]
    if condition.operator == "!=":
        return f"COALESCE({name} NOT IN (?, ?), 1)", [_number(value), str(value)]
    # In SQLite every text is larger than every number.
    return f"({name} {condition.operator} ? AND typeof({name}) != 'text')", [_number(value)]


def _in_json(word: str) -> str:
    """A text as it appears within JSON; a quote, which ends a text there, is unchanged."""
    return json.dumps(word)[1:-1].replace('\\"', '"')


def _number(value: float | str) -> float | str:
    try:
        return float(value)
    except ValueError:
        return value
