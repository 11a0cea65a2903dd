"""The ``function`` and ``command`` sections: objectives that run the user's own code."""

import keyword
import os
import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from hpsearch.config.parameter_section import ParameterRules
from hpsearch.config.reader import Reader
from hpsearch.config.schema import CommandSection, FunctionSection
from hpsearch.config.suggestions import suggest_name
from hpsearch.document.nodes import Location, MappingNode, SequenceNode, entries_at, find
from hpsearch.document.scalars import shown
from hpsearch.process.placeholders import SPECIAL, placeholders
from hpsearch.trial import Value

FUNCTION: Location = ("objective", "function")
COMMAND: Location = ("objective", "command")

_INTERPRETER = re.compile(r"python[0-9.]*|Rscript|bash|julia|node|perl|ruby|sh|zsh")
_WITHOUT_VALUE = re.compile(r"-[uBEIOsS]+")

_FOREIGN = re.compile(r"\$\{?(\w+)\}?|%\((\w+)\)s?")
"""Placeholders of a shell and of Python."""

_LITERAL_BRACES = "Write {{ and }} for literal braces"
_SHELL_WORDS = ("|", "||", "&&", "&", ";", "<", ">", ">>", "2>", "2>&1")


class KeywordRules(ParameterRules):
    """A parameter of a function is a keyword argument."""

    def check_name(self, name: str, reader: Reader) -> None:
        """Reports a name that no keyword argument can have."""
        if not name.isidentifier() or keyword.iskeyword(name):
            rule = "must be a valid Python name, as it is an argument of the function"
            hint = f"Write {name}_" if keyword.iskeyword(name) else f"Write {name.replace('-', '_')}"
            reader.report(("space", name), rule, hint=hint, key=True)


@dataclass(frozen=True)
class FunctionSettings:
    """Which Python function a trial calls.

    Attributes:
        name: ``module:function``.
        directory: The absolute path of the directory with the module.
        epochs: How many epochs a full trial has; None if not given, or if that is searched.
    """

    kind: ClassVar[Literal["function"]] = "function"
    runs_user_code: ClassVar[bool] = True
    default_metric: ClassVar[str | None] = None
    rules: ClassVar[ParameterRules] = KeywordRules()
    constants: ClassVar[Mapping[str, Value]] = {}

    name: str
    directory: str
    epochs: int | None

    @classmethod
    def metrics(cls, reader: Reader) -> Mapping[str, str | None]:
        """The metrics that are reported, with their goals; empty because none are known."""
        return {}

    @classmethod
    def check_tree(cls, reader: Reader) -> None:
        """Reports what can be found wrong even if the section as a whole cannot be read: nothing."""

    @classmethod
    def read(cls, section: FunctionSection, reader: Reader, base: Path | None) -> "FunctionSettings":
        """The settings of a section; problems are reported."""
        path, _, name = section.name.rpartition("/")
        directory = _directory(section.directory, base) / path
        if base is not None:
            _check_directory(directory, (*FUNCTION, "directory") if section.directory else FUNCTION, reader)
        return cls(name, str(directory), section.epochs)

    def resolved(self) -> dict[str, Any]:
        """The ``objective`` section, with all defaults filled in."""
        epochs = {} if self.epochs is None else {"epochs": self.epochs}
        return {self.kind: {"name": self.name, "directory": self.directory, **epochs}}


@dataclass(frozen=True)
class CommandSettings:
    """Which command a trial runs.

    Attributes:
        run: The program and its arguments; a text if a shell runs it.
        patterns: Regular expressions by metric.
        directory: The absolute path of the directory it runs in.
        epochs: How many epochs a full trial has; None if not given, or if that is searched.
    """

    kind: ClassVar[Literal["command"]] = "command"
    runs_user_code: ClassVar[bool] = True
    default_metric: ClassVar[str | None] = None
    rules: ClassVar[ParameterRules] = ParameterRules()
    constants: ClassVar[Mapping[str, Value]] = {}

    run: tuple[str, ...] | str
    patterns: Mapping[str, str]
    directory: str
    epochs: int | None

    @classmethod
    def metrics(cls, reader: Reader) -> Mapping[str, str | None]:
        """The metrics that are reported, with their goals; empty unless there are patterns."""
        return dict.fromkeys(entries_at(reader.root, (*COMMAND, "metrics")))

    @classmethod
    def check_tree(cls, reader: Reader) -> None:
        """Reports what can be found wrong even if the section as a whole cannot be read: nothing."""

    @classmethod
    def read(cls, section: CommandSection, reader: Reader, base: Path | None) -> "CommandSettings | None":
        """The settings of a section; problems are reported."""
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
        """The ``objective`` section, with all defaults filled in."""
        shell = isinstance(self.run, str)
        section: dict[str, Any] = {"run": self.run if shell else list(self.run), "shell": shell}
        section |= {"directory": self.directory}
        section |= {"metrics": dict(self.patterns)} if self.patterns else {}
        section |= {} if self.epochs is None else {"epochs": self.epochs}
        return {self.kind: section}


