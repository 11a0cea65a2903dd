"""What several commands do with a run."""

from __future__ import annotations  # types are imported for annotations only

from typing import TYPE_CHECKING

from hpsearch.cli.options import Color, Form, console

if TYPE_CHECKING:
    from hpsearch.store import Run


def print_leaderboard(
    run: Run, form: Form, color: Color, rows: int | None, *, title: str = "", timings: bool = False
) -> None:
    """Print the best trials of a run to stdout.

    Args:
        run: The run, open.
        form: The format.
        color: When to use colours.
        rows: How many; None for all.
        title: What stands above the table.
        timings: Whether to show how long each trial ran.
    """
    from hpsearch.reports.formats import print_report
    from hpsearch.reports.runs import leaderboard_table

    ranking = run.ranking(rows)
    trials = {result.number: run.trial(result.number) for result in ranking}
    table = leaderboard_table(run.meta("config"), ranking, trials, run.counts(), title=title, timings=timings)
    print_report(table, form, console(color))


def trial_number(run: Run, trial: str) -> int:
    """The number that ``17`` or ``best`` stands for.

    Raises:
        UsageError: It is neither, or there is no best trial yet.
    """
    from hpsearch.errors import UsageError

    if trial == "best":
        ranking = run.ranking(1)
        if not ranking or ranking[0].value is None:
            raise UsageError(f"{run.directory} has no trial with a value yet, and so no best one")
        return ranking[0].number
    if not (trial.isascii() and trial.isdigit()):
        raise UsageError(f"TRIAL is a trial's number or best; found {trial!r}")
    return int(trial)
