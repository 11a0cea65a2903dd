"""How a trial ranks among the others of its run, and how certain that is: a row of a leaderboard.

Rows are named tuples, because there are many: frozen dataclasses take four times as long to create.
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
        rank: Counted from 1; tied trials share a rank. None for a trial without a value.
        tied: Whether others have the same rank.
        worth: The key that it is ranked by, lower is better; None for a trial without a value.
    """

    number: int
    rank: int | None = None
    tied: bool = False
    worth: Worth | None = None


class Standing(NamedTuple):
    """A trial in the ranking: the data of a :class:`~hpsearch.trial.Result` without its learning curve.

    Attributes:
        place: Its place.
        status: How it ended.
        value: The search's metric, finite; None unless the status is ranked.
        tie: The value of the metric that breaks ties; None if there is none.
        standard_error: The standard error of the value over the trial's seeds; None for one seed.
        epochs: The length of its learning curve.
        final: Final metrics, evaluated once at its end.
        reason: Why it ended without a value, or early; "" otherwise.
        seconds: How long it ran.
        values: The values that it tried.
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
            result: The result, with the values of its trial.
            metric: The search's metric.
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
    """The standard error of a trial's value: over its seeds, or, for a share of rows, from their number.

    A share p of n rows has the standard error √(p (1 − p) / n). It is computed with one hit and one miss more
    than were observed, so that zero errors in few rows do not mean certainty (as in Agresti and Coull, 1998).

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
