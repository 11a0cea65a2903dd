"""Commands that search: ``run``, ``resume``."""

from __future__ import annotations  # types are imported for annotations only

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hpsearch.cli.options import (
    Color,
    common,
    config_file,
    console,
    overrides,
    run_directory,
    say,
    screen,
    searching,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hpsearch.config import Config
    from hpsearch.loop import Callback

_ROWS_AT_THE_END = 10
_COLD = ["search.portfolio=false", "search.warm_start=[]", "search.known_results=[]"]


@click.command()
@config_file
@overrides
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="The run directory to make."
)
@click.option("--seed", type=int, metavar="N", help="Seed of all random numbers.")
@click.option("--cold", is_flag=True, help="Ignore the portfolio and earlier results.")
@searching
@common
def run(
    config: Path,
    overrides: tuple[str, ...],
    output: Path | None,
    seed: int | None,
    cold: bool,
    trials: int | None,
    stop_after: str | None,
    workers: int | str | None,
    strategy: str | None,
    quiet: bool,
    verbose: bool,
    color: Color,
) -> None:
    """Run the search that CONFIG describes.

    KEY=VALUE overrides a setting by its dotted path, such as search.trials=128 or space.momentum=0.9. The run
    directory is made under runs/ unless --output names another. Press Ctrl-C once to finish the running
    trials and save, twice to stop at once and save; --stop-after acts like one Ctrl-C after a given time,
    with exit code 0. `hpsearch resume` continues from there.

    \b
    Examples:
      hpsearch run config.yaml
      hpsearch run config.yaml search.trials=128 -j 4
      hpsearch run config.yaml --stop-after 2h
      hpsearch run config.yaml -q          print only the run directory; for scripts
    """
    from hpsearch.config import load
    from hpsearch.machine import kernels
    from hpsearch.starting.relocation import origin

    options = {"seed": seed, "search.trials": trials, "run.workers": workers, "run.strategy": strategy}
    options["run.stop_after"] = stop_after
    settings = [f"{key}={value}" for key, value in options.items() if value is not None]
    settings += _COLD if cold else []
    began = origin(config)
    loaded = load(config, [*began.arguments, *overrides, *settings], began.base)
    variables = kernels.variables(loaded.run.kernels)
    if config.is_file():  # a pipe cannot be read again
        kernels.restart_with(variables)
    from hpsearch.starting.start import start  # here because it loads NumPy

    if began.note:
        say(began.note)
    with (
        _results_first(quiet=quiet, color=color),
        _callback(loaded.name, quiet=quiet, verbose=verbose, color=color) as callback,
    ):
        directory = start(loaded, callback, directory=output)
    _end(directory, quiet=quiet, color=color)


@click.command()
@run_directory
@searching
@click.option("--retry-failed", is_flag=True, help="Run failed trials again.")
@click.option("--accept-data-change", is_flag=True, help="Start a new run if the data has changed.")
@click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the config's directory is now.",
)
@click.option(
    "--accept-failures", is_flag=True, help="Record the first trials even if all fail the same way."
)
@click.option("--accept-code-change", is_flag=True, help="Continue with the new code if it has changed.")
@common
def resume(
    directory: Path,
    trials: int | None,
    stop_after: str | None,
    workers: int | str | None,
    strategy: str | None,
    retry_failed: bool,
    accept_data_change: bool,
    project: Path | None,
    accept_failures: bool,
    accept_code_change: bool,
    quiet: bool,
    verbose: bool,
    color: Color,
) -> None:
    """Continue an interrupted search.

    Trials without a result run again, from their checkpoint if they have one. The leaderboard is the same as
    if the search had not been interrupted. --trials raises the total number of trials. Failed trials run
    again with --retry-failed; the trials that were proposed after them keep their values.

    The search runs the code it started with. If a function's code has changed, the copy in the run directory
    runs. If a command's code has changed, nothing runs. --accept-code-change continues with
    the new code. A project that moved together with its run is found; otherwise give its new directory with
    --project.

    If the first three trials fail for a reason that no earlier trial had, the search stops without recording
    them: something it needs may be missing. --accept-failures records them.

    \b
    Examples:
      hpsearch resume runs/digits-001
      hpsearch resume runs/digits-001 --trials 128
    """
    from hpsearch.machine import kernels
    from hpsearch.store import Run

    with Run.read(directory) as run:
        variables = run.meta("kernels")
    if kernels.supported(variables):  # otherwise the run warns about the difference
        kernels.restart_with(variables)
    from hpsearch.starting.resume import resume as resume_run  # here because it loads NumPy

    options: dict[str, Any] = {"search.trials": trials, "run.workers": workers, "run.strategy": strategy}
    options["run.stop_after"] = stop_after
    changes = {key: value for key, value in options.items() if value is not None}
    with (
        _results_first(quiet=quiet, color=color),
        _callback(directory.name, quiet=quiet, verbose=verbose, color=color) as callback,
    ):
        directory = resume_run(
            directory,
            callback,
            changes=changes,
            retry_failed=retry_failed,
            accept_data_change=accept_data_change,
            accept_failures=accept_failures,
            accept_code_change=accept_code_change,
            project=project,
        )
    _end(directory, quiet=quiet, color=color)


