"""Leaderboards."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hpsearch.standing import Place, Standing
from hpsearch.touches.babysitting import TOUCHES
from hpsearch.trial import Metric, Result

__all__ = ["leaderboard_row", "rows_of", "standard_error", "standings"]


def standard_error(value: float | None, over_seeds: float | None, rows: int | None) -> float | None:
    """The standard error of a trial's value: over its seeds, or else, of a share of rows, by their number.

    A share p of n rows has the standard error √(p (1 − p) / n). It is taken with one hit and one miss more
    than were seen, so that no errors among few rows do not mean certainty (as Agresti and Coull, 1998, do).

    Args:
        value: The value.
        over_seeds: Its standard error over the trial's seeds, if it has several.
        rows: The number of rows, if the value is the share of them with some property.
    """
    if over_seeds is not None or value is None or not rows:
        return over_seeds
    share = (value * rows + 1) / (rows + 2)
    return math.sqrt(share * (1 - share) / rows)


def rows_of(name: str, shares: Mapping[str, str], rows: Mapping[str, int] | None) -> int | None:
    """The number of rows that a metric is a share of; None if it is not one.

    Args:
        name: The metric's name.
        shares: The metrics that are shares, each with the split of its rows.
        rows: The number of rows of each split, if known.
    """
    split = shares.get(name)
    return None if split is None or rows is None else rows.get(split)


def leaderboard_row(
    standing: Standing, metric: Metric, *, rows: int | None = None, timings: bool = False
) -> dict[str, Any]:
    """A row of a leaderboard, as JSON data.

    Two equal searches have equal rows: what differs between them, their timings, is left out.

    Args:
        standing: Of the trial.
        metric: What the search makes better.
        rows: The number of rows, if the metric is a share of them.
        timings: Whether to put in how long the trial ran.
    """
    row: dict[str, Any] = {
        "rank": standing.place.rank,
        "trial": standing.place.number,
        "status": str(standing.status),
        "value": standing.value,
    }
    if metric.ties:
        row["tie"] = standing.tie
    row["epochs"] = standing.epochs
    row["values"] = standing.values
    row["reason"], _, _ = standing.reason.partition("\n")  # a traceback has paths, which differ
    if standing.place.tied:
        row["tied"] = True
    if (error := standard_error(standing.value, standing.standard_error, rows)) is not None:
        row["standard_error"] = error
    if TOUCHES in standing.final:
        row[TOUCHES] = int(standing.final[TOUCHES] or 0)
    if timings:
        row["seconds"] = round(standing.seconds, 3)
    return row


def standings(results: Sequence[Result], metric: Metric) -> Iterable[Standing]:
    """The standings of all results of a run, best first; then, by number, those without a value.

    Args:
        results: All, in any order.
        metric: What the search makes better.
    """
    ranked = sorted((result for result in results if result.value is not None), key=metric.order)
    worths = [metric.order(result)[:2] for result in ranked]
    rank = 0
    for index, result in enumerate(ranked):
        begins = index == 0 or worths[index - 1] != worths[index]
        ends = worths[index + 1 : index + 2] != [worths[index]]
        rank = index + 1 if begins else rank
        yield Standing.of(Place(result.number, rank, not (begins and ends), worths[index]), result, metric)
    for result in sorted((each for each in results if each.value is None), key=lambda each: each.number):
        yield Standing.of(Place(result.number), result, metric)
