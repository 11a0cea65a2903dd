"""Leaderboards."""

from collections.abc import Mapping, Sequence
from typing import Any

from hpsearch.babysitting import TOUCHES
from hpsearch.trial import WORST_TIE, Metric, Result, Trial


def leaderboard(
    ranking: Sequence[Result], trials: Mapping[int, Trial], metric: Metric, *, timings: bool = False
) -> list[dict[str, Any]]:
    """The rows of a leaderboard, as JSON data.

    Two equal searches have equal rows: what differs between them, their timings, is left out.

    Args:
        ranking: Results, best first.
        trials: At least their trials, by number.
        metric: What the search makes better; with repeats, its standard error is put in.
        timings: Whether to put in how long each trial ran.
    """
    rows = []
    for rank, result in enumerate(ranking, 1):
        row: dict[str, Any] = {
            "rank": rank if result.value is not None else None,
            "trial": result.number,
            "status": str(result.status),
            "value": result.value,
            **({"tie": tie_value(result, metric)} if metric.ties else {}),
            "epochs": len(result.curve),
            "values": dict(trials[result.number].values),
            "reason": result.reason.partition("\n")[
                0
            ],  # a traceback has paths, which differ between machines
        }
        if (error := standard_error(result, metric)) is not None:
            row["standard_error"] = error
        if TOUCHES in result.final:
            row[TOUCHES] = int(result.final[TOUCHES] or 0)
        if timings:
            row["seconds"] = round(result.seconds, 3)
        rows.append(row)
    return rows


def tie_value(result: Result, metric: Metric) -> float | None:
    """What orders a result among others of its value; None if nothing does, or it has no value.

    Args:
        result: Any.
        metric: What the search makes better.
    """
    if metric.ties is None or result.value is None:
        return None
    tie = metric.order(result)[1]
    return None if tie == WORST_TIE else metric.ties.loss(tie)


def standard_error(result: Result, metric: Metric) -> float | None:
    """The standard error of a result's value over its seeds, taken at the epoch that the value is of.

    Args:
        result: Any.
        metric: What the search makes better.

    Returns:
        None of a result without a value, or of one seed.
    """
    if result.value is None or not result.curve:
        return None
    return metric.epoch_of(result.curve).metrics.get(f"{metric.name}_se")
