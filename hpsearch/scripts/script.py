"""The description of a training script: its options, how each is passed, and the metrics that it prints."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["int", "float", "bool", "text", "list", "unknown"]


class _Unknown:
    def __repr__(self) -> str:
        return "unknown"


UNKNOWN = _Unknown()
"""A default that the source does not show."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a script.

    Attributes:
        name: Its name in the script's code; dots separate sections.
        flag: How it is passed, with ``{}`` for its value: ``--lr {}``, ``lr={}``. Without ``{}`` it is passed
            or left out; ``--on/--off`` are two words for true and false; "" if it is in a file or, with
            ``variable``, in the environment.
        kind: The kind of its value.
        default: Its value when it is not passed, or :data:`UNKNOWN`; None is None.
        choices: Its possible values; empty if the source does not show them.
        help: Its help text in the script.
        line: Its line in the source, counted from 1; 0 if it was not found there.
        required: Whether the script refuses to run without it.
        spelling: The words for ``true`` and ``false``, if others.
        variable: The environment variable that it is read from.
        file: The file that contains it, for a setting or constant; relative to the script's directory.
        before: Whether it comes before the script's words, such as the name of a sub-command.
    """

    name: str
    flag: str
    kind: Kind = "unknown"
    default: Any = UNKNOWN
    choices: tuple[Any, ...] = ()
    help: str = ""
    line: int = 0
    required: bool = False
    spelling: tuple[str, str] = ("true", "false")
    variable: str = ""
    file: str = ""
    before: bool = False

    @property
    def known_default(self) -> Any:
        """The default, or None if it is unknown."""
        return None if self.default is UNKNOWN else self.default


@dataclass(frozen=True, slots=True)
class PrintedMetric:
    """A metric that a script seems to report.

    Attributes:
        name: The name under which it would be found in the output.
        line: Its line in the source, counted from 1.
        how: ``print``, ``log`` (by a logging library), ``csv``, ``json`` or ``tensorboard``.
        file: The file next to the script that reports it; "" for the script itself.
    """

    name: str
    line: int
    how: str
    file: str = ""


@dataclass(frozen=True)
class Script:
    """Everything known about a script.

    Attributes:
        style: The library that reads its options: ``argparse``, ``click``, ``hydra``, …; "" if none.
        options: Its options, in the order of the source.
        metrics: The metrics that it reports.
        notes: Notes on what could not be found out, as sentences.
        words: Words that the command needs before the options, such as the name of a sub-command.
        fixed: Words that the user gives it in every trial; they may have placeholders.
        files: Paths that it writes metrics to, as written in the source.
        file_flag: How the path of a settings file is passed; "" if its place is fixed.
        yields: Whether it is a function that reports epoch by epoch.
    """

    style: str
    options: tuple[Option, ...] = ()
    metrics: tuple[PrintedMetric, ...] = ()
    notes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    files: tuple[str, ...] = field(default=())
    file_flag: str = ""
    yields: bool = False


def kind_of(value: Any) -> Kind:
    """The kind of a default."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list | tuple) else "unknown"


def unique(options: Iterable[Option]) -> tuple[Option, ...]:
    """The options, each name once: the first one counts."""
    found: dict[str, Option] = {}
    for option in options:
        found.setdefault(option.name, option)
    return tuple(found.values())
