"""The command ``rerun``."""

from __future__ import annotations  # types are imported for annotations only

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpsearch.cli.completions import complete_trial
from hpsearch.cli.options import Color, Form, common, formats, run_directory, say, screen

if TYPE_CHECKING:
    from hpsearch.trial import Result


@click.command()
@run_directory
@click.argument("trial", metavar="[TRIAL|best]", shell_complete=complete_trial, default="best")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), metavar="S", help="Run it with this seed.")
@click.option("--times", type=click.IntRange(min=1), metavar="N", help="Run it with N other seeds.")
@formats
@common
def rerun(directory: Path, trial: str, seed: int | None, times: int | None, form: Form, color: Color) -> None:
    """Run a trial once more and compare.

    Runs it with its own seed, and says whether the metric equals the recorded one to the last digit. With
    --seed or --times, runs it to the end with other seeds, and shows the mean and its standard error. The
    best trial of a search was partly lucky with its seed, so expect a slightly worse mean.

    Keeps nothing, and leaves the run directory unchanged. A function runs from the run's copy of its code; a
    command runs with its code as it is now. A note says if the code has changed since.

    \b
    Examples:
      hpsearch rerun runs/train-001 best
      hpsearch rerun runs/train-001 17 --times 5
    """
    from hpsearch.errors import SearchFailed
    from hpsearch.machine import kernels
    from hpsearch.reports.render import print_report
    from hpsearch.reports.rerun import outcome, rerun_details
    from hpsearch.store import Run

    with Run.read(directory) as run:
        number = run.trial_number(trial)
        variables = run.meta("kernels")
        if kernels.supported(variables):  # they change the last bits of a matrix product
            kernels.restart_with(variables)
        from hpsearch.rerunning import rerun as run_again  # here because it loads NumPy

        metric = run.metric

        def show(seed: int, result: Result) -> None:
            if times is not None and times > 1:
                say(f"seed {seed}: {outcome(result, metric)}")

        found = run_again(run, number, seed, times, show)
    details = rerun_details(metric, found.trial, found.recorded, found.trials, found.results, found.notes)
    print_report(details, form, screen(color))
    if all(result.value is None for result in found.results):
        raise SearchFailed(f"Trial {number} {outcome(found.results[0], metric)}")
