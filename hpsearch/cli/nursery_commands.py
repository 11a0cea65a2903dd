"""Commands for watching one model: ``nurse``, ``replay``."""

from __future__ import annotations  # types are imported for annotations only

import contextlib
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpsearch.cli.completions import complete_trial
from hpsearch.cli.options import RunDirectory, common, run_directory, say
from hpsearch.commands import command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hpsearch.cli.options import Color
    from hpsearch.nursery.nursed_model import NursedModel
    from hpsearch.nursery.nursery import Nursery
    from hpsearch.store import Run

_model = click.option(
    "--model", "name", metavar="NAME", default="a", show_default=True, help="Which model of the trial."
)


@click.command()
@click.argument("target", metavar="CONFIG|RUN", type=click.Path(path_type=Path))
@click.argument("arguments", metavar="[TRIAL|best] [KEY=VALUE]...", nargs=-1)
@_model
@click.option(
    "--schedule",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Make the touches listed in a file and train to the end; needs no terminal.",
)
@common
def nurse(target: Path, arguments: tuple[str, ...], name: str, schedule: Path | None, color: Color) -> None:
    """Watch one model train and touch it on the way.

    The panda's way: one model, watched all the time. The display shows its curves and what each layer does;
    keys change the learning rate and other values during training, go back to a checkpoint, or branch from
    one. Every touch is recorded before it takes effect, so you can leave the training at any time, it
    survives a kill, and `hpsearch replay` repeats it to the last bit.

    Your own code can be nursed too, if the config lists what may change (touch) and the code asks for changes
    after every epoch.

    With a CONFIG, makes a run directory and nurses its first trial; KEY=VALUE overrides a setting. With a
    RUN, nurses one of its trials, from the beginning or from where you left it. Nursed models do not affect
    the search and are not in the leaderboard.

    \b
    Examples:
      hpsearch nurse config.yaml space.learning_rate=0.1
      hpsearch nurse runs/digits-001 best
      hpsearch nurse runs/digits-001 best --schedule touches.yaml

    \b
    A file of touches:
      - {epoch: 12, learning_rate: ×0.5}
      - {epoch: 20, back_to: 12, dropout: 0.3}
    """
    from hpsearch.errors import UsageError

    terminal = all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    terminal = terminal and os.environ.get("TERM") not in (None, "", "dumb")
    if schedule is None and not terminal:
        raise UsageError(
            "The nursery needs a terminal. To make touches without one, list them in a file:"
            f" {command('nurse', target, *arguments, '--schedule', 'touches.yaml')}"
        )
    directory, trial = _run_of(target, arguments, schedule)
    with (
        _dropped_if_refused(directory) if target.is_file() else contextlib.nullcontext(),
        _opened(directory, trial) as (run, nursery),
        contextlib.closing(nursery.model(name)) as model,
    ):
        if schedule is not None:
            _follow(nursery, model, schedule)
        left = model if schedule is not None else _watch(run, nursery, model)
        back = command("nurse", directory, nursery.trial, *_named(left.directory.name))
        say(f"Saved at epoch {left.learner.epoch}. Return with {back}")


def _named(name: str) -> tuple[str, ...]:
    return () if name == "a" else ("--model", name)


def _run_of(target: Path, arguments: tuple[str, ...], schedule: Path | None) -> tuple[Path, str]:
    """The run directory, created if the target is a config, and the trial."""
    from hpsearch.errors import UsageError
    from hpsearch.machine import kernels

    if not target.is_file():
        directory = RunDirectory().convert(target, None, None)
        _compute_as(directory)
        if len(arguments) > 1:
            raise UsageError(
                f"a run takes one trial; found {' '.join(arguments)}. Settings can be overridden when a"
                " config is nursed"
            )
        return directory, arguments[0] if arguments else "best"
    from hpsearch.config import load
    from hpsearch.starting.relocation import origin

    began = origin(target)
    config = load(target, [*began.arguments, *arguments], began.base)
    kernels.restart_with(kernels.variables(config.run.kernels))
    from hpsearch.nursery.beginning import begin, read_schedule  # here because it loads NumPy

    if began.note:
        say(began.note)
    if schedule is not None:
        read_schedule(schedule)  # mistakes are reported here, before anything is created
    return begin(config, say), "0"


