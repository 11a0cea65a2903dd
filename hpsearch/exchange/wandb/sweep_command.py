"""The command of a sweep with its macros replaced by placeholders.

The macros are those of W&B's "Sweep configuration options". A few need a shell.
"""

import itertools
import json
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hpsearch.document.nodes import Location, ScalarNode
from hpsearch.exchange.wandb.sweep import Sweep, as_python, is_null

_DEFAULT = ("${env}", "${interpreter}", "${program}", "${args}")
"""The command of a sweep without ``command``."""

PROGRAM = "train.py"
"""The program of a sweep without ``program``."""

_VARIABLE = re.compile(r"\$\{envvar:([A-Za-z0-9_]+)\}")
_MACRO = re.compile(r"\$\{[^}]*\}")
_AT: Location = ("command",)


@dataclass(frozen=True)
class CommandParameter:
    """A parameter as a command gets it.

    Attributes:
        original: Its name in the sweep; nested parameters have dots.
        path: The keys that lead to it.
        name: Its name in the config.
        spec: Its section in the config, or the value of a constant.
        at: Its location in the sweep.
        literal: The JSON of a constant that a config cannot have (a list, a section or null); else "".
    """

    original: str
    path: tuple[str, ...]
    name: str
    spec: Any
    at: Location
    literal: str = ""

    @property
    def values(self) -> Sequence[Any]:
        """Its possible values; none for a range."""
        if isinstance(self.spec, Mapping):
            return list(self.spec.get("values", ()))
        return [self.spec]

    @property
    def is_boolean(self) -> bool:
        """Whether it is true or false."""
        return isinstance(next(iter(self.values), None), bool)


@dataclass(frozen=True)
class Value:
    """A placeholder."""

    name: str


@dataclass(frozen=True)
class Variable:
    """An environment variable."""

    name: str


@dataclass(frozen=True)
class Flag:
    """An argument that is present when a parameter is true."""

    name: str
    text: str


Part = str | Value | Variable | Flag
Word = tuple[Part, ...]


def read_command(sweep: Sweep, parameters: Sequence[CommandParameter]) -> dict[str, Any]:
    """The section ``objective.command`` for a sweep's ``command`` and ``program``."""
    words = [_joined(word) for word in _words(sweep, parameters)]
    parts = [part for word in words for part in word]
    if not any(isinstance(part, Variable | Flag) for part in parts):
        return {"run": ["".join(map(_plain, word)) for word in words]}
    return {"run": " ".join("".join(map(_quoted, word)) for word in words), "shell": True}


def _words(sweep: Sweep, parameters: Sequence[CommandParameter]) -> Iterator[Word]:
    """The words of the command."""
    nodes = sweep.items(_AT)
    program = sweep.text(("program",))
    words: list[tuple[Location, str]] = [(_AT, word) for word in _DEFAULT]
    if nodes is not None:
        words = [((*_AT, index), str(as_python(node))) for index, node in enumerate(nodes)]
        for index, node in enumerate(nodes):
            if not isinstance(node, ScalarNode) or is_null(node):
                sweep.report((*_AT, index), "must be a word")
    texts = [text for _, text in words]
    if not texts:
        sweep.report(_AT, "must name a program", found="nothing")
    _note_program(sweep, program, texts)
    macros = _Macros(sweep, program or PROGRAM, parameters)
    for at, text in words:
        yield from macros.expand(at, text)
    if parameters and not macros.passes:
        text = (
            "passes no values: the program reads wandb.config. Here values come only as arguments: add"
            " {args} for --name value of every parameter, or {json} for the path of a JSON file"
        )
        sweep.note(_AT, text)


def _joined(word: Word) -> Word:
    """A word with adjacent texts joined."""
    groups = itertools.groupby(word, lambda part: isinstance(part, str))
    return tuple(part for text, parts in groups for part in (["".join(map(str, parts))] if text else parts))


def _note_program(sweep: Sweep, program: str | None, words: Sequence[str]) -> None:
    if program is None and "${program}" in words:
        text = f"is missing, as in a sweep that calls a Python function; the command runs {PROGRAM} instead"
        sweep.note(("program",), f"{text}. Name your program there, or use objective.function")
    elif program is not None and "${program}" not in words:
        sweep.note(("program",), "is unused: the command does not contain ${program}")


