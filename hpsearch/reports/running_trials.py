"""Running trials, as every view shows them: epoch, value, curve, and what the next rung demands."""

from collections.abc import Sequence
from typing import Any

from hpsearch.reports.sparkline import sparkline
from hpsearch.reports.text import plain
from hpsearch.running import RunningTrial, next_rung
from hpsearch.trial import Epoch, Metric, Trial

__all__ = ["curve_line", "next_demand", "running_data", "running_line"]

_CURVE_WIDTH = 20


def running_line(running: RunningTrial, metric: Metric) -> str:
    """A running trial in one line."""
    return curve_line(running.trial, running.curve, metric)


def curve_line(trial: Trial, curve: Sequence[Epoch], metric: Metric) -> str:
    """A running trial and its epochs so far in one line."""
    head = f"trial {trial.number}"
    if not curve:
        return f"{head}, no epoch yet"
    values = [epoch.metrics.get(metric.name) for epoch in curve]
    shown = "not finite" if values[-1] is None else plain(values[-1])
    demand = next_demand(trial, len(curve), metric)
    parts = [f"epoch {len(curve)}", f"{metric.name} {shown}", *([demand] if demand else [])]
    return f"{head}, {', '.join(parts)}  {sparkline(values, _CURVE_WIDTH)}"


def next_demand(trial: Trial, epochs: int, metric: Metric) -> str:
    """What the next rung demands of a trial after some epochs; empty if there is none."""
    rung = next_rung(trial, epochs)
    if rung is None:
        return ""
    side = "most" if metric.goal == "minimize" else "least"
    return f"needs at {side} {plain(metric.loss(rung.loss))} at epoch {rung.epoch}"


def running_data(running: RunningTrial, metric: Metric) -> dict[str, Any]:
    """A running trial as JSON data."""
    rung = next_rung(running.trial, len(running.curve))
    return {
        "trial": running.trial.number,
        "values": dict(running.trial.values),
        "epoch": len(running.curve),
        "value": running.value(metric),
        "curve": [[epoch.number, dict(epoch.metrics)] for epoch in running.curve],
        "next_rung": None if rung is None else {"epoch": rung.epoch, "value": metric.loss(rung.loss)},
    }
