"""The types of single settings with special rules: names, durations, sizes, commands."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from hpsearch.config.setting_types import (
    ListOf,
    Parsed,
    SettingType,
    Text,
    WholeNumber,
    WordOr,
    Wrong,
    scalar,
)
from hpsearch.document import fixes, quantities
from hpsearch.document.nodes import JSON, Location, Node, SequenceNode
from hpsearch.document.scalars import shown
from hpsearch.invocation.flags import PYTHON, as_text, choice_text

if TYPE_CHECKING:
    from hpsearch.config.reader import Reader

Limit = TypeVar("Limit", float, int)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FUNCTION = re.compile(r"([^:]*/)?[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def is_name(text: str) -> bool:
    """Whether a text can name a search, and so a directory, on every system."""
    return bool(_NAME.fullmatch(text)) and not _DEVICES.fullmatch(text)


def name_like(text: str) -> str:
    """A valid name made from a text."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text[:200]).strip("._-")[:100]
    return name if is_name(name) else "search"


def _name(value: object) -> str:
    if not isinstance(value, str):
        hint = f'Write "{value}", in quotes' if isinstance(value, int | float) else ""
        raise Wrong("must be text", hint)
    if _DEVICES.fullmatch(value):
        raise Wrong("must not be the name of a Windows device", f"Write {name_like('run-' + value)}")
    if not is_name(value):
        rule = "must be 1 to 100 letters, digits, '.', '_' or '-', starting with a letter or digit"
        raise Wrong(rule, f"Write {name_like(value)}" if len(value) <= 100 else "Shorten it")
    return value


def _fraction_or_path(value: object) -> float | str:
    if (isinstance(value, str) and value) or (isinstance(value, float) and 0 < value < 1):
        return value
    hint = "Write a fraction such as 0.2"
    if isinstance(value, int) and 1 < value < 100:
        hint = f"Write {value / 100:g} for {value} %"
    raise Wrong("must be a fraction of the rows above 0 and below 1, or the path of a data file", hint)


def _function_name(value: object) -> str:
    if isinstance(value, str) and _FUNCTION.fullmatch(value.replace(".py:", ":")):
        return value.replace(".py:", ":")
    raise Wrong("must be module:function, such as train:objective", _function_hint(value))


def _function_hint(value: object) -> str:
    text = shown(str(value)).removesuffix("()").replace("::", ":")
    module, _, name = text.removesuffix(".py").rpartition(".")
    if _FUNCTION.fullmatch(text.replace(".py:", ":")):
        return f"Write {text}"
    if not text.endswith(".py") and _FUNCTION.fullmatch(f"{module}:{name}"):
        return f"Write {module}:{name}"
    if _FUNCTION.fullmatch(f"{text.removesuffix('.py')}:f"):
        return f"Write {text.removesuffix('.py')}:FUNCTION with the name of the function"
    return "For example: train:main"


def _seconds(value: object) -> float:
    meant = f"{value}s" if _is_number(value) else fixes.duration(str(value))
    return _limit(value, quantities.parse_duration, "a duration such as 90s, 10m, 1h30m or 2h", meant)


def _bytes(value: object) -> int:
    meant = f"{value}MB" if _is_number(value) else fixes.memory(str(value))
    return _limit(value, quantities.parse_size, "an amount of memory such as 500MB or 4GB", meant)


def _limit(value: object, parse: Callable[[str], Limit | None], what: str, meant: str) -> Limit:
    """A text as a quantity; ``what`` it must be and what was probably ``meant`` appear in the error."""
    if isinstance(value, str) and (limit := parse(value)) is not None:
        return limit
    usable = meant == "none" or (meant and parse(meant) is not None)
    raise Wrong(f"must be none or {what}", f"Write {meant}" if usable else "Write none for no limit")


def _text(value: object) -> str:
    if isinstance(value, str) and value:
        return value
    raise Wrong("must be none or text")


def _spelling(value: object) -> dict[str, str]:
    """The word for each value; ``python`` for Python's own."""
    if value == "python":
        return dict(PYTHON)
    if isinstance(value, dict) and all(isinstance(word, str | int | float) for word in value.values()):
        return {choice_text(key): as_text(word) for key, word in value.items()}
    raise Wrong("must be python, or words by value", 'For example: {"true": "yes", "false": "no"}')


