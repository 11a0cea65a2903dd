"""Options and arguments that several commands have, spelt the same in all of them."""

from __future__ import annotations  # Console is imported for annotations only

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    Command = TypeVar("Command", bound=Callable[..., Any])

Form = Literal["table", "json", "jsonl", "csv", "md"]
Color = Literal["auto", "always", "never"]


class RunDirectory(click.Path):
    """A run directory, or its name under ``runs/``: ``digits-001``."""

    name = "directory"

    def __init__(self) -> None:
        super().__init__(path_type=Path, file_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path itself, or the one under ``runs/`` when only that exists."""
        path = Path(value)
        with contextlib.suppress(OSError):  # such as a name that is too long; whoever opens it will say so
            return Path("runs") / path if not path.exists() and (Path("runs") / path).is_dir() else path
        return path


def _workers(_: click.Context, parameter: click.Parameter, value: str | None) -> int | str | None:
    """A number of workers, or ``auto``."""
    if value is None or value == "auto":
        return value
    try:
        return int(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is neither a whole number nor auto", param=parameter) from None


run_directory = click.argument("directory", metavar="RUN", type=RunDirectory())
config_file = click.argument("config", metavar="CONFIG", type=click.Path(path_type=Path))
overrides = click.argument("overrides", metavar="[KEY=VALUE]...", nargs=-1)


def common(command: Command) -> Command:
    """``--color`` and ``--debug``."""
    command = click.option(
        "--color", type=click.Choice(get_args(Color)), default="auto", help="When to use colours."
    )(command)
    return click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of a bug.")(
        command
    )


def formats(command: Command) -> Command:
    """``-f/--format``."""
    return click.option(
        "-f",
        "--format",
        "form",
        type=click.Choice(get_args(Form)),
        default="table",
        show_default=True,
        help="How to print it.",
    )(command)


def timings(command: Command) -> Command:
    """``--timings``."""
    return click.option(
        "--timings", is_flag=True, help="Also show times, which differ between equal searches."
    )(command)


def searching(command: Command) -> Command:
    """What ``run`` and ``resume`` have in common."""
    for option in (
        click.option("-v", "--verbose", is_flag=True, help="A line per trial also on a terminal."),
        click.option("-q", "--quiet", is_flag=True, help="Print only the run directory."),
        click.option(
            "--strategy",
            type=click.Choice(["panda", "caviar", "auto"]),
            help="One after another, or in parallel.",
        ),
        click.option(
            "-j", "--workers", callback=_workers, metavar="N", help="How many trials run at once, or auto."
        ),
        click.option("--trials", type=int, metavar="N", help="How many trials in all."),
    ):
        command = option(command)
    return command


def say(text: str) -> None:
    """Write to stderr. If nothing can be written there, there is nobody to tell."""
    with contextlib.suppress(OSError):
        click.echo(text, err=True)


UNLIMITED = 100_000
"""Characters in a line of what is not printed on a terminal: nothing is cut off there."""


def console(color: Color, *, stderr: bool = False) -> Console:
    """Where to print: colours as asked for, and as NO_COLOR, FORCE_COLOR and the terminal say."""
    from rich.console import Console

    forced = {"always": True, "never": False, "auto": None}[color]
    file = sys.stderr if stderr else sys.stdout
    return Console(
        file=file,
        width=None if file.isatty() else UNLIMITED,
        force_terminal=True if forced else None,
        no_color=True if forced is False else None,
        highlight=False,
        emoji=False,
        markup=False,
    )