@contextlib.contextmanager
def _callback(title: str, *, quiet: bool, verbose: bool, color: Color) -> Iterator[Callback]:
    """The live display in a terminal, lines elsewhere, nothing if quiet."""
    if quiet or verbose or not sys.stderr.isatty() or not console(color, stderr=True).is_interactive:
        from hpsearch.reports.lines import Lines

        yield Lines(None if quiet else sys.stderr)
    else:
        from hpsearch.reports.live import LiveDisplay

        with LiveDisplay(console(color, stderr=True), title) as display:
            yield display


@contextlib.contextmanager
def _results_first(*, quiet: bool, color: Color) -> Iterator[None]:
    """If a search is interrupted or fails in this block, print what it has found before the error message."""
    from hpsearch.errors import HpsearchError, Interrupted, SearchFailed

    try:
        yield
    except (Interrupted, SearchFailed) as error:
        if not quiet and error.directory is not None:
            with contextlib.suppress(HpsearchError, OSError):  # the error itself is what matters
                _print_results(error.directory, color)
        raise


def _print_results(directory: Path, color: Color) -> tuple[Config, str]:
    """Print the short leaderboard, and why trials have no value.

    Returns:
        The config, and the state of the search.
    """
    from hpsearch.analysis.failures import failure_groups
    from hpsearch.commands import pasteable
    from hpsearch.config import Config
    from hpsearch.inspection.leaderboards import leaderboard
    from hpsearch.reports.failure_lines import failure_lines
    from hpsearch.reports.render import print_report
    from hpsearch.reports.status import search_state
    from hpsearch.store import Run

    with Run.read(directory) as run:
        config = Config.from_resolved(run.meta("config"))
        if run.counts():
            command = pasteable("hpsearch", "leaderboard", directory)
            table = leaderboard([run], limit=_ROWS_AT_THE_END, command=command)
            print_report(table, "table", screen(color))
        if any(not status.ranked for status in run.counts()):
            trials, results = run.history()
            by_number = {trial.number: trial for trial in trials}
            for line in failure_lines(failure_groups(config.space, by_number, results)):
                say(line)
        state = search_state(config, len(run.statuses()), searching=False, events=run.events())
    return config, state


def _end(directory: Path, *, quiet: bool, color: Color) -> None:
    """Print the leaderboard and what to type next."""
    if quiet:
        click.echo(directory)
        return
    from hpsearch.commands import pasteable

    config, state = _print_results(directory, color)
    tested = ", with its test error" if config.objective.kind == "network" else ""
    following = {
        pasteable("hpsearch", "show", directory, "best"): f"the best trial{tested}",
        pasteable("hpsearch", "leaderboard", directory): "the whole table",
    }
    trials = config.search.trials
    if state == "stopped":
        following[pasteable("hpsearch", "resume", directory)] = "continue the search"
    elif config.space.size > trials and not config.search.stop_at:
        continued = pasteable("hpsearch", "resume", directory, "--trials", 2 * trials)
        following[continued] = "continue the search"
    width = max(map(len, following))
    say(f"\nSaved in {directory}. Next:")
    for command, what in following.items():
        say(f"  {command:{width}}   {what}")