def _auto(value: object) -> bool:
    if value == "auto" or value is False:
        return value == "auto"
    raise Wrong("must be auto or false")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class _Workers(SettingType["int | Literal['auto']"]):
    """``auto``, or a number of workers."""

    _number = WholeNumber(1)

    def read(self, node: Node, at: Location, reader: "Reader") -> int | Literal["auto"]:
        """The word or the number."""
        if scalar(node) == "auto":
            return "auto"
        try:
            return self._number.read(node, at, reader)
        except Wrong as wrong:
            raise Wrong("must be auto or a whole number of at least 1", wrong.hint) from None

    def schema(self) -> dict[str, JSON]:
        """An integer, or the word."""
        return {"anyOf": [{"type": "integer"}, {"const": "auto", "type": "string"}]}


class _TextOfNumber(Text):
    """Text, which may be written as a number."""

    def read(self, node: Node, at: Location, reader: "Reader") -> str:
        """The text, or the number as text."""
        value = scalar(node)
        return str(value) if _is_number(value) else super().read(node, at, reader)


class _Device(SettingType["int | str"]):
    """A device, as a number or a text."""

    def read(self, node: Node, at: Location, reader: "Reader") -> int | str:
        """The number or the text."""
        value = scalar(node)
        if isinstance(value, int | str) and not isinstance(value, bool):
            return value
        raise Wrong("must be the number or the name of a device")

    def schema(self) -> dict[str, JSON]:
        """An integer or text."""
        return {"anyOf": [{"type": "integer"}, {"type": "string"}]}


class _TextOfValue(Text):
    """Text, which may be written as a number, as true or as false."""

    def read(self, node: Node, at: Location, reader: "Reader") -> str:
        """The text, or the value as text."""
        value = scalar(node)
        return as_text(value) if isinstance(value, bool | int | float) else super().read(node, at, reader)


class _Command(ListOf[str]):
    """A command, as a text or as a list of words."""

    def read(self, node: Node, at: Location, reader: "Reader") -> Any:
        """The text or the words."""
        if isinstance(node, SequenceNode):
            return super().read(node, at, reader)
        return _TEXT.read(node, at, reader)

    def schema(self) -> dict[str, JSON]:
        """A list of words, or a text."""
        return {"anyOf": [super().schema(), _TEXT.schema()]}


class _Names(ListOf[str]):
    """A list of names; ``true`` is not a name."""

    def read(self, node: Node, at: Location, reader: "Reader") -> list[str]:
        """The names."""
        if isinstance(scalar(node), bool):
            raise Wrong("must be a list of names", "For example: [learning_rate, dropout]")
        return super().read(node, at, reader)


class _Texts(ListOf[str]):
    """A list of texts, of which one may be written alone."""

    def read(self, node: Node, at: Location, reader: "Reader") -> list[str]:
        """The texts."""
        if isinstance(scalar(node), str):
            return [reader.read(at, self.item)]
        return super().read(node, at, reader)


def _examples(*texts: str) -> dict[str, JSON]:
    return {"type": "string", "examples": list(texts)}


_TEXT = Text()

NAME = Parsed(_name, {"type": "string"})
"""The name of a search."""

WORKERS = _Workers()
"""How many trials run at once."""

FRACTION_OR_PATH = Parsed(_fraction_or_path, {"anyOf": [{"type": "number"}, {"type": "string"}]})
"""A fraction of the rows, or the path of a file."""

FUNCTION_NAME = Parsed(_function_name, {"type": "string"})
"""``module:function``, or ``path/to/module:function``."""

SPELLING = Parsed(_spelling, {"additionalProperties": {"type": "string"}, "type": "object"})
"""The word for the text of each value, such as ``yes`` for ``true``."""

DEVICE = _Device()
"""A value of ``CUDA_VISIBLE_DEVICES``."""

ENVIRONMENT_TEXT = _TextOfValue()
"""The text of a variable, which may be written as a number."""

COMMAND = _Command(_TextOfNumber())
"""A command, as a text or as a list of words."""

SECONDS = WordOr("none", None, Parsed(_seconds, _examples("90s", "10m", "1h30m"), quantities.duration))
"""A duration; None for no limit, which a config writes as ``none``."""

BYTES = WordOr("none", None, Parsed(_bytes, _examples("500MB", "4GB"), quantities.size))
"""An amount of memory; None for no limit, which a config writes as ``none``."""

OPTIONAL_TEXT = WordOr("none", None, Parsed(_text, _examples()))
"""Text; None for no text, which a config writes as ``none``."""

AUTO_OR_FALSE = Parsed(_auto, {"enum": ["auto", False]}, lambda on: "auto" if on else False)
"""``auto``, to do something if it helps; or false."""

NAMES = _Names(_TEXT)
"""Names of parameters."""

FILES = _Texts(Text(empty=False), 100)
"""Paths of files; a single path may be written without a list."""
