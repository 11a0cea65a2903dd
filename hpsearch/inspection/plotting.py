"""Figures and reports of a run, from Python and for the command line."""

from collections.abc import Sequence
from typing import Any

from hpsearch.analysis.anova import Importance
from hpsearch.config import Config
from hpsearch.document.dump import dump
from hpsearch.errors import UsageError
from hpsearch.inspection.findings import explain_search, importance
from hpsearch.reports.figures import FIGURES, Figure, RunData
from hpsearch.reports.html.report import ReportedRun, report_page
from hpsearch.reports.status import search_state
from hpsearch.searchers import METHODS
from hpsearch.standing import rows_of
from hpsearch.store import Run

__all__ = ["plot", "report"]

_NEED_IMPORTANCE = ("slices", "marginal", "maps")


def plot(run: Run, kind: str) -> Figure:
    """A figure of a run: a notebook displays it, and ``save`` writes it to a file.

    Args:
        run: The run, open.
        kind: ``history``, ``zoom``, ``curves``, ``importance``, ``slices``, ``marginal``, ``maps``,
            ``parallel``, ``grid`` or ``timeline``.

    Raises:
        UsageError: There is no such kind, or the run has nothing to show in it yet.
    """
    if kind not in FIGURES:
        raise UsageError(f"The kind of a figure must be one of {', '.join(FIGURES)}; found {kind!r}")
    if kind == "importance":
        return FIGURES[kind](_run_data(run), importance(run))  # or an error that says what is missing
    found = _importance(run) if kind in _NEED_IMPORTANCE else None
    return FIGURES[kind](_run_data(run, timings=kind == "timeline"), found)


def report(runs: Sequence[Run], *, timings: bool = False) -> str:
    """A page about runs that needs no network, as ``hpsearch report`` writes it.

    Args:
        runs: The runs, open.
        timings: Whether to show when and how long trials ran, which differs between equal searches.
    """
    return report_page([_reported(run, timings=timings, alone=len(runs) == 1) for run in runs])


def _reported(run: Run, *, timings: bool, alone: bool) -> ReportedRun:
    config = Config.from_resolved(run.meta("config"))
    data = _run_data(run, timings=timings)
    resolved = config.resolved()
    state = search_state(config, len(data.results), searching=run.searching(), events=run.events())
    complete = state == "complete"
    del resolved["run"]  # where and how trials ran, which may differ between equal searches
    return ReportedRun(
        config.name if alone else run.directory.name,  # runs of one config have the same name
        config,
        dump(resolved),
        data,
        explain_search(run).at_bounds if data.ranked else (),
        _importance(run),
        _facts(run, timings=timings),
        rows_of(config, run),
        complete=complete,
        # Finished equal searches have equal pages, so no path. Where a search was interrupted is chance.
        place=run.directory if timings or not complete else None,
    )


def _facts(run: Run, *, timings: bool) -> dict[str, str]:
    """The facts that the numbers of a run depend on."""
    versions: dict[str, Any] = run.meta("versions")
    blas = (" ".join(map(str, filter(None, library.values()))) for library in versions["blas"])
    facts = {name: str(version) for name, version in versions.items() if name != "blas"}
    facts |= {"blas": "; ".join(blas), "data": f"SHA-256 {run.meta('data')}"}
    return facts | ({"created": str(run.meta("created")), "run": str(run.directory)} if timings else {})


def _run_data(run: Run, *, timings: bool = False) -> RunData:
    """The data of figures.

    Args:
        run: The run, open.
        timings: Whether to read when each trial ran.
    """
    config = Config.from_resolved(run.meta("config"))
    trials, results = run.history()
    return RunData(
        space=config.space,
        metric=config.metric,
        trials=trials,
        results=results,
        repeats=config.search.repeats,
        adaptive=METHODS[config.search.method].adaptive,
        times=run.times() if timings else {},
    )


def _importance(run: Run) -> Importance | None:
    """How much each hyperparameter matters; None if there are too few results to tell."""
    try:
        return importance(run)
    except UsageError:
        return None
