"""Leaderboards."""

from collections.abc import Iterable, Sequence
from typing import Any

from hpsearch.standing import Place, Standing, error_of_standing
from hpsearch.touches.babysitting import TOUCHES
from hpsearch.trial import Metric, Result

__all__ = ["leaderboard_row", "standings"]


def leaderboard_row(
    standing: Standing, metric: Metric, *, rows: int | None = None, timings: bool = False
) -> dict[str, Any]:
    """A row of a leaderboard, as JSON data.

    Two equal searches have equal rows: timings, which differ between them, are left out.

    Args:
        standing: The trial's standing.
        metric: The search's metric.
        rows: The number of rows, if the metric is a share of them.
        timings: Whether to include how long the trial ran.
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
    if (error := error_of_standing(standing, rows)) is not None:
        row["standard_error"] = error
    if TOUCHES in standing.final:
        row[TOUCHES] = int(standing.final[TOUCHES] or 0)
    if timings:
        row["seconds"] = round(standing.seconds, 3)
    return row


def standings(results: Sequence[Result], metric: Metric) -> Iterable[Standing]:
    """The standings of all results of a run, best first; then those without a value, by number.

    Args:
        results: All results, in any order.
        metric: The search's metric.
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