class _Macros:
    """Expands the macros.

    Attributes:
        passes: Whether an expanded macro passes values.
    """

    def __init__(self, sweep: Sweep, program: str, parameters: Sequence[CommandParameter]) -> None:
        self.passes = False
        self._sweep = sweep
        self._program = program
        self._parameters = parameters

    def expand(self, at: Location, text: str) -> list[Word]:
        """The words that a word of the sweep becomes; a macro may become several or none."""
        match text:
            case "${env}":
                return [("/usr/bin/env",)]
            case "${interpreter}":
                return [(self._interpreter(at),)]
            case "${program}":
                return [(self._program,)]
            case (
                "${args}"
                | "${args_no_equals}"
                | "${args_no_hyphens}"
                | "${args_no_boolean_flags}"
                | "${args_json}"
                | "${args_json_file}"
            ):
                self.passes = True
                return list(getattr(self, f"_{text[2:-1]}")(at))
        if _VARIABLE.search(text):
            self._sweep.note(at, "is an environment variable, so a shell runs the command here")
            return [tuple(_with_variables(text))]
        if _MACRO.fullmatch(text):
            self._sweep.note(at, f"{text} is not a known macro; dropped, as in W&B")
            return []
        if _MACRO.search(text):
            self._sweep.note(at, f"{text} is kept as it is: a macro must be a whole word, as in W&B")
        return [(text,)]

    def _interpreter(self, at: Location) -> str:
        if shutil.which("python") is None and shutil.which("python3") is not None:
            self._sweep.note(at, "${interpreter} becomes python3: there is no python on the PATH")
            return "python3"
        return "python"

    def _args(self, at: Location) -> Iterator[Word]:
        self._note_booleans()
        yield from ((f"--{each.original}=", Value(each.name)) for each in self._parameters)

    def _args_no_equals(self, at: Location) -> Iterator[Word]:
        self._note_booleans()
        for each in self._parameters:
            yield (f"--{each.original}",)
            yield (Value(each.name),)

    def _args_no_hyphens(self, at: Location) -> Iterator[Word]:
        self._note_booleans()
        yield from ((f"{each.original}=", Value(each.name)) for each in self._parameters)

    def _args_no_boolean_flags(self, at: Location) -> Iterator[Word]:
        for each in self._parameters:
            if not each.is_boolean:
                yield f"--{each.original}=", Value(each.name)
            elif isinstance(each.spec, Mapping):
                yield (Flag(each.name, f"--{each.original}"),)
            elif each.spec:
                yield (f"--{each.original}",)
        if any(each.is_boolean and isinstance(each.spec, Mapping) for each in self._parameters):
            text = "flags that are present when a parameter is true need a shell, which runs the command here"
            self._sweep.note(at, text)

    def _args_json_file(self, at: Location) -> Iterator[Word]:
        renamed = [each for each in self._parameters if each.name != each.original]
        if renamed:
            names = ", ".join(f"{each.name} for {each.original}" for each in renamed)
            self._sweep.note(at, f"the file {{json}} is flat and uses the names of the config: {names}")
        yield (Value("json"),)

    def _args_json(self, at: Location) -> Iterator[Word]:
        tree: dict[str, Any] = {}
        for each in self._parameters:
            inner = tree
            for key in each.path[:-1]:
                inner = inner.setdefault(key, {})
            inner[each.path[-1]] = each
            if any(isinstance(value, str) and json.dumps(value)[1:-1] != value for value in each.values):
                text = (
                    "has values that need escaping in JSON, which ${args_json} does not do here; use {json}"
                )
                self._sweep.note(each.at, text)
        yield tuple(_as_json(tree))

    def _note_booleans(self) -> None:
        for each in self._parameters:
            if each.is_boolean:
                text = f"is passed as --{each.original}=true or =false; W&B passes True and False"
                self._sweep.note(each.at, text)


def _with_variables(text: str) -> Iterator[Part]:
    end = 0
    for found in _VARIABLE.finditer(text):
        yield text[end : found.start()]
        yield Variable(found[1])
        end = found.end()
    yield text[end:]


def _as_json(tree: Mapping[str, Any]) -> Iterator[Part]:
    """A JSON object with placeholders as its values."""
    for at, (key, each) in enumerate(tree.items()):
        yield f"{', ' if at else '{'}{json.dumps(key)}: "
        if not isinstance(each, CommandParameter):
            yield from _as_json(each)
        elif each.literal:
            yield each.literal
        elif isinstance(next(iter(each.values), None), str):
            yield from ('"', Value(each.name), '"')
        else:
            yield Value(each.name)
    yield "}" if tree else "{}"


def _plain(part: Part) -> str:
    """A part of a word of a list."""
    return f"{{{part.name}}}" if isinstance(part, Value) else _braced(str(part))


def _quoted(part: Part) -> str:
    """A part of a word for a shell; hpsearch quotes the values itself."""
    match part:
        case Value(name):
            return f"{{{name}}}"
        case Variable(name):  # W&B writes the name if there is no such variable
            return f'"${{{{{name}-{name}}}}}"'
        case Flag(name, text):
            return f"$(test {{{name}}} = true && echo {_braced(shlex.quote(text))})"
    return _braced(shlex.quote(part)) if part else ""


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
