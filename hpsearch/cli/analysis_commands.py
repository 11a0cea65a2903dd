"""Commands that show what a search found out: ``importance``, ``explain``."""

from pathlib import Path

import click

from hpsearch.cli.completions import complete_trial
from hpsearch.cli.options import Color, Form, common, formats, screen, viewed_run


@click.command()
@viewed_run
@formats
@common
def importance(directory: Path, form: Form, color: Color) -> None:
    """Estimate how much each hyperparameter matters.

    Shows the share of the metric's variance over the space that each parameter explains alone, and that each
    pair of parameters explains beyond that, with 90 % intervals. A parameter with a small share can be left
    at its default next time; one with a large share is worth more trials. The last line says how much of the
    differences between trials the underlying model explains.
    """
    from hpsearch.inspection.findings import importance as importance_of
    from hpsearch.reports.importance import importance_table
    from hpsearch.reports.render import print_report
    from hpsearch.store import Run

    with Run.read(directory) as run:
        found = importance_of(run)
        results = sum(count for status, count in run.counts().items() if status.ranked)
    print_report(importance_table(found, results), form, screen(color))


@click.command()
@viewed_run
@click.argument("trial", metavar="[TRIAL|best]", shell_complete=complete_trial, required=False)
@formats
@common
def explain(directory: Path, trial: str | None, form: Form, color: Color) -> None:
    """Explain where a search looked and why.

    Without TRIAL: where each parameter was searched first and last, and whether the best value is at the end
    of its range. With TRIAL: the phase it was proposed in, the trial it was proposed around, at which radius,
    and how far each parameter moved from there.
    """
    from hpsearch.inspection.findings import explain_search, explain_trial
    from hpsearch.reports.explain import search_table, trial_table
    from hpsearch.reports.render import print_report
    from hpsearch.store import Run

    with Run.read(directory) as run:
        table = search_table(explain_search(run)) if trial is None else trial_table(explain_trial(run, trial))
    print_report(table, form, screen(color))
