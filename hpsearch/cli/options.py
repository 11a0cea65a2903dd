"""Options and arguments that several commands share."""

from __future__ import annotations  # Console is imported for annotations only

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

import click

from hpsearch.cli.completions import complete_override, complete_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.shell_completion import CompletionItem
    from rich.console import Console

    from hpsearch.reports.plain_screen import PlainScreen

    Command = TypeVar("Command", bound=Callable[..., Any])

Form = Literal["table", "json", "jsonl", "csv", "md"]
Color = Literal["auto", "always", "never"]


class RunDirectory(click.Path):
    """A run directory, or its name under ``runs/``, such as ``digits-001``; ``latest`` is the newest."""

    name = "directory"

    def __init__(self) -> None:
        super().__init__(path_type=Path, file_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path itself, or the one under ``runs/`` if only that exists."""
        path = Path(value)
        if value == "latest" and not path.exists():
            return _newest(Path("runs")) or path
        with contextlib.suppress(OSError):  # such as for a name that is too long; opening it reports that
            return Path("runs") / path if not path.exists() and (Path("runs") / path).is_dir() else path
        return path

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Names of runs, and directories."""
        return complete_run(incomplete)


def _newest(root: Path) -> Path | None:
    """The newest run below a directory; None if there is none."""
    made: dict[Path, float] = {}
    for database in root.glob("[!.]*/search.db"):
        with contextlib.suppress(OSError):
            made[database.parent] = database.with_name("config.yaml").lstat().st_mtime
    return max(made, key=lambda run: (made[run], run.name), default=None)


def _duration(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """The value of ``--stop-after``, checked."""
    from hpsearch.document.quantities import parse_duration

    if value in (None, "none") or parse_duration(value):
        return value
    raise click.BadParameter(f"{value!r} is not none or a duration such as 90s, 10m, 1h30m or 2h.")


def _workers(_: click.Context, parameter: click.Parameter, value: str | None) -> int | str | None:
    if value is None or value == "auto":
        return value
    try:
        return int(value)
    except ValueError:
        raise click.BadParameter(
            f"must be a whole number or auto; found {value!r}", param=parameter
        ) from None


def _or_newest(context: click.Context, _: click.Parameter, value: Path | None) -> Path | None:
    completing = context.resilient_parsing
    return value if value is not None or completing else _newest_run()


def _some_or_newest(context: click.Context, _: click.Parameter, value: tuple[Path, ...]) -> tuple[Path, ...]:
    completing = context.resilient_parsing
    return value if value or completing else (_newest_run(),)


def _newest_run() -> Path:
    """The run that is used if none is named; its name is printed to stderr.

    Raises:
        RunNotFound: There is none.
    """
    from hpsearch.errors import RunNotFound

    newest = _newest(Path("runs"))
    if newest is None:
        raise RunNotFound("There is no run in runs/. Name a run directory; `hpsearch list ROOT` finds some.")
    say(f"The newest run: {newest}")
    return newest


run_directory = click.argument("directory", metavar="RUN", type=RunDirectory())
viewed_run = click.argument(
    "directory", metavar="[RUN]", required=False, type=RunDirectory(), callback=_or_newest
)
viewed_runs = click.argument(
    "directories", metavar="[RUN]...", nargs=-1, type=RunDirectory(), callback=_some_or_newest
)
config_file = click.argument("config", metavar="CONFIG", type=click.Path(path_type=Path))
overrides = click.argument("overrides", metavar="[KEY=VALUE]...", nargs=-1, shell_complete=complete_override)


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
        help="Output format.",
    )(command)


def timings(command: Command) -> Command:
    """``--timings``."""
    return click.option(
        "--timings", is_flag=True, help="Also show times; they differ between equal searches."
    )(command)


def searching(command: Command) -> Command:
    """The options that ``run`` and ``resume`` share."""
    for option in (
        click.option(
            "-v", "--verbose", is_flag=True, help="Print a line per trial instead of the live display."
        ),
        click.option("-q", "--quiet", is_flag=True, help="Print only the run directory."),
        click.option(
            "--strategy",
            type=click.Choice(["panda", "caviar", "auto"]),
            help="panda runs one trial at a time; caviar runs trials in parallel.",
        ),
        click.option(
            "-j",
            "--workers",
            callback=_workers,
            metavar="N",
            help="Number of trials to run at once (or auto).",
        ),
        click.option(
            "--stop-after",
            callback=_duration,
            metavar="TIME",
            help="Start no new trials after this time: 90s or 2h.",
        ),
        click.option("--trials", type=int, metavar="N", help="Total number of trials."),
    ):
        command = option(command)
    return command


def say(text: str) -> None:
    """Write lines to stderr, with control characters made visible, since they quote users and files.

    If that fails, there is no place left to report it, and what the command does matters more.
    """
    from hpsearch.reports.text import printable

    with contextlib.suppress(OSError):
        click.echo("\n".join(map(printable, text.split("\n"))), err=True)


_UNLIMITED = 100_000
"""The width of lines that do not go to a terminal: long enough that nothing is cut off."""
_HEIGHT = 25
"""The height outside a terminal. Nothing depends on it, but without it rich is 80 wide where TERM is dumb."""


_FORCED = {"always": True, "never": False, "auto": None}
"""Whether ``--color`` asks for styles; None to look at the terminal."""


def screen(color: Color) -> PlainScreen:
    """A screen for stdout; styles follow ``--color``, FORCE_COLOR and the terminal."""
    from hpsearch.reports.plain_screen import PlainScreen

    return PlainScreen(sys.stdout, styles=_FORCED[color])


def console(color: Color, *, stderr: bool = False) -> Console:
    """A rich console, for figures, pages and live displays.

    Colours follow ``--color``, NO_COLOR, FORCE_COLOR and the terminal.
    """
    from hpsearch.cli.pipe_console import PipeConsole
    from hpsearch.reports.plain_screen import is_dumb

    file = sys.stderr if stderr else sys.stdout
    colours: Literal["auto", "standard"] | None = None if color == "never" else "auto"
    if color == "always" and is_dumb():
        colours = "standard"  # where rich's auto has none
    return PipeConsole(
        file=file,
        width=None if file.isatty() else _UNLIMITED,
        height=None if file.isatty() else _HEIGHT,
        force_terminal=_FORCED[color] or None,
        color_system=colours,
        highlight=False,
        emoji=False,
        markup=False,
    )
