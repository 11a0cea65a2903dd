"""Where a trial stands among the others of its run: a row of a leaderboard.

Both are named tuples, as there is one for each row: frozen dataclasses take four times as long to make.
"""

from collections.abc import Mapping
from typing import NamedTuple

from hpsearch.trial import Metric, Result, Status, Value, Worth

__all__ = ["Place", "Standing"]


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
    def of(cls, place: Place, result: Result, metric: Metric) -> "Standing":
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
