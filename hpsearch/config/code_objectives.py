"""The objectives that run the user's own code: a function, a command."""

import keyword
import os
import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from hpsearch.config.reader import Reader
from hpsearch.config.schema import CommandSection, FunctionSection
from hpsearch.config.space_section import ParameterRules
from hpsearch.config.suggestions import suggest_name
from hpsearch.document.nodes import Location, MappingNode, SequenceNode, find
from hpsearch.document.scalars import shown
from hpsearch.process.placeholders import SPECIAL, placeholders
from hpsearch.trial import Value

FUNCTION: Location = ("objective", "function")
COMMAND: Location = ("objective", "command")

_INTERPRETER = re.compile(r"python[0-9.]*|Rscript|bash|julia|node|perl|ruby|sh|zsh")
_WITHOUT_VALUE = re.compile(r"-[uBEIOsS]+")


_FOREIGN = re.compile(r"\$\{?(\w+)\}?|%\((\w+)\)s?")
"""Placeholders of a shell and of Python."""

_SHELL_WORDS = ("|", "||", "&&", "&", ";", "<", ">", ">>", "2>", "2>&1")


class KeywordRules(ParameterRules):
    """A parameter of a function is the name of a keyword argument."""

    def check_name(self, name: str, reader: Reader) -> None:
        """Reports a name that cannot be one."""
        if not name.isidentifier() or keyword.iskeyword(name):
            rule = "must be a name of Python, for it is an argument of the function"
            hint = f"Write {name}_" if keyword.iskeyword(name) else f"Write {name.replace('-', '_')}"
            reader.report(("space", name), rule, hint=hint, key=True)


@dataclass(frozen=True)
class FunctionObjective:
    """Calling a function of the user's.

    Attributes:
        name: ``module:function``.
        directory: Where the module is found; absolute.
        epochs: How many epochs a whole trial has; None if the config does not say, or the space does.
    """

    kind: ClassVar[Literal["function"]] = "function"
    default_metric: ClassVar[str | None] = None
    rules: ClassVar[ParameterRules] = KeywordRules()
    constants: ClassVar[Mapping[str, Value]] = {}

    name: str
    directory: str
    epochs: int | None

    @classmethod
    def metrics(cls, reader: Reader) -> Mapping[str, str | None]:
        """The metrics it can report, with their goals; none are known."""
        return {}

    @classmethod
    def read(cls, section: FunctionSection, reader: Reader, base: Path | None) -> "FunctionObjective":
        """The objective of its section; what is wrong is reported."""
        path, _, name = section.name.rpartition("/")
        directory = _directory(section.directory, base) / path
        if base is not None and not directory.is_dir():
            at = (*FUNCTION, "directory") if section.directory else FUNCTION
            reader.report(at, "must be in a directory that is there", hint=f"There is no {directory}")
        return cls(name, str(directory), section.epochs)

    def resolved(self) -> dict[str, Any]:
        """The ``objective`` section, with nothing left to defaults."""
        epochs = {} if self.epochs is None else {"epochs": self.epochs}
        return {self.kind: {"name": self.name, "directory": self.directory, **epochs}}


@dataclass(frozen=True)
class CommandObjective:
    """Running a command of the user's.

    Attributes:
        run: The program and its arguments; or, for a shell, a text.
        patterns: Regular expressions by metric.
        directory: Where it runs; absolute.
        epochs: How many epochs a whole trial has; None if the config does not say, or the space does.
    """

    kind: ClassVar[Literal["command"]] = "command"
    default_metric: ClassVar[str | None] = None
    rules: ClassVar[ParameterRules] = ParameterRules()
    constants: ClassVar[Mapping[str, Value]] = {}

    run: tuple[str, ...] | str
    patterns: Mapping[str, str]
    directory: str
    epochs: int | None

    @classmethod
    def metrics(cls, reader: Reader) -> Mapping[str, str | None]:
        """The metrics it can report, with their goals; none are known unless there are patterns."""
        patterns = find(reader.root, (*COMMAND, "metrics"))
        return dict.fromkeys(patterns.entries) if isinstance(patterns, MappingNode) else {}

    @classmethod
    def read(cls, section: CommandSection, reader: Reader, base: Path | None) -> "CommandObjective | None":
        """The objective of its section; what is wrong is reported."""
        directory = _directory(section.directory, base)
        at = (*COMMAND, "run") if isinstance(find(reader.root, COMMAND), MappingNode) else COMMAND
        run = _run(section, at, reader)
        if run is None:
            return None
        for index, part in enumerate([run] if isinstance(run, str) else run):
            where = (*at, index) if isinstance(find(reader.root, at), SequenceNode) else at
            _check_placeholders(part, where, section, reader, alone=section.shell or part == "{args}")
        for name, pattern in section.metrics.items():
            _check_pattern(pattern, (*COMMAND, "metrics", name), reader)
        if base is not None:
            _check_program(run, directory, at, reader)
        return cls(run, section.metrics, str(directory), section.epochs)

    def resolved(self) -> dict[str, Any]:
        """The ``objective`` section, with nothing left to defaults."""
        shell = isinstance(self.run, str)
        section: dict[str, Any] = {"run": self.run if shell else list(self.run), "shell": shell}
        section |= {"directory": self.directory}
        section |= {"metrics": dict(self.patterns)} if self.patterns else {}
        section |= {} if self.epochs is None else {"epochs": self.epochs}
        return {self.kind: section}


