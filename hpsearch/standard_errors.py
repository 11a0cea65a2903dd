"""How far may a trial's value be from what more seeds, or more rows, would give? Its standard error."""

from __future__ import annotations  # types are imported for annotations only

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpsearch.config import Config
    from hpsearch.standing import Standing
    from hpsearch.store import Run
    from hpsearch.trial import Metric, Result

__all__ = ["error_of_result", "error_of_standing", "rows_of", "standard_error"]


def standard_error(value: float | None, over_seeds: float | None, rows: int | None) -> float | None:
    """The standard error of a trial's value: over its seeds, or else, of a share of rows, by their number.

    A share p of n rows has the standard error √(p (1 − p) / n). It is taken with one hit and one miss more
    than were seen, so that no errors among few rows are no certainty (as Agresti and Coull, 1998, do).

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
    """The standard error of a result's value; None if nothing tells it.

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
    """The number of rows that the metric of a run is a share of; None if it is no share.

    Args:
        config: The run's config.
        run: The run, open.
    """
    split = config.objective.shares.get(config.metric.name)
    rows = run.meta("rows")
    return None if split is None or rows is None else rows.get(split)