def _directory(written: str | None, base: Path | None) -> Path:
    path = Path(os.path.expanduser(written or ""))  # noqa: PTH111 -- Path.expanduser raises
    return Path(os.path.abspath((base or Path()) / path))  # noqa: PTH100 -- Path.resolve would follow links


def _check_directory(directory: Path, at: Location, reader: Reader) -> bool:
    if directory.is_dir():
        return True
    reader.report(at, "must be in an existing directory", hint=f"There is no {directory}")
    return False


def _run(section: CommandSection, at: Location, reader: Reader) -> tuple[str, ...] | str | None:
    """The words of a command; the text if a shell runs it."""
    if section.shell:
        if not isinstance(section.run, str):
            reader.report(at, "must be text if shell is true", hint="Or remove shell: true")
            return None
        return section.run
    try:
        words = shlex.split(section.run) if isinstance(section.run, str) else section.run
    except ValueError:
        reader.report(at, "must close its quotes", hint="Or write a list of words: [python, train.py]")
        return None
    if not words or not words[0]:
        hint = "For example: python train.py {args}"
        reader.report(at, "must name a program", found="nothing", hint=hint)
        return None
    for word in words if isinstance(section.run, str) else ():
        if word in _SHELL_WORDS:
            hint = "Write {run: …, shell: true}"
            reader.report(at, f"must be a program and its arguments; {word} needs a shell", hint=hint)
            return None
    return tuple(words)


def _check_placeholders(
    part: str, at: Location, section: CommandSection, reader: Reader, *, alone: bool
) -> None:
    try:
        names = placeholders(part)
    except ValueError:
        reader.report(at, "must close its braces", hint=_LITERAL_BRACES)
        return
    parameters = entries_at(reader.root, ("space",))
    valid = [*parameters, *(name for name in SPECIAL if name != "epochs" or section.epochs is not None)]
    foreign = [found for found in _FOREIGN.finditer(part) if (found[1] or found[2]) in parameters]
    for found in [] if section.shell else foreign:
        hint = f"Write {{{found[1] or found[2]}}}"
        reader.report(at, "placeholders must be in braces", found=shown(found[0]), hint=hint)
    for name in names:
        entry = parameters.get(name)
        if name not in valid:
            meant = suggest_name(name, valid) or f"Possible: {', '.join(valid)}"
            hint = meant if name.isidentifier() else _LITERAL_BRACES
            reader.report(
                at, f"{{{name}}} is neither a parameter nor a built-in placeholder", found="", hint=hint
            )
        elif entry and isinstance(entry.node, MappingNode) and "when" in entry.node.entries:
            hint = "Use {args} or {json}, which leave it out of those trials"
            reader.report(at, f"{{{name}}} has no value in some trials", found="", hint=hint)
        elif name == "args" and not alone:
            rule = "{args} becomes several words, so it must be a word of its own"
            reader.report(at, rule, hint="Put spaces around it")


def _check_pattern(pattern: str, at: Location, reader: Reader) -> None:
    try:
        if not re.compile(pattern).groups:
            hint = r"For example: loss=([\d.]+)"
            reader.report(at, "must have a group in parentheses that captures the number", hint=hint)
    except re.error as error:
        hint = "Put a backslash before a literal ( or ."
        reader.report(at, f"must be a regular expression: {error}", hint=hint)


def _check_program(run: tuple[str, ...] | str, directory: Path, at: Location, reader: Reader) -> None:
    if not _check_directory(directory, (*COMMAND, "directory"), reader):
        return
    if not isinstance(run, str) and not placeholders(run[0]):
        program = str(directory / run[0]) if "/" in run[0] else run[0]
        if shutil.which(program) is None:
            exists = os.path.exists(program)  # noqa: PTH110 -- never raises
            hint = f"{program} exists but is not executable" if exists else "Is it installed and on the PATH?"
            reader.report(at, f"must name a program that can be run, not {run[0]}", found="", hint=hint)
        elif (script := _script(run)) and not (directory / script).exists():
            hint = f"There is no {directory / script}"
            reader.report(at, f"must name an existing script, not {script}", found="", hint=hint)


def _script(run: tuple[str, ...]) -> str | None:
    """The script that a command passes to an interpreter; None if that is unclear."""
    program, *words = run
    words = [word for word in words if not _WITHOUT_VALUE.fullmatch(word)]
    if not words or not _INTERPRETER.fullmatch(Path(program).name):
        return None
    return None if words[0].startswith("-") or placeholders(words[0]) else words[0]
