"""Where a trial stands among the others of its run, and how sure that is: a row of a leaderboard.

Rows are named tuples, as there are many: frozen dataclasses take four times as long to make.
"""

from __future__ import annotations  # types are imported for annotations only

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hpsearch.config import Config
    from hpsearch.store import Run
    from hpsearch.trial import Metric, Result, Status, Value, Worth

__all__ = ["Place", "Standing", "error_of_result", "error_of_standing", "rows_of", "standard_error"]


class Place(NamedTuple):
    """The place of a trial in the ranking of its run.

    Attributes:
        number: The trial's number.
        rank: Counted from 1; trials that nothing tells apart share one. None for a trial without a value.
        tied: Whether others have the same rank.
        worth: What it is ranked by, lower is better; None for a trial without a value.
    """

    number: int
    rank: int | None = None
    tied: bool = False
    worth: Worth | None = None


class Standing(NamedTuple):
    """A trial in the ranking: what a :class:`~hpsearch.trial.Result` tells, without its learning curve.

    Attributes:
        place: Its place.
        status: What became of it.
        value: The search's metric, finite; None unless the status is ranked.
        tie: What orders it among trials of its value, as that metric has it; None if nothing does.
        standard_error: Of the value, over the seeds of the trial; None for one seed.
        epochs: The length of its learning curve.
        final: Figures taken once, at its end.
        reason: Why it ended without a value, or early; "" otherwise.
        seconds: How long it ran.
        values: What it tried.
    """

    place: Place
    status: Status
    value: float | None
    tie: float | None
    standard_error: float | None
    epochs: int
    final: Mapping[str, float | None]
    reason: str
    seconds: float
    values: Mapping[str, Value]

    @classmethod
    def of(cls, place: Place, result: Result, metric: Metric) -> Standing:
        """The standing of a result.

        Args:
            place: Its place.
            result: The result, with what its trial tried.
            metric: What the search makes better.
        """
        return cls(
            place,
            result.status,
            result.value,
            metric.tie_value(result),
            metric.standard_error(result),
            len(result.curve),
            result.final,
            result.reason,
            result.seconds,
            result.values,
        )


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


def error_of_result(result: Result, metric: Metric, rows: int | None) -> float | None:
    """The standard error of a result's value; None if it is unknown.

    Args:
        result: The result.
        metric: What the search makes better.
        rows: The number of rows, if the metric is a share of them.
    """
    return standard_error(result.value, metric.standard_error(result), rows)


def error_of_standing(standing: Standing, rows: int | None) -> float | None:
    """The same for a row of a leaderboard."""
    return standard_error(standing.value, standing.standard_error, rows)


def rows_of(config: Config, run: Run) -> int | None:
    """The number of rows that the metric of a run is a share of; None if it is not one.

    Args:
        config: The run's config.
        run: The run, open.
    """
    split = config.objective.shares.get(config.metric.name)
    rows = run.meta("rows")
    return None if split is None or rows is None else rows.get(split)