def _directory(given: str | None, base: Path | None) -> Path:
    path = Path(os.path.expanduser(given or ""))  # noqa: PTH111 -- Path.expanduser raises
    return Path(os.path.abspath((base or Path()) / path))  # noqa: PTH100 -- Path.resolve would follow links


def _run(section: CommandSection, at: Location, reader: Reader) -> tuple[str, ...] | str | None:
    """The words of a command; of one for a shell, the text."""
    if section.shell:
        if not isinstance(section.run, str):
            reader.report(at, "must be one text, as a shell runs it", hint="Or remove shell: true")
            return None
        return section.run
    try:
        words = shlex.split(section.run) if isinstance(section.run, str) else section.run
    except ValueError:
        reader.report(at, "must close its quotes", hint="Or write a list of words: [python, train.py]")
        return None
    if not words or not words[0]:
        hint = "Write it as in python train.py {args}"
        reader.report(at, "must name a program", found="nothing", hint=hint)
        return None
    for word in words if isinstance(section.run, str) else ():
        if word in _SHELL_WORDS:
            hint = "Write {run: …, shell: true}"
            reader.report(at, f"must be a program and its arguments: only a shell knows {word}", hint=hint)
            return None
    return tuple(words)


def _check_placeholders(
    part: str, at: Location, section: CommandSection, reader: Reader, *, alone: bool
) -> None:
    try:
        names = placeholders(part)
    except ValueError:
        reader.report(at, "must close its braces", hint="{{ and }} stand for the braces themselves")
        return
    space = find(reader.root, ("space",))
    parameters = space.entries if isinstance(space, MappingNode) else {}
    known = [*parameters, *(name for name in SPECIAL if name != "epochs" or section.epochs is not None)]
    foreign = [found for found in _FOREIGN.finditer(part) if (found[1] or found[2]) in parameters]
    for found in [] if section.shell else foreign:
        hint = f"Write {{{found[1] or found[2]}}}"
        reader.report(at, "must name values in braces", found=shown(found[0]), hint=hint)
    for name in names:
        entry = parameters.get(name)
        if name not in known:
            meant = suggest_name(name, known) or f"Known are {', '.join(known)}"
            hint = meant if name.isidentifier() else "{{ and }} stand for the braces themselves"
            reader.report(at, f"{{{name}}} is neither a parameter nor known otherwise", found="", hint=hint)
        elif entry and isinstance(entry.node, MappingNode) and "when" in entry.node.entries:
            hint = "Use {args} or {json}, which leave it out then"
            reader.report(at, f"{{{name}}} is not there in every trial", found="", hint=hint)
        elif name == "args" and not alone:
            reader.report(at, "{args} stands for several words, and so alone", hint="Set spaces around it")


def _check_pattern(pattern: str, at: Location, reader: Reader) -> None:
    try:
        if not re.compile(pattern).groups:
            hint = r"Write it as in loss=([\d.]+)"
            reader.report(at, "must have a group, in parentheses, for the number", hint=hint)
    except re.error as error:
        hint = "A backslash before a sign such as ( or . takes it as it is"
        reader.report(at, f"must be a regular expression: {error}", hint=hint)


def _check_program(run: tuple[str, ...] | str, directory: Path, at: Location, reader: Reader) -> None:
    if not directory.is_dir():
        where = (*COMMAND, "directory")
        reader.report(where, "must be a directory that is there", hint=f"There is no {directory}")
    elif not isinstance(run, str) and not placeholders(run[0]):
        program = str(directory / run[0]) if "/" in run[0] else run[0]
        if shutil.which(program) is None:
            found = f"{program} is there, but may not be executed" if os.path.exists(program) else ""  # noqa: PTH110 -- never raises
            hint = found or "Is it installed, and on the PATH?"
            reader.report(at, f"must name a program that can be run, not {run[0]}", found="", hint=hint)
        elif (script := _script(run)) and not (directory / script).exists():
            hint = f"There is no {directory / script}"
            reader.report(at, f"must name a script that is there, not {script}", found="", hint=hint)


def _script(run: tuple[str, ...]) -> str | None:
    """The script that a command gives to an interpreter; None if that is not clear."""
    program, *words = run
    words = [word for word in words if not _WITHOUT_VALUE.fullmatch(word)]
    if not words or not _INTERPRETER.fullmatch(Path(program).name):
        return None
    return None if words[0].startswith("-") or placeholders(words[0]) else words[0]
