"""How to see a run: figures, from Python and for the command line."""

from typing import TYPE_CHECKING

from hpsearch.config import Config
from hpsearch.errors import UsageError
from hpsearch.findings import importance
from hpsearch.reports.figures import FIGURES, Figure, RunData
from hpsearch.searchers import METHODS
from hpsearch.store import Run

if TYPE_CHECKING:
    from hpsearch.analysis.anova import Importance

__all__ = ["plot", "run_data", "run_importance"]

_NEED_IMPORTANCE = ("importance", "slices", "maps")


def plot(run: Run, kind: str) -> Figure:
    """A figure of a run: in a notebook it shows itself, and ``save`` writes it to a file.

    Args:
        run: The run, open.
        kind: ``history``, ``zoom``, ``curves``, ``importance``, ``slices``, ``maps``, ``parallel``, ``grid``
            or ``timeline``.

    Raises:
        UsageError: There is no such kind, or the run has nothing to show in it yet.
    """
    if kind not in FIGURES:
        raise UsageError(f"The kind of a figure must be one of {', '.join(FIGURES)}; found {kind!r}")
    found = run_importance(run) if kind in _NEED_IMPORTANCE else None
    return FIGURES[kind](run_data(run, timings=kind == "timeline"), found)


def run_data(run: Run, *, timings: bool = False) -> RunData:
    """What figures are drawn from.

    Args:
        run: The run, open.
        timings: Whether to read when each trial ran.
    """
    config = Config.from_resolved(run.meta("config"))
    return RunData(
        space=config.space,
        metric=config.metric,
        trials=run.trials(),
        results=run.results(),
        repeats=config.search.repeats,
        adaptive=METHODS[config.search.method].adaptive,
        times=run.times() if timings else {},
    )


def run_importance(run: Run) -> "Importance | None":
    """How much each hyperparameter matters; None where the results are too few to tell."""
    try:
        return importance(run)
    except UsageError:
        return None
