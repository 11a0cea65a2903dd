"""The command of a sweep with its macros replaced by placeholders.

The macros are those of W&B's "Sweep configuration options". Environment variables need a shell.
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
from hpsearch.exchange.foreign_document import ForeignDocument, as_python, is_null
from hpsearch.invocation.flags import DEFAULT_STYLE

_DEFAULT = ("${env}", "${interpreter}", "${program}", "${args}")
"""The command of a sweep without ``command``."""

PROGRAM = "train.py"
"""The program of a sweep without ``program``."""

STYLES = {
    "${args}": "--k=v",
    "${args_no_boolean_flags}": "--k=v",
    "${args_no_equals}": "--k v",
    "${args_no_hyphens}": "k=v",
    "${args_append_hydra}": "+k=v",
    "${args_override_hydra}": "++k=v",
}
"""The macros that pass all parameters, and the style of ``{args}`` that each becomes."""

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


Part = str | Value | Variable
Word = tuple[Part, ...]


def read_command(sweep: ForeignDocument, parameters: Sequence[CommandParameter]) -> dict[str, Any]:
    """The section ``objective.command`` for a sweep's ``command`` and ``program``."""
    macros = _Macros(sweep, parameters)
    words = [_joined(word) for word in _words(sweep, macros, parameters)]
    command: dict[str, Any] = {"run": ["".join(map(_plain, word)) for word in words]}
    if any(isinstance(part, Variable) for word in words for part in word):
        command = {"run": " ".join("".join(map(_quoted, word)) for word in words), "shell": True}
    return command | macros.passing()


def _words(
    sweep: ForeignDocument, macros: "_Macros", parameters: Sequence[CommandParameter]
) -> Iterator[Word]:
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
    for at, text in words:
        yield from macros.expand(at, text, program or PROGRAM)
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


def _note_program(sweep: ForeignDocument, program: str | None, words: Sequence[str]) -> None:
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

    def __init__(self, sweep: ForeignDocument, parameters: Sequence[CommandParameter]) -> None:
        self.passes = False
        self._sweep = sweep
        self._parameters = parameters
        self._used: dict[str, Location] = {}

    def expand(self, at: Location, text: str, program: str) -> list[Word]:
        """The words that a word of the sweep becomes; a macro may become several or none."""
        if text in STYLES or text in ("${args_json}", "${args_json_file}"):
            self.passes = True
            self._used.setdefault(text, at)
            return [self._args(text, at)]
        match text:
            case "${env}":
                return [("/usr/bin/env",)]
            case "${interpreter}":
                return [(self._interpreter(at),)]
            case "${program}":
                return [(program,)]
        if _VARIABLE.search(text):
            self._sweep.note(at, "is an environment variable, so a shell runs the command here")
            return [tuple(_with_variables(text))]
        if _MACRO.fullmatch(text):
            self._sweep.note(at, f"{text} is not a known macro; dropped, as in W&B")
            return []
        if _MACRO.search(text):
            self._sweep.note(at, f"{text} is kept as it is: a macro must be a whole word, as in W&B")
        return [(text,)]

    def passing(self) -> dict[str, Any]:
        """The keys of the command that say how values are passed."""
        styles = [macro for macro in self._used if macro in STYLES]
        if not styles:
            return {}
        flags = {
            each.name: flag for each in self._parameters if (flag := self._flag(styles[0], each)) is not None
        }
        if flags and len({(STYLES[macro], "boolean" in macro) for macro in styles}) > 1:
            text = (
                f"{', '.join(flags)}: passed in the style of {styles[0]} here too; a parameter has one flag"
            )
            self._sweep.note(self._used[styles[1]], text)
        return ({"flags": flags} if flags else {}) | self._spelling(styles[0])

    def _spelling(self, macro: str) -> dict[str, Any]:
        """W&B passes ``True`` and ``False``, but in JSON."""
        switches = [each for each in self._parameters if each.is_boolean]
        if not switches or macro == "${args_no_boolean_flags}":
            return {}
        if "${args_json}" in self._used:
            names = ", ".join(each.original for each in switches)
            text = f"{names}: passed as true and false, as the JSON needs; W&B passes True and False here"
            self._sweep.note(self._used[macro], text)
            return {}
        return {"spelling": "python"}

    def _flag(self, macro: str, each: CommandParameter) -> str | None:
        """How a parameter is passed that the style of a macro would pass differently."""
        if macro == "${args_no_boolean_flags}" and each.is_boolean:
            return _braced(shlex.quote(f"--{each.original}"))
        if each.name == each.original:
            return None
        before = STYLES[macro].removesuffix("v")
        flag = _braced(shlex.quote(before.strip().replace("k", each.original, 1)))
        return f"{flag} {{}}" if before.endswith(" ") else f"{flag}{{}}"

    def _interpreter(self, at: Location) -> str:
        if shutil.which("python") is None and shutil.which("python3") is not None:
            self._sweep.note(at, "${interpreter} becomes python3: there is no python on the PATH")
            return "python3"
        return "python"

    def _args(self, macro: str, at: Location) -> Word:
        if macro in STYLES:
            style = STYLES[macro]
            return (Value("args" if style == DEFAULT_STYLE else f"args:{style}"),)
        if macro == "${args_json}":
            return self._json()
        renamed = [each for each in self._parameters if each.name != each.original]
        if renamed:
            names = ", ".join(f"{each.name} for {each.original}" for each in renamed)
            self._sweep.note(at, f"the file {{json}} uses the names of the config: {names}")
        if any(len(each.path) > 1 for each in self._parameters):
            self._sweep.note(at, "the file {json} is flat; W&B's is nested")
        return (Value("json"),)

    def _json(self) -> Word:
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
        return tuple(_as_json(tree))


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
    return _braced(shlex.quote(part)) if part else ""


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
