"""The command ``hpsearch``, and the one place where errors become exit codes."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import click

from hpsearch.cli.options import say
from hpsearch.cli.streams import drop_output
from hpsearch.errors import (
    ClusterLost,
    HpsearchError,
    Interrupted,
    RunError,
    SearchFailed,
    TrainingFailed,
    UsageError,
)
from hpsearch.machine.signals import ProgramSignals

_EPILOG = """\b
Exit codes: 0 done · 1 unexpected error · 2 wrong usage or config · 3 no trial
succeeded, or too many failed · 4 run directory missing, locked, damaged or made
with another config or code · 129, 130, 143 interrupted, saved."""


_COMMANDS = {
    "init": "init_command:init",
    "import": "exchange_commands:import_",
    "check": "config_commands:check",
    "sample": "config_commands:sample",
    "try": "try_command:try_",
    "run": "search_commands:run",
    "resume": "search_commands:resume",
    "leaderboard": "results_commands:leaderboard",
    "compare": "compare_command:compare",
    "status": "results_commands:status",
    "show": "results_commands:show",
    "logs": "log_commands:logs",
    "list": "results_commands:list_runs",
    "importance": "analysis_commands:importance",
    "explain": "analysis_commands:explain",
    "plot": "figure_commands:plot",
    "report": "figure_commands:report",
    "dashboard": "dashboard_command:dashboard",
    "rerun": "rerun_command:rerun",
    "nurse": "nursery_commands:nurse",
    "replay": "nursery_commands:replay",
    "train": "model_commands:train",
    "predict": "model_commands:predict",
    "export": "exchange_commands:export",
    "demo": "demo_command:demo",
    "doctor": "machine_commands:doctor",
    "schema": "config_commands:schema",
    "help": "help_command:help_",
    "completion": "machine_commands:completion",
}
"""By command, in the order in which they are used: its module in this package, and its name there.

Modules are imported when they are needed: importing all of them takes 10 ms."""


class _ReaderGone(Exception):
    """Nobody reads stdout any more. Not an OSError, because click then exits as if something had failed."""


@contextlib.contextmanager
def _reader_may_go() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise _ReaderGone from error


class _Commands(Mapping[str, click.Command]):
    """The commands by name, each imported when it is used."""

    def __getitem__(self, name: str) -> click.Command:
        module, _, attribute = _COMMANDS[name].partition(":")
        found: click.Command = getattr(import_module(f"hpsearch.cli.{module}"), attribute)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class _Program(click.Group):
    """A group that lists its commands in the order in which they are used, and whose reader may go away."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = _Commands()  # type: ignore[assignment] # click only reads it

    def list_commands(self, _: click.Context) -> list[str]:
        """The names in the order in which they are used."""
        return list(self.commands)

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        """Parse the command line, and print the help if requested."""
        with _reader_may_go():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _reader_may_go():
            return super().invoke(ctx)


@click.group(
    cls=_Program,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="hpsearch", message="%(prog)s %(version)s")
def program() -> None:
    """Search for good hyperparameters.

    The search tries random points first, then looks closer around the best. Its result is the same for any
    number of workers.

    \b
    A first search:
      hpsearch init train.py            write a first config for a training script
      hpsearch check config.yaml        check it
      hpsearch run config.yaml          search
      hpsearch leaderboard RUN          show the best trials
    """
    from hpsearch.machine import kernels

    kernels.prefer_portable()  # before anything loads NumPy
    kernels.spare_threads()


def exit_code(arguments: list[str], signals: ProgramSignals | None = None) -> int:
    """Run the program with arguments, and return its exit code.

    Args:
        arguments: The command line.
        signals: The handler of signals until now, if the program runs as its own process.
    """
    try:
        program(arguments, prog_name="hpsearch", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.Abort:
        return 130
    except click.ClickException as error:
        with contextlib.suppress(OSError):
            error.show()
        return 2
    except (_ReaderGone, BrokenPipeError):
        drop_output()  # the reader has closed the pipe, as `head` does
        return 0
    except KeyboardInterrupt:
        return 130
    except HpsearchError as error:
        return _explain(error)
    except OSError as error:
        drop_output()
        from hpsearch.machine.shortages import explain_shortage

        say(f"Operating system error: {explain_shortage(error)}")
        return 1
    except Exception as error:
        if signals is not None and signals.received is not None:
            return 130  # an interrupted import of compiled code may end in any error
        return _lacking(error) or _bug()
    return 0


def _lacking(error: Exception) -> int:
    """The exit code if memory or a library is missing, which is not a bug of hpsearch; 0 otherwise."""
    from hpsearch.machine.shortages import explain_shortage, is_shortage

    if is_shortage(error):
        say(f"Operating system error: {explain_shortage(error)}")
        return 1
    if not isinstance(error, ImportError) or (error.name or "").partition(".")[0] == "hpsearch":
        return 0
    first: BaseException = error
    while isinstance(first.__cause__, ImportError):  # NumPy's own message fills a page
        first = first.__cause__
    say(f"A library that hpsearch needs cannot be loaded: {first}.")
    say("If memory is scarce or limited (`ulimit -v`), allow for more; otherwise, install hpsearch again.")
    return 1


def _explain(error: HpsearchError) -> int:
    say(str(error))
    if isinstance(error, Interrupted):
        return 128 + error.signal
    for kind, code in (
        (RunError, 4),
        (UsageError, 2),
        (SearchFailed, 3),
        (TrainingFailed, 3),
        (ClusterLost, 3),
    ):
        if isinstance(error, kind):
            return code
    return 1


def _bug() -> int:
    if "--debug" in sys.argv:
        import traceback

        traceback.print_exc()
    else:
        kind, error, _ = sys.exc_info()
        name = kind.__name__ if kind else "error"
        say(f"Unexpected error (a bug in hpsearch): {name}: {error}")
        say("Add --debug to the command to see where it happened.")
    return 1
