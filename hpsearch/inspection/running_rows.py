"""The running trials of a leaderboard, under the same conditions as its results."""

import json

from hpsearch.reports.running_trials import RUNNING
from hpsearch.running import RunningTrial
from hpsearch.store.results_query import Column, Missing, ResultsQuery
from hpsearch.trial import Metric, Value

__all__ = ["comparable", "fulfils"]


def fulfils(running: RunningTrial, query: ResultsQuery, metric: Metric) -> bool:
    """Whether a running trial meets the conditions of a query, as a result would.

    Args:
        running: The trial.
        query: Conditions and words.
        metric: The search's metric.
    """
    return query.mentioned(running.trial.values, RUNNING) and all(
        condition.holds(_found(running, condition.column, metric)) for condition in query.conditions
    )


def comparable(value: Value) -> float | str | Missing:
    """A value in the form in which SQLite compares it: truth values, lists and mappings as text."""
    if value is None:
        return Missing.NULL
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str | float | int) else json.dumps(value, separators=(",", ":"))


def _found(running: RunningTrial, column: Column, metric: Metric) -> float | str | Missing:
    """The value of a running trial in a column."""
    if column.parameter:
        values = running.trial.values
        return comparable(values[column.name]) if column.name in values else Missing.UNUSED
    found: dict[str, float | str | None] = {
        "trial": running.trial.number,
        "value": running.value(metric),
        "tie": running.value(metric.ties) if metric.ties else None,
        "status": RUNNING,
        "epochs": len(running.curve),
        "seconds": running.seconds,
        "reason": "",
    }
    value = found[column.name]
    return Missing.UNUSED if value is None else value