def _compute_as(directory: Path) -> None:
    """Compute with the run's kernels, which may mean restarting this program."""
    from hpsearch.machine import kernels
    from hpsearch.store import Run

    with Run.read(directory) as run:
        variables = run.meta("kernels")
    if kernels.supported(variables):
        kernels.restart_with(variables)


@contextlib.contextmanager
def _opened(directory: Path, trial: str) -> Iterator[tuple[Run, Nursery]]:
    from hpsearch.nursery.nursery import Nursery
    from hpsearch.store import Run

    with Run.read(directory) as run:
        chosen = run.trial_number(trial)
        with run.nursing(chosen) as place:
            yield run, Nursery(run, chosen, place)


@contextlib.contextmanager
def _dropped_if_refused(directory: Path) -> Iterator[None]:
    """Remove a run directory that was created for this model if it cannot be trained as requested."""
    from hpsearch.errors import UsageError

    try:
        yield
    except UsageError:
        if not any(path.stat().st_size for path in directory.glob("nursery/*/*/diary.jsonl")):
            shutil.rmtree(directory, ignore_errors=True)
        raise


def _follow(nursery: Nursery, model: NursedModel, schedule: Path) -> None:
    from threadpoolctl import threadpool_limits

    from hpsearch.nursery.beginning import read_schedule

    touches = read_schedule(schedule)
    with threadpool_limits(limits=nursery.threads, user_api="blas"):
        for said in model.follow(touches):
            say(said)


def _watch(run: Run, nursery: Nursery, model: NursedModel) -> NursedModel:
    """Show the display until the user leaves it; returns the model that it showed last."""
    try:
        from hpsearch.nursery.screen import NurseryApp
    except ModuleNotFoundError as error:
        from hpsearch.errors import UsageError

        if not (error.name or "").startswith("textual"):
            raise
        raise UsageError(
            "The nursery's display needs Textual. Install it with: pip install 'hpsearch[nursery]'"
        ) from None
    leading = run.ranking(1)
    title = f"{run.directory} trial {nursery.trial}"
    app = NurseryApp(nursery, model, title, leading[0].curve if leading else ())
    app.run()
    return app.model


@click.command()
@run_directory
@click.argument("trial", metavar="TRIAL|best", shell_complete=complete_trial, default="best")
@_model
@common
def replay(directory: Path, trial: str, name: str, color: Color) -> None:
    """Train a nursed model once more and compare every bit.

    Trains from the beginning with the touches in the diary, without the detours that were undone by going
    back. If any metric or the final parameters differ, the exit code is 4.

    \b
    Example:
      hpsearch replay runs/digits-001 best
    """
    _compute_as(directory)
    from hpsearch.errors import RunMismatch, UsageError
    from hpsearch.nursery.nursery import Nursery  # here because it loads NumPy
    from hpsearch.store import Run

    with Run.read(directory) as run:
        number = run.trial_number(trial)
        nursery = Nursery(run, number, run.nursery_directory(number))
        if name not in nursery.names():
            known = ", ".join(nursery.names())
            has = f"its models are {known}" if known else f"begin with {command('nurse', directory, number)}"
            raise UsageError(f"trial {number} of {directory} has no nursed model {name}; {has}")
        found = nursery.replay(name, lambda epoch, epochs: None)
    touches = len(found.history.touches)
    what = f"{found.epochs} epochs, {touches} touch{'' if touches == 1 else 'es'}"
    if found.equal:
        same = nursery.metric.name if found.others else "all metrics"
        last = "the files of the last checkpoint" if nursery.of_code else "the last parameters"
        others = f"; other numbers: {', '.join(found.others)}" if found.others else ""
        same += f" and {last}" if found.same_state else ""
        click.echo(f"equal to the last bit: {what}; {same}{others}")
        return
    where = "the last parameters differ" if found.differs is None else f"epoch {found.differs} differs"
    raise RunMismatch(
        f"The replay is different: {what}; {where}. Either the diary was changed, or this computer's"
        f" arithmetic is not that of the one that trained the model ({command('doctor')} shows it)."
    )
