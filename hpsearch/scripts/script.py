"""What a training script takes: its options, how each is passed, and the metrics that it prints."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["int", "float", "bool", "text", "list", "unknown"]


class _Unknown:
    def __repr__(self) -> str:
        return "unknown"


UNKNOWN = _Unknown()
"""A default that the source does not say."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that a script can be given.

    Attributes:
        name: As the script's code calls it; dots separate sections.
        flag: How it is passed, with ``{}`` for its value: ``--lr {}``, ``lr={}``. Without ``{}`` it is passed
            or left out; ``--on/--off`` are two words for true and false; "" if it is in a file or, with
            ``variable``, in the environment.
        kind: The kind of its value.
        default: Its value when it is not passed, or :data:`UNKNOWN`; None is None.
        choices: The values that it may have; empty if the source does not say.
        help: What the script says about it.
        line: Where it is in the source, counted from 1; 0 if it was not found there.
        required: Whether the script refuses to run without it.
        spelling: Words for ``true`` and ``false``, if they are not these.
        variable: The environment variable that it is read from.
        file: The file that holds it, for a setting or constant; relative to the script's directory.
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
        """The default, or None if there is none that is known."""
        return None if self.default is UNKNOWN else self.default


@dataclass(frozen=True, slots=True)
class PrintedMetric:
    """A metric that a script seems to report.

    Attributes:
        name: As a reader of its output would call it.
        line: Where in the source, counted from 1.
        how: ``print``, ``log`` (of a logging library), ``csv``, ``json`` or ``tensorboard``.
        file: The file beside the script that reports it; "" for the script itself.
    """

    name: str
    line: int
    how: str
    file: str = ""


@dataclass(frozen=True)
class Script:
    """What is known about a script.

    Attributes:
        style: What reads its options: ``argparse``, ``click``, ``hydra``, …; "" if nothing does.
        options: In the order of the source.
        metrics: What it reports.
        notes: What could not be found out, as sentences.
        words: What the command needs before the options, such as the name of a sub-command.
        fixed: Words that the user gives it in every trial; they may have placeholders.
        files: Paths that it writes metrics to, as the source spells them.
        file_flag: How the path of a file of settings is passed; "" if its place is fixed.
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
    """The options, each name once: the first that is there."""
    found: dict[str, Option] = {}
    for option in options:
        found.setdefault(option.name, option)
    return tuple(found.values())
