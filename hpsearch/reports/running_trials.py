"""Running trials in all views: epoch, value, curve, and the threshold at the next rung."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from hpsearch.reports.sparkline import sparkline
from hpsearch.reports.text import plain
from hpsearch.running import RunningTrial, next_rung
from hpsearch.trial import Epoch, Metric, Trial

__all__ = [
    "RUNNING",
    "curve_line",
    "next_demand",
    "running_data",
    "running_line",
    "running_row",
    "short_demand",
]

RUNNING = "running"
"""The text in the status column."""

_CURVE_WIDTH = 20


def running_line(running: RunningTrial, metric: Metric, *, stops_early: bool) -> str:
    """A running trial in one line; the arguments are those of :func:`curve_line`."""
    return curve_line(running.trial, running.curve, metric, stops_early=stops_early)


def curve_line(trial: Trial, curve: Sequence[Epoch], metric: Metric, *, stops_early: bool) -> str:
    """A running trial and its epochs so far in one line.

    Args:
        trial: The trial.
        curve: Its epochs so far.
        metric: The search's metric.
        stops_early: Whether the search stops trials early.
    """
    values = [epoch.metrics.get(metric.name) for epoch in curve]
    parts = [f"trial {trial.number}", f"epoch {len(curve)}" if curve else "no epoch yet"]
    if values:
        parts.append(f"{metric.name} {'not finite' if values[-1] is None else plain(values[-1])}")
    if demand := next_demand(trial, len(curve), metric, stops_early=stops_early):
        parts.append(demand)
    return f"{', '.join(parts)}  {sparkline(values, _CURVE_WIDTH)}".rstrip()


class _Wording(NamedTuple):
    """The text for a threshold: for a metric to minimize, to maximize, after the last rung, without rungs."""

    most: str
    least: str
    past: str
    none: str


_IN_A_LINE = _Wording(
    "needs at most {} at epoch {}",
    "needs at least {} at epoch {}",
    "past its last rung",
    "no rung: too little was known when it started",
)
_IN_A_COLUMN = _Wording("≤ {} at {}", "≥ {} at {}", "past the last", "none known")


def next_demand(trial: Trial, epochs: int, metric: Metric, *, stops_early: bool) -> str:
    """The threshold at a trial's next rung after some epochs; empty if the search stops no trial early.

    A trial gets its rungs when it starts; there are none if too little was known by then. For a trial
    without an epoch the text is empty, because its code may report none at all.
    """
    return _demand(trial, epochs, metric, _IN_A_LINE, stops_early=stops_early)


def short_demand(trial: Trial, epochs: int, metric: Metric, *, stops_early: bool) -> str:
    """The same for a column of a table."""
    return _demand(trial, epochs, metric, _IN_A_COLUMN, stops_early=stops_early)


def _demand(trial: Trial, epochs: int, metric: Metric, wording: _Wording, *, stops_early: bool) -> str:
    rung = next_rung(trial, epochs)
    if rung is not None:
        demand = wording.most if metric.goal == "minimize" else wording.least
        return demand.format(plain(metric.loss(rung.loss)), rung.epoch)
    if not (stops_early and epochs):
        return ""
    return wording.past if trial.rungs else wording.none


def running_data(running: RunningTrial, metric: Metric) -> dict[str, Any]:
    """A running trial as JSON data."""
    return {
        "trial": running.trial.number,
        "values": dict(running.trial.values),
        "epoch": len(running.curve),
        "value": running.value(metric),
        "curve": [[epoch.number, dict(epoch.metrics)] for epoch in running.curve],
        "next_rung": _next_rung(running, metric),
    }


def running_row(running: RunningTrial, metric: Metric, *, timings: bool = False) -> dict[str, Any]:
    """A running trial as a row of a leaderboard, as JSON data: it has no rank, and its value is the latest.

    Args:
        running: The trial.
        metric: The search's metric.
        timings: Whether to include how long it has run.
    """
    row: dict[str, Any] = {
        "rank": None,
        "trial": running.trial.number,
        "status": RUNNING,
        "value": running.value(metric),
    }
    if metric.ties:
        row["tie"] = running.value(metric.ties)
    row |= {"epochs": len(running.curve), "values": dict(running.trial.values), "reason": ""}
    row["next_rung"] = _next_rung(running, metric)
    return row | ({"seconds": round(running.seconds, 3)} if timings else {})


def _next_rung(running: RunningTrial, metric: Metric) -> dict[str, Any] | None:
    rung = next_rung(running.trial, len(running.curve))
    return None if rung is None else {"epoch": rung.epoch, "value": metric.loss(rung.loss)}
