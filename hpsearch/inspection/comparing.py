"""Comparing runs: what each found, and whether one found more than the other."""

import json
import math
from collections.abc import Sequence

import numpy as np

from hpsearch.analysis.comparison import SearchSample, difference
from hpsearch.config import Config
from hpsearch.errors import UsageError
from hpsearch.inspection.run_names import run_names
from hpsearch.reports.compare import ComparedRun, Verdict
from hpsearch.reports.figures import Figure
from hpsearch.reports.figures.best_so_far import best_so_far_figure
from hpsearch.standing import error_of_standing, rows_of
from hpsearch.store import Run

__all__ = ["compared", "comparison_figure", "verdicts"]


def compared(runs: Sequence[Run]) -> list[ComparedRun]:
    """A summary of each run.

    Args:
        runs: The runs, open; at least two.

    Raises:
        UsageError: There are fewer, or they have different metrics.
    """
    if len(runs) < 2:
        raise UsageError("compare needs at least two runs")
    names = run_names(runs, "compare")
    found = [_compared(name, run) for name, run in zip(names, runs, strict=True)]
    metrics = {each.name: each.config.metric for each in found}
    if len({(metric.name, metric.goal) for metric in metrics.values()}) > 1:
        listed = ", ".join(f"{metric.name} ({metric.goal}) of {name}" for name, metric in metrics.items())
        raise UsageError(f"Runs can be compared if they have the same metric; found {listed}.")
    return found


def verdicts(runs: Sequence[ComparedRun]) -> list[Verdict]:
    """The comparison of the best config with each other one; runs that differ only by seed are one config.

    Args:
        runs: The runs to compare; runs without a value are left out.
    """
    groups: dict[str, list[ComparedRun]] = {}
    for run in runs:
        if run.best is not None:
            groups.setdefault(_without_seed(run.config), []).append(run)
    ordered = sorted(groups.values(), key=lambda group: np.mean([np.nanmin(run.losses) for run in group]))
    if len(ordered) == 1 and len(ordered[0]) > 1:  # only seeds differ
        ordered = [[run] for run in sorted(ordered[0], key=lambda run: float(np.nanmin(run.losses)))]
    return [
        Verdict(_names(ordered[0]), _names(other), difference(_samples(other), _samples(ordered[0])))
        for other in ordered[1:]
    ]


def comparison_figure(runs: Sequence[ComparedRun], *, bounds: bool = True) -> Figure:
    """The best so far of each run.

    Args:
        runs: The runs to compare.
        bounds: Whether to draw how far luck may have helped.

    Raises:
        UsageError: No trial has a value yet.
    """
    return best_so_far_figure(runs[0].config.metric, {run.name: run.losses for run in runs}, bounds=bounds)


def _compared(name: str, run: Run) -> ComparedRun:
    config = Config.from_resolved(run.meta("config"))
    best = next(run.standings(run.places(limit=1)), None)
    if best is None or best.value is None:
        best, error = None, None
    else:
        error = error_of_standing(best, rows_of(config, run))
    losses = {number: loss for number, (loss, _) in run.losses().items()}
    by_number = [losses.get(number) for number in range(max(losses, default=-1) + 1)]
    known = [math.nan if loss is None else loss for loss in by_number]
    return ComparedRun(name, config, best, error, len(losses), known)


def _without_seed(config: Config) -> str:
    resolved = config.resolved()
    for key in ("name", "seed", "run"):
        del resolved[key]
    return json.dumps(resolved)


def _names(runs: Sequence[ComparedRun]) -> list[str]:
    return [run.name for run in runs]


def _samples(runs: Sequence[ComparedRun]) -> list[SearchSample]:
    losses = [np.array(run.losses, dtype=np.float64) for run in runs]
    return [
        SearchSample(values[np.isfinite(values)], run.error or 0.0)
        for run, values in zip(runs, losses, strict=True)
    ]
