"""Commands that show runs and trials: ``leaderboard``, ``status``, ``show``, ``list``."""

from __future__ import annotations  # Run is imported for annotations only

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpsearch.cli.completions import complete_columns, complete_trial
from hpsearch.cli.options import (
    Color,
    Form,
    common,
    console,
    formats,
    say,
    screen,
    timings,
    viewed_run,
    viewed_runs,
)

if TYPE_CHECKING:
    from hpsearch.config import Config
    from hpsearch.reports.plain_screen import Screen

_ROWS = 20
_SECONDS = 1.0
"""Seconds between two looks at a run that is watched."""


@click.command()
@viewed_runs
@click.option(
    "-n",
    "--rows",
    type=click.IntRange(min=0),
    metavar="N",
    help=f"Number of rows; 0 for all. [default: {_ROWS} in a table; otherwise all]",
)
@click.option(
    "--where",
    default="",
    shell_complete=complete_columns,
    metavar="CONDITIONS",
    help="Only trials that meet these conditions.",
)
@click.option(
    "--sort",
    default="",
    shell_complete=complete_columns,
    metavar="COLUMN",
    help="Sort by a column; -COLUMN for the largest first.",
)
@click.option(
    "--columns",
    default="",
    shell_complete=complete_columns,
    metavar="NAMES",
    help="Only these columns (or all except -NAME).",
)
@click.option("--watch", is_flag=True, help="Keep the table up to date until the search ends.")
@formats
@timings
@common
def leaderboard(
    directories: tuple[Path, ...],
    rows: int | None,
    where: str,
    sort: str,
    columns: str,
    watch: bool,
    form: Form,
    timings: bool,
    color: Color,
) -> None:
    """List the trials of RUN from best to worst.

    Several runs are ranked together. Trials are ranked by value, then by `metric.ties`. Trials that are equal
    in both are listed by number and share a rank, marked with "=". Trials without a value come last, with the
    reason. Machine formats leave out times and paths, so equal searches print equal bytes.

    During a search, running trials are shown below the table. In machine formats they are the last rows,
    without a rank, with the status running and their latest value.

    CONDITIONS are separated by commas. Each is a column's name, one of = != < <= > >=, and a value; or a text
    in quotes to find in the values, the status or the reason. Write values.NAME for a parameter with the same
    name as another column. NAME=null finds trials that do not use the parameter NAME. If null is one of its
    choices, NAME=null finds trials with that choice, and NAME=unused those that do not use it. METRIC=null
    finds trials without a value. In NAMES, * matches any characters.

    \b
    Examples:
      hpsearch leaderboard runs/digits-001
      hpsearch leaderboard runs/digits-001 -f csv > trials.csv
      hpsearch leaderboard latest --where 'optimizer=adam, learning_rate<1e-2'
      hpsearch leaderboard latest --where 'beta2!=null'
      hpsearch leaderboard latest --where 'status=failed, "out of memory"' --sort -batch_size
      hpsearch leaderboard latest --columns 'status,learning_*,-learning_rate_decay'
      hpsearch leaderboard digits-001 digits-002 -n 10
      hpsearch leaderboard latest --watch
    """
    import contextlib
    import time

    from hpsearch.errors import UsageError
    from hpsearch.inspection.leaderboards import leaderboard as leaderboard_of
    from hpsearch.reports.render import print_report
    from hpsearch.store import Run

    plain = screen(color)
    if watch and (found := _unwatchable(form, color)):
        raise UsageError(f"--watch shows a table in a terminal; found {found}. Leave it out.")
    with contextlib.ExitStack() as stack:
        runs = [stack.enter_context(Run.read(directory)) for directory in directories]

        def show(on: Screen) -> None:
            table = leaderboard_of(
                runs,
                where=where,
                sort=sort,
                columns=columns,
                limit=_limit(rows, form),
                timings=timings,
                running="below" if form == "table" else "as rows",
                whole=rows is not None,
            )
            print_report(table, form, on)

        if not watch:
            show(plain)
            return
        from hpsearch.reports.watching import watch as watch_screen

        with contextlib.suppress(KeyboardInterrupt):  # the usual way to stop watching
            watch_screen(
                show,
                lambda: tuple(run.state() for run in runs),
                lambda: any(run.searching() for run in runs),
                lambda: time.sleep(_SECONDS),
                console(color),
            )


def _unwatchable(form: Form, color: Color) -> str:
    """What was found instead of a terminal with cursor movement; "" if it is such a terminal."""
    if form != "table":
        return f"-f {form}"
    if not sys.stdout.isatty():
        return "a pipe or a file"
    return f"TERM={os.environ['TERM']}" if console(color).is_dumb_terminal else ""


def _limit(rows: int | None, form: Form) -> int | None:
    """The largest number of rows to show; None for all."""
    if rows is None:
        return _ROWS if form == "table" else None
    return rows or None


@click.command()
@viewed_run
@formats
@common
def status(directory: Path, form: Form, color: Color) -> None:
    """Show the progress of a search.

    Shows whether a process is searching now, whether the search was interrupted, and the results so far.
    """
    from hpsearch.config import Config
    from hpsearch.reports.render import print_report
    from hpsearch.reports.status import status_details
    from hpsearch.standing import rows_of
    from hpsearch.store import Run

    with Run.read(directory) as run:
        config = Config.from_resolved(run.meta("config"))
        details = status_details(
            directory,
            config,
            searching=run.searching(),
            counts=run.counts(),
            unfinished=run.unfinished(),
            running=run.running(),
            best=next(iter(run.ranking(1)), None),
            rows=rows_of(config, run),
            events=run.events(),
        )
    print_report(details, form, screen(color))


@click.command()
@viewed_run
@click.argument("trial", metavar="[TRIAL|best]", shell_complete=complete_trial, required=False)
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
    from hpsearch.standing import rows_of
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
                stops_early=config.search.early_stopping is not None,
                rows=rows_of(config, run),
                timings=timings,
                command=line,
                command_data=exact,
            )
    print_report(details, form, screen(color))


def _print_command(line: str, config: Config) -> None:
    """Print the command line of a trial, and anything else that it needs.

    Raises:
        UsageError: The objective is not a command.
    """
    from hpsearch.errors import UsageError

    if config.objective.kind != "command":
        raise UsageError(f"--command needs a command; the objective is a {config.objective.kind}")
    click.echo(line)
    for target in config.objective.files:
        say(f"note: it reads {target}, which the trial left in its directory")


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
    from hpsearch.standing import rows_of
    from hpsearch.store import Run

    if not os.path.isdir(root):  # noqa: PTH112 -- Path.is_dir raises for a name that is too long
        raise RunNotFound(f"There is no directory {root}. `hpsearch run CONFIG` makes runs/ and a run in it.")
    rows = []
    for directory in sorted(path for path in root.glob("[!.]*") if os.path.lexists(path / "search.db")):
        try:
            with Run.read(directory) as run:
                config = Config.from_resolved(run.meta("config"))
                row = run_row(
                    directory,
                    config,
                    run.meta("created"),
                    searching=run.searching(),
                    counts=run.counts(),
                    best=next(iter(run.ranking(1)), None),
                    rows=rows_of(config, run),
                    events=run.events(),
                )
        except HpsearchError as error:
            row = unreadable_row(directory, str(error))
        rows.append(row)
    print_report(runs_table(rows), form, screen(color))
