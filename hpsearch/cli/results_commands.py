"""Commands that show runs and trials: ``leaderboard``, ``status``, ``show``, ``list``."""

from __future__ import annotations  # Run is imported for annotations only

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpsearch.cli.options import Color, Form, RunDirectory, common, console, formats, run_directory, timings

if TYPE_CHECKING:
    from hpsearch.config import Config
    from hpsearch.store import Run

_ROWS = 20


@click.command()
@click.argument("directories", metavar="RUN...", nargs=-1, required=True, type=RunDirectory())
@click.option(
    "-n",
    "--rows",
    type=click.IntRange(min=0),
    metavar="N",
    help=f"Number of rows; 0 for all. [default: {_ROWS} in a table; otherwise all]",
)
@formats
@timings
@common
def leaderboard(
    directories: tuple[Path, ...], rows: int | None, form: Form, timings: bool, color: Color
) -> None:
    """List the trials of RUN from best to worst.

    Trials are ranked by value, equal ones by `metric.ties` and then by number; trials without a value come
    last, with the reason. Machine formats leave out times and paths, so equal searches print equal bytes.
    Also works while the search runs.

    \b
    Examples:
      hpsearch leaderboard runs/digits-001
      hpsearch leaderboard runs/digits-001 -f csv > trials.csv
    """
    from hpsearch.errors import UsageError
    from hpsearch.store import Run

    if len(directories) > 1 and form != "table":
        raise UsageError(
            f"-f {form} prints one RUN at a time; found {len(directories)}. Run the command once for each."
        )
    for directory in directories:
        with Run.read(directory) as run:
            title = str(directory) if len(directories) > 1 else ""
            print_leaderboard(run, form, color, rows, title=title, timings=timings, whole=rows is not None)


def print_leaderboard(
    run: Run,
    form: Form,
    color: Color,
    rows: int | None,
    *,
    title: str = "",
    timings: bool = False,
    whole: bool = False,
) -> None:
    """Print the best trials of a run to stdout.

    Args:
        run: The run, open.
        form: The format.
        color: When to use colours.
        rows: The number of rows, 0 for all; None for as many as suit the format.
        title: A line to print above the table.
        timings: Whether to show how long each trial ran.
        whole: Whether all these rows are shown on a terminal that is too narrow for a row for each.
    """
    from hpsearch.config import Config
    from hpsearch.reports.leaderboard import leaderboard_table
    from hpsearch.reports.render import print_report

    limit = rows if rows is not None else (_ROWS if form == "table" else 0)
    places = run.places(limit=limit or None)
    table = leaderboard_table(
        Config.from_resolved(run.meta("config")),
        run.standings(places),
        run.counts(),
        run.meta("versions")["arithmetic"],
        shown=len(places),
        whole=whole,
        title=title,
        timings=timings,
        events=run.events(),
        running=run.running() if form == "table" else (),
    )
    print_report(table, form, console(color))


@click.command()
@run_directory
@formats
@common
def status(directory: Path, form: Form, color: Color) -> None:
    """Show the progress of a search.

    Shows whether a process is searching now, whether the search was interrupted, and the results so far.
    """
    from hpsearch.config import Config
    from hpsearch.reports.render import print_report
    from hpsearch.reports.status import status_details
    from hpsearch.store import Run

    with Run.read(directory) as run:
        details = status_details(
            directory,
            Config.from_resolved(run.meta("config")),
            searching=run.searching(),
            counts=run.counts(),
            unfinished=run.unfinished(),
            running=run.running(),
            best=next(iter(run.ranking(1)), None),
            events=run.events(),
        )
    print_report(details, form, console(color))


@click.command()
@run_directory
@click.argument("trial", metavar="[TRIAL|best]", required=False)
@click.option("--command", "as_command", is_flag=True, help="Print only the command line of the trial.")
@formats
@timings
@common
def show(
    directory: Path, trial: str | None, as_command: bool, form: Form, timings: bool, color: Color
) -> None:
    """Show all details of RUN or of one trial.

    For a trial: its values, learning curves, test error and, if it failed, the full reason. The test split is
    evaluated once, at the end of a trial, and plays no part in the search.

    \b
    Examples:
      hpsearch show runs/digits-001 best
      hpsearch show runs/digits-001 17 -f json
      hpsearch show runs/train-001 best --command
    """
    from hpsearch.config import Config
    from hpsearch.reports.render import print_report
    from hpsearch.reports.show import run_details, trial_details
    from hpsearch.store import Run
    from hpsearch.trying import command_line

    if as_command and trial is None:
        raise click.UsageError("--command needs a trial: hpsearch show RUN best --command")

    with Run.read(directory) as run:
        config = Config.from_resolved(run.meta("config"))
        if trial is None:
            metadata = {key: run.meta(key) for key in ("created", "data", "rows", "versions")}
            details = run_details(directory, config, metadata)
        else:
            number = run.trial_number(trial)
            line = command_line(config, run.trial(number), run.trial_directory(number).resolve())
            if as_command:
                _print_command(line, config)
                return
            exact = command_line(config, run.trial(number), Path("TRIAL_DIR"), anywhere=True)
            details = trial_details(
                config.metric,
                run.trial(number),
                run.result(number),
                running=next((each for each in run.running() if each.trial.number == number), None),
                timings=timings,
                command=line,
                command_data=exact,
            )
    print_report(details, form, console(color))


def _print_command(line: str, config: Config) -> None:
    """Print the line of a trial, and what else it needs.

    Raises:
        UsageError: The objective is not a command.
    """
    from hpsearch.errors import UsageError

    if config.objective.kind != "command":
        raise UsageError(f"--command needs a command; the objective is a {config.objective.kind}")
    click.echo(line)
    for target in config.objective.files:
        click.echo(f"note: it reads {target}, which the trial left in its directory", err=True)


@click.command("list")
@click.argument("root", type=click.Path(path_type=Path, file_okay=False), default=Path("runs"))
@formats
@common
def list_runs(root: Path, form: Form, color: Color) -> None:
    """List the runs in ROOT.

    ROOT is runs/ by default.
    """
    from hpsearch.config import Config
    from hpsearch.errors import HpsearchError, RunNotFound
    from hpsearch.reports.list import run_row, runs_table, unreadable_row
    from hpsearch.reports.render import print_report
    from hpsearch.store import Run

    if not os.path.isdir(root):  # noqa: PTH112 -- Path.is_dir raises for a name that is too long
        raise RunNotFound(f"There is no directory {root}. `hpsearch run CONFIG` makes runs/ and a run in it.")
    rows = []
    for directory in sorted(path for path in root.glob("[!.]*") if os.path.lexists(path / "search.db")):
        try:
            with Run.read(directory) as run:
                row = run_row(
                    directory,
                    Config.from_resolved(run.meta("config")),
                    run.meta("created"),
                    searching=run.searching(),
                    counts=run.counts(),
                    best=next(iter(run.ranking(1)), None),
                    events=run.events(),
                )
        except HpsearchError as error:
            row = unreadable_row(directory, str(error))
        rows.append(row)
    print_report(runs_table(rows), form, console(color))
