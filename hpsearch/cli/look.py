"""Commands that look at runs: ``leaderboard``, ``status``, ``show``, ``list``."""

import os
from pathlib import Path

import click

from hpsearch.cli.options import Color, Form, RunDirectory, common, console, formats, run_directory, timings
from hpsearch.cli.runs import print_leaderboard, trial_number

ROWS = 20


@click.command()
@click.argument("directories", metavar="RUN...", nargs=-1, required=True, type=RunDirectory())
@click.option(
    "-n",
    "--rows",
    type=click.IntRange(min=0),
    metavar="N",
    help=f"How many rows; 0 for all. [default: {ROWS} in a table, else all]",
)
@formats
@timings
@common
def leaderboard(
    directories: tuple[Path, ...], rows: int | None, form: Form, timings: bool, color: Color
) -> None:
    """Print the trials of RUN, best first.

    Trials are ranked by their value, ties by number; those without a value come last, with the reason.
    Machine formats leave out times and paths: equal searches print equal bytes. It works while the search
    runs, too.

    \b
    Examples:
      hpsearch leaderboard runs/digits-001
      hpsearch leaderboard runs/digits-001 -f csv > trials.csv
    """
    from hpsearch.errors import UsageError
    from hpsearch.store import Run

    if len(directories) > 1 and form != "table":
        raise UsageError(
            f"-f {form} prints one RUN at a time; found {len(directories)}. Call it once for each."
        )
    limit = rows if rows is not None else (ROWS if form == "table" else 0)
    for directory in directories:
        with Run.read(directory) as run:
            title = str(directory) if len(directories) > 1 else ""
            print_leaderboard(run, form, color, limit or None, title=title, timings=timings)


@click.command()
@run_directory
@formats
@common
def status(directory: Path, form: Form, color: Color) -> None:
    """Say how far the search of RUN is.

    And whether a process is at it, what was interrupted, and what came of the trials so far.
    """
    from hpsearch.reports.formats import print_report
    from hpsearch.reports.runs import status_sheet
    from hpsearch.store import Run

    with Run.read(directory) as run:
        best = run.ranking(1)
        sheet = status_sheet(
            directory,
            run.meta("config"),
            searching=run.searching(),
            counts=run.counts(),
            unfinished=run.unfinished(),
            best=best[0] if best else None,
            events=run.events(),
        )
    print_report(sheet, form, console(color))


@click.command()
@run_directory
@click.argument("trial", metavar="[TRIAL|best]", required=False)
@formats
@timings
@common
def show(directory: Path, trial: str | None, form: Form, timings: bool, color: Color) -> None:
    """Show RUN, or one of its trials, whole.

    A trial's values, learning curves, test error and, if it failed, the reason in full. The test split is
    looked at once, at a trial's end, and plays no part in the search.

    \b
    Examples:
      hpsearch show runs/digits-001 best
      hpsearch show runs/digits-001 17 -f json
    """
    from hpsearch.reports.formats import print_report
    from hpsearch.reports.runs import run_sheet, trial_sheet
    from hpsearch.store import Run

    with Run.read(directory) as run:
        if trial is None:
            sheet = run_sheet(
                directory, run.meta("config"), {key: run.meta(key) for key in ("created", "data", "versions")}
            )
        else:
            number = trial_number(run, trial)
            sheet = trial_sheet(run.meta("config"), run.trial(number), run.result(number), timings=timings)
    print_report(sheet, form, console(color))


@click.command("list")
@click.argument("root", type=click.Path(path_type=Path, file_okay=False), default=Path("runs"))
@formats
@common
def list_runs(root: Path, form: Form, color: Color) -> None:
    """List the runs under ROOT.

    That is runs/ if not given.
    """
    from hpsearch.errors import HpsearchError, RunNotFound
    from hpsearch.reports.formats import print_report
    from hpsearch.reports.runs import run_row, runs_table
    from hpsearch.store import Run

    if not os.path.isdir(root):  # noqa: PTH112 -- Path.is_dir raises for a name that is too long
        raise RunNotFound(f"There is no directory {root}. `hpsearch run CONFIG` makes runs/ and a run in it.")
    rows = []
    for directory in sorted(path.parent for path in root.glob("[!.]*/search.db")):
        try:
            with Run.read(directory) as run:
                ranking = run.ranking(1)
                rows.append(
                    run_row(
                        directory,
                        run.meta("config"),
                        run.meta("created"),
                        searching=run.searching(),
                        counts=run.counts(),
                        best=ranking[0] if ranking else None,
                        events=run.events(),
                    )
                )
        except HpsearchError as error:
            rows.append({"run": str(directory), "state": "unreadable", "reason": str(error)})
    print_report(runs_table(rows), form, console(color))
