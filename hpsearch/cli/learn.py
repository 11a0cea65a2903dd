"""Commands that say what was learnt: ``importance``, ``explain``."""

from collections import Counter
from pathlib import Path

import click

from hpsearch.cli.options import Color, Form, common, console, formats, run_directory
from hpsearch.cli.runs import trial_number


@click.command()
@run_directory
@formats
@common
def importance(directory: Path, form: Form, color: Color) -> None:
    """Say which hyperparameters of RUN matter.

    The share of the metric's variance over the space that each parameter makes up alone, and any two
    together beyond that, with the range that the results leave open. A parameter with a small share may
    be left at its default next time; one with a large share is worth more trials.
    """
    from hpsearch.analysis.importance import TRIALS_PER_PARAMETER
    from hpsearch.analysis.importance import importance as effects_of
    from hpsearch.config import Config
    from hpsearch.errors import UsageError
    from hpsearch.reports.findings import importance_table
    from hpsearch.reports.formats import print_report
    from hpsearch.searchers import History
    from hpsearch.store import Run

    with Run.read(directory) as run:
        config = Config.from_resolved(run.meta("config"))
        results = run.results()
        trials = {trial.number: trial for trial in run.trials()}
    known = [trials[result.number] for result in results]
    effects = effects_of(config.space, History.of(config.space, config.metric, known, results))
    if not effects:
        needed = TRIALS_PER_PARAMETER * config.space.dimensions
        have = sum(result.value is not None for result in results)
        raise UsageError(
            f"{directory} has {have} trials with a value. To tell which of {config.space.dimensions}"
            f" parameters matter takes {needed} with different values, {TRIALS_PER_PARAMETER} for each."
            f" Go on by `hpsearch resume {directory} --trials {max(needed, config.search.trials) * 2}`."
        )
    print_report(importance_table(effects, len(results)), form, console(color))


@click.command()
@run_directory
@click.argument("trial", metavar="[TRIAL|best]", required=False)
@formats
@common
def explain(directory: Path, trial: str | None, form: Form, color: Color) -> None:
    """Say why RUN, or one of its trials, looked there.

    Without TRIAL: where each parameter was searched first and last, and whether the best value lies at the
    end of its range. With TRIAL: the phase it was proposed in, the trial it lies around, and how far every
    parameter moved from there.
    """
    from hpsearch.analysis.narrowing import at_bounds, narrowing
    from hpsearch.config import Config
    from hpsearch.reports.findings import bound_warning, search_explanation, trial_explanation
    from hpsearch.reports.formats import print_report
    from hpsearch.reports.table import Sheet, Table
    from hpsearch.store import Run

    report: Sheet | Table
    with Run.read(directory) as run:
        space = Config.from_resolved(run.meta("config")).space
        if trial is not None:
            chosen = run.trial(trial_number(run, trial))
            around = chosen.origin.get("around")
            centre = run.trial(around) if isinstance(around, int) else None
            points = space.units([each.values for each in (chosen, centre) if each])
            moved = dict(zip(space.names, points.T.tolist(), strict=True)) if centre else None
            report = trial_explanation(chosen, centre, moved)
        else:
            best = run.trial(trial_number(run, "best"))
            trials = run.trials()
            units = space.units([each.values for each in trials])
            bounds = [
                bound_warning(parameter.name, best.values[parameter.name], upper=upper)
                for parameter, upper in at_bounds(space, units[best.number])
            ]
            phases = Counter(str(each.origin.get("phase", "unknown")) for each in trials)
            report = search_explanation(narrowing(space, units), best.values, phases, bounds)
    print_report(report, form, console(color))
