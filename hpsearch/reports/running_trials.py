"""Running trials, as every view shows them: epoch, value, curve, and what the next rung demands."""

from collections.abc import Sequence
from typing import Any

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
"""In the place of a status."""

_CURVE_WIDTH = 20


def running_line(running: RunningTrial, metric: Metric, *, stops_early: bool) -> str:
    """A running trial in one line; the arguments are those of :func:`curve_line`."""
    return curve_line(running.trial, running.curve, metric, stops_early=stops_early)


def curve_line(trial: Trial, curve: Sequence[Epoch], metric: Metric, *, stops_early: bool) -> str:
    """A running trial and its epochs so far in one line.

    Args:
        trial: The trial.
        curve: Its epochs so far.
        metric: What the search makes better.
        stops_early: Whether the search stops trials early.
    """
    values = [epoch.metrics.get(metric.name) for epoch in curve]
    parts = [f"trial {trial.number}", f"epoch {len(curve)}" if curve else "no epoch yet"]
    if values:
        parts.append(f"{metric.name} {'not finite' if values[-1] is None else plain(values[-1])}")
    if demand := next_demand(trial, len(curve), metric, stops_early=stops_early):
        parts.append(demand)
    return f"{', '.join(parts)}  {sparkline(values, _CURVE_WIDTH)}".rstrip()


def next_demand(trial: Trial, epochs: int, metric: Metric, *, stops_early: bool) -> str:
    """What the next rung demands of a trial after some epochs; empty if the search stops no trial early.

    A trial takes its rungs along when it starts; where too little was known by then, there is none. Of a
    trial without an epoch that is not said: its code may report none at all.
    """
    rung = next_rung(trial, epochs)
    if rung is not None:
        side = "most" if metric.goal == "minimize" else "least"
        return f"needs at {side} {plain(metric.loss(rung.loss))} at epoch {rung.epoch}"
    if not (stops_early and epochs):
        return ""
    return "past its last rung" if trial.rungs else "no rung: too little was known when it started"


def short_demand(trial: Trial, epochs: int, metric: Metric, *, stops_early: bool) -> str:
    """The same for a column of a table."""
    rung = next_rung(trial, epochs)
    if rung is not None:
        side = "≤" if metric.goal == "minimize" else "≥"
        return f"{side} {plain(metric.loss(rung.loss))} at {rung.epoch}"
    if not (stops_early and epochs):
        return ""
    return "past the last" if trial.rungs else "none known"


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
        metric: What the search makes better.
        timings: Whether to put in for how long it has run.
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
