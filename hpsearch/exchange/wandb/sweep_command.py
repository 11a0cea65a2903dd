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
from hpsearch.invocation.flags import DEFAULT_STYLE, as_text

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
    """A parameter of a command.

    Attributes:
        original: Its name in the sweep; nested parameters have dots.
        path: The keys that lead to it.
        name: Its name in the config.
        spec: Its section in the config, or the value of a constant.
        at: Its location in the sweep.
    """

    original: str
    path: tuple[str, ...]
    name: str
    spec: Any
    at: Location

    @property
    def values(self) -> Sequence[Any]:
        """Its possible values; none for a range."""
        if isinstance(self.spec, Mapping):
            return list(self.spec.get("values", ()))
        return [self.spec]

    @property
    def is_boolean(self) -> bool:
        """Whether it is true or false."""
        return bool(self.values) and all(isinstance(value, bool) for value in self.values)

    @property
    def has_words_of_python(self) -> bool:
        """Whether Python writes a value, or a part of it, differently from JSON."""
        return any(_has_words_of_python(value) for value in self.values)

    @property
    def is_plain_text(self) -> bool:
        """Whether it is text that needs nothing but quotes in JSON."""
        return bool(self.values) and all(
            isinstance(value, str) and json.dumps(value)[1:-1] == value for value in self.values
        )

    @property
    def json_spelling(self) -> dict[str, str]:
        """The JSON of its texts, if quotes around all its values are not enough."""
        texts = [value for value in self.values if isinstance(value, str)]
        return {} if self.is_plain_text else {text: json.dumps(text) for text in texts}

    @property
    def has_alike_words(self) -> bool:
        """Whether a text is the same word as another value, such as "null" and null."""
        return len({as_text(value) for value in self.values}) < len(self.values)


def _has_words_of_python(value: Any) -> bool:
    if isinstance(value, list | dict):
        return any(map(_has_words_of_python, value.values() if isinstance(value, dict) else value))
    return value is None or isinstance(value, bool)


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
        flags = {
            each.name: flag
            for each in self._parameters
            if styles and (flag := self._flag(styles[0], each)) is not None
        }
        if flags and len({(STYLES[macro], "boolean" in macro) for macro in styles}) > 1:
            text = (
                f"{', '.join(flags)}: passed in the style of {styles[0]} here too; a parameter has one flag"
            )
            self._sweep.note(self._used[styles[1]], text)
        return ({"flags": flags} if flags else {}) | self._spelling(styles)

    def _spelling(self, styles: Sequence[str]) -> dict[str, Any]:
        """The words for values: JSON's in ``${args_json}``, otherwise Python's, as in W&B."""
        if "${args_json}" not in self._used:
            words = any(self._has_words_of_python(each, styles) for each in self._parameters)
            return {"spelling": "python"} if styles and words else {}
        spellings = {each.name: each.json_spelling for each in self._parameters if each.json_spelling}
        others = [
            each.original
            for each in self._parameters
            if each.name in spellings or self._has_words_of_python(each, styles)
        ]
        if styles and others:
            text = f"{', '.join(others)}: passed as in the JSON; a value has one spelling"
            self._sweep.note(self._used[styles[0]], text)
        return {"spellings": spellings} if spellings else {}

    @staticmethod
    def _has_words_of_python(each: CommandParameter, styles: Sequence[str]) -> bool:
        """Whether a parameter is passed with words of Python, unlike a switch."""
        is_switch = each.is_boolean and styles[:1] == ["${args_no_boolean_flags}"]
        return each.has_words_of_python and not is_switch

    def _flag(self, macro: str, each: CommandParameter) -> str | None:
        """How to pass a parameter for which the style of a macro would be wrong."""
        if macro == "${args_no_boolean_flags}" and each.is_boolean:
            return _braced(shlex.quote(f"--{each.original}"))
        if macro == "${args_no_boolean_flags}" and any(isinstance(value, bool) for value in each.values):
            text = "has true or false among other values, and is passed with its value even then"
            self._sweep.note(each.at, text)
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
            if each.json_spelling and each.has_alike_words:
                text = "has a text and another value that ${args_json} cannot tell apart here; use {json}"
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
        elif each.is_plain_text:
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
