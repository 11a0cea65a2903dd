"""How one value is passed to a command, and how all of them are."""

import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from hpsearch.expressions import Expression, ExpressionError
from hpsearch.invocation.placeholders import filled, is_args, placeholders, split_words
from hpsearch.trial import Value

PYTHON = {"true": "True", "false": "False", "null": "None"}
"""Python's words for true, false and null in YAML and JSON."""

DEFAULT_STYLE = "--k v"

_STYLE = re.compile(r"(?P<prefix>[^\skv=]*)k(?P<between>=|:| )v")
_SWITCHES = re.compile(r"(?P<on>-\S*?)?/(?P<off>-\S*)?")


class BadFlag(ValueError):
    """A flag or a style cannot be used; the message is a rule, such as ``must have {} for the value``."""


class Inactive(LookupError):
    """A parameter has no value in this trial."""


@dataclass(frozen=True)
class Passing:
    """How values become words of a command.

    Attributes:
        flags: By parameter: ``--lr {}``, ``lr={}``, ``-c {2**k}``; ``--amp`` is present if the value is true,
            ``--amp/--no-amp`` is one or the other.
        spellings: By parameter, the words for some of its values; those for all parameters are under "".
            Null with the spelling "" is not passed, as if the parameter had no value.
    """

    flags: Mapping[str, str] = field(default_factory=dict)
    spellings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def spelled(self, name: str, value: Value) -> str:
        """A value as a word; values within a list or a mapping are spelled too, except texts."""
        words = {**self.spellings.get("", {}), **self.spellings.get(name, {})}
        text = as_text(value)
        if isinstance(value, str) and words.get(text) == PYTHON.get(text):
            return value  # the text "null" is not null
        return words.get(text, _nested_text(value, words) if isinstance(value, list | Mapping) else text)

    def word(self, name: str, value: Value) -> str | None:
        """A value as a word; None if it is not passed."""
        return None if self._is_left_out(name, value) else self.spelled(name, value)

    def _is_left_out(self, name: str, value: Value) -> bool:
        return value is None and not self.spelled(name, value)

    def placeholder(self, inner: str, values: Mapping[str, Value], special: Mapping[str, str]) -> str:
        """The replacement of a placeholder: a value, something about the trial, or a result.

        Args:
            inner: The text in the braces.
            values: The trial's values.
            special: Words for the placeholders that are not parameters.

        Raises:
            Inactive: It needs a parameter that has no value in this trial.
            ExpressionError: It is an expression without a value.
        """
        name = inner.strip()
        if name in values:
            if self._is_left_out(name, values[name]):
                raise Inactive(name)
            return self.spelled(name, values[name])
        if name in special:
            return special[name]
        expression = Expression(inner)
        if missing := expression.names - values.keys():
            raise Inactive(min(missing))
        return self.spelled("", expression.evaluate(values))

    def all_words(self, placeholder: str, values: Mapping[str, Value]) -> list[str]:
        """The words that replace ``{args}`` or ``{args:STYLE}``."""
        style = placeholder.partition(":")[2] or DEFAULT_STYLE
        return [word for name in values for word in self._words(name, style, values)]

    def _words(self, name: str, style: str, values: Mapping[str, Value]) -> list[str]:
        flag = self.flags.get(name)
        if self._is_left_out(name, values[name]):
            return []
        if flag is None:
            match = _STYLE.fullmatch(style)
            assert match is not None  # noqa: S101 -- the config was checked
            word, text = f"{match['prefix']}{name}", self.spelled(name, values[name])
            return [word, text] if match["between"] == " " else [f"{word}{match['between']}{text}"]
        if not placeholders(flag):
            on, off = _switches(flag)
            return [word for word in (on if values[name] is True else off,) if word]
        special = {"": self.spelled(name, values[name])}
        return [
            filled(word, lambda inner: self.placeholder(inner, values, special)) for word in split_words(flag)
        ]


def check_flag(flag: str, *, is_switch: bool) -> frozenset[str]:
    """Check a flag.

    Args:
        flag: The flag in the config.
        is_switch: Whether its parameter is true or false.

    Returns:
        The parameters that it uses besides its own.

    Raises:
        BadFlag: It cannot be used.
    """
    try:
        inner, words = placeholders(flag), split_words(flag)
    except ValueError as error:
        raise BadFlag(f"must close its quotes and braces: {error}") from None
    if not words:
        raise BadFlag("must not be empty")
    if not inner:
        if not is_switch:
            raise BadFlag("must have {} in place of the value")
        if len(words) > 1:
            raise BadFlag("must be one word, such as --amp, or two with a slash: --amp/--no-amp")
        return frozenset()
    names: set[str] = set()
    for text in inner:
        if text.strip():
            names |= expression_names(text)
    return frozenset(names)


def check_style(placeholder: str) -> None:
    """Check the style of ``{args:STYLE}``.

    Raises:
        BadFlag: It is not a style.
    """
    style = placeholder.partition(":")[2]
    if ":" in placeholder and not _STYLE.fullmatch(style):
        raise BadFlag("must be a style such as {args:--k=v}, {args:-k v}, {args:k=v} or {args:+k=v}")


def expression_names(text: str) -> frozenset[str]:
    """The names that an expression in braces uses.

    Raises:
        BadFlag: It is not an expression.
    """
    try:
        return Expression(text).names
    except ExpressionError as error:
        raise BadFlag(f"{{{text}}} {error}") from None


def as_text(value: Value | None) -> str:
    """A value as a word: ``true``, ``0.1``, ``adam``, ``null``; a list or a mapping as JSON."""
    if value is None:
        return "null"
    if isinstance(value, list | Mapping):
        return _nested_text(value, {})
    return str(value).lower() if isinstance(value, bool) else str(value)


def _nested_text(value: Value, words: Mapping[str, str]) -> str:
    """JSON with other words for numbers, true, false and null; with Python's words the result is Python."""
    if isinstance(value, Mapping):
        pairs = (f"{_json_text(name)}: {_nested_text(each, words)}" for name, each in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_nested_text(each, words) for each in value)}]"
    text = as_text(value)
    return _json_text(value) if isinstance(value, str) else words.get(text, text)


def _json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def choice_text(key: str) -> str:
    """The key of a spelling, as the text of the value that it means, whatever spaces its JSON has."""
    if key.startswith(("[", "{")):
        with contextlib.suppress(ValueError, RecursionError):
            return as_text(json.loads(key))
    return key


def _switches(flag: str) -> tuple[str, str]:
    """The words for true and for false."""
    match = _SWITCHES.fullmatch(flag.strip())
    return (match["on"] or "", match["off"] or "") if match else (flag.strip(), "")


__all__ = [
    "DEFAULT_STYLE",
    "PYTHON",
    "BadFlag",
    "Inactive",
    "Passing",
    "as_text",
    "check_flag",
    "check_style",
    "choice_text",
    "expression_names",
    "is_args",
]
