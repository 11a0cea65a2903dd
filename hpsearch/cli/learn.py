"""Commands that say what was learnt: ``importance``, ``explain``."""

from __future__ import annotations  # types are imported for annotations only

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpsearch.cli.options import Color, Form, common, console, formats, run_directory
from hpsearch.cli.runs import trial_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hpsearch.config import Config
    from hpsearch.reports.table import Table
    from hpsearch.store import Run
    from hpsearch.trial import Result


@click.command()
@run_directory
@formats
@common
def importance(directory: Path, form: Form, color: Color) -> None:
    """Say which hyperparameters of RUN matter.

    The share of the metric's variance over the space that each parameter makes up alone, and any two
    together beyond that, with the range that the results leave open. A parameter with a small share may
    be left at its default next time; one with a large share is worth more trials. Below: how much of the
    differences between trials the model behind it explains.
    """
    from hpsearch.analysis.importance import importance as importance_of
    from hpsearch.config import Config
    from hpsearch.errors import UsageError
    from hpsearch.reports.findings import importance_table
    from hpsearch.reports.formats import print_report
    from hpsearch.searchers import ObservationBuffer
    from hpsearch.store import Run

    with Run.read(directory) as run:
        config = Config.from_resolved(run.meta("config"))
        results = run.results()
        trials = {trial.number: trial for trial in run.trials()}
    known = [trials[result.number] for result in results]
    observations = ObservationBuffer.of(config.space, config.metric, known, results)
    found = importance_of(config.space, observations, config.search.repeats)
    if found is None:
        raise UsageError(_nothing_to_tell(directory, config, results))
    print_report(
        importance_table(found, sum(each.value is not None for each in results)), form, console(color)
    )


def _nothing_to_tell(directory: Path, config: Config, results: Sequence[Result]) -> str:
    """Why the results do not tell which parameters matter, and what to do about it."""
    from hpsearch.analysis.importance import TRIALS_PER_PARAMETER
    from hpsearch.reports.runs import counted

    space = config.space
    needed = TRIALS_PER_PARAMETER * space.dimensions
    values = [result.value for result in results if result.value is not None]
    if not space.dimensions:
        return f"{directory} searches nothing: all its parameters are constants. Give one a range."
    if results and not values:
        return (
            f"No trial of {directory} has a value, so nothing tells which parameters matter:"
            f" {counted(Counter(result.status for result in results))}."
            f" `hpsearch leaderboard {directory}` shows the reasons."
        )
    have = f"{directory} has {len(values)} trials with a value"
    if len(values) >= needed:
        return (
            f"{have}, and all are {values[0]:g}: no parameter makes a difference there."
            " Widen the ranges, or take a metric that tells trials apart."
        )
    takes = f"to tell which of {space.dimensions} parameters matter takes {needed}"
    if space.size <= max(needed, len(results)):
        return (
            f"{have}; {takes}, and the space has only {space.size:.0f} configurations."
            f" `hpsearch leaderboard {directory} -n 0` shows all that were tried."
        )
    total = len(results) + needed - len(values)
    more = "" if total <= config.search.trials else f" --trials {total}"
    return f"{have}; {takes}, {TRIALS_PER_PARAMETER} for each. Go on by `hpsearch resume {directory}{more}`."


@click.command()
@run_directory
@click.argument("trial", metavar="[TRIAL|best]", required=False)
@formats
@common
def explain(directory: Path, trial: str | None, form: Form, color: Color) -> None:
    """Say why RUN, or one of its trials, looked there.

    Without TRIAL: where each parameter was searched first and last, and whether the best value lies at the
    end of its range. With TRIAL: the phase it was proposed in, the trial it lies around, at what radius,
    and how far every parameter moved from there.
    """
    from hpsearch.config import Config
    from hpsearch.reports.formats import print_report
    from hpsearch.store import Run

    with Run.read(directory) as run:
        config = Config.from_resolved(run.meta("config"))
        if trial is None:
            report = _explain_search(run, config)
        else:
            report = _explain_trial(run, config, trial_number(run, trial))
    print_report(report, form, console(color))


def _explain_trial(run: Run, config: Config, number: int) -> Table:
    """Why one trial was proposed."""
    from hpsearch.analysis.moves import moves
    from hpsearch.reports.findings import trial_explanation

    trial = run.trial(number)
    around = trial.origin.get("around")
    centre = run.trial(around) if isinstance(around, int) else None
    known = run.result(centre.number) if centre else None
    moved = moves(config.space, trial, centre)
    return trial_explanation(config.metric.name, trial, run.result(number), known, moved)


def _explain_search(run: Run, config: Config) -> Table:
    """Where a search has narrowed to."""
    from hpsearch.analysis.narrowing import at_bounds, narrowing, thirds
    from hpsearch.network.hyperparameters import hyperparameter
    from hpsearch.reports.findings import search_explanation

    best = run.trial(trial_number(run, "best"))
    trials = run.trials()
    bounds = at_bounds(config.space, config.space.units([best.values])[0])
    if "network" in run.meta("config")["objective"]:  # whose parameters have limits of their own
        limits = {each.name: hyperparameter(each.name) for each in bounds}
        bounds = [
            each for each in bounds if (limit := limits[each.name]) is None or limit.allows(each.beyond)
        ]
    phases = Counter(str(trial.origin.get("phase", "unknown")) for trial in trials)
    narrowed = narrowing(config.space, [trial.values for trial in trials])
    return search_explanation(narrowed, thirds(len(trials)), best, phases, bounds)
