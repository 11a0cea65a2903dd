"""The types of settings: text, numbers, words, lists of them. They refuse wrong values and give the schema.

A type reads a node of the config, so that every problem has its line. No library is used: to import pydantic
and build its validators took as long as ten starts of Python, and lighter libraries stop at the first
mistake or do not say where it is.
"""

from __future__ import annotations  # types are imported for annotations only

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hpsearch.document import fixes
from hpsearch.document.nodes import MappingNode, Node, ScalarNode, SequenceNode, plain
from hpsearch.document.scalars import LONGEST_INTEGER, AmbiguousScalar, quoted, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hpsearch.config.reader import Reader
    from hpsearch.document.nodes import JSON, Location

T = TypeVar("T", covariant=True)
Word = TypeVar("Word", bound=str, covariant=True)
Meaning = TypeVar("Meaning", covariant=True)


_LONGEST_EXAMPLE = 60
"""Characters of a value that are repeated in a message."""


class Wrong(ValueError):
    """A setting does not accept a value.

    Attributes:
        rule: The broken rule.
        hint: What to write instead, as a sentence; "" to say what the setting's default is.
    """

    def __init__(self, rule: str, hint: str = "") -> None:
        self.rule = rule
        self.hint = hint
        super().__init__(rule)


class SettingType(ABC, Generic[T]):
    """The type of a setting's values."""

    @abstractmethod
    def read(self, node: Node, at: Location, reader: Reader) -> T | None:
        """The value of a node; None if anything within it is wrong, which is reported.

        Args:
            node: The node in the config.
            at: Its location.
            reader: Reads nested values; collects problems.

        Raises:
            Wrong: The node as a whole is wrong.
        """

    @abstractmethod
    def schema(self) -> dict[str, JSON]:
        """The type in JSON Schema."""

    def to_json(self, value: Any) -> JSON:
        """A value in the form in which a config has it."""
        return value


class Anything(SettingType[Any]):
    """Any value that a config can hold."""

    def read(self, node: Node, at: Location, reader: Reader) -> Any:
        """The value as plain data."""
        return plain(node)

    def schema(self) -> dict[str, JSON]:
        """The schema that accepts everything."""
        return {}


class Text(SettingType[str]):
    """Text.

    Args:
        empty: Whether it may be empty.
    """

    def __init__(self, *, empty: bool = True) -> None:
        self.empty = empty

    def read(self, node: Node, at: Location, reader: Reader) -> str:
        """The text."""
        value = scalar(node)
        if not isinstance(value, str):
            hint = f"Write {quoted(node.written)}, in quotes" if isinstance(node, ScalarNode) else ""
            raise Wrong("must be text", hint)
        if not value and not self.empty:
            raise Wrong("must not be empty")
        return value

    def schema(self) -> dict[str, JSON]:
        """Text with at least one character, if it may not be empty."""
        return {"type": "string"} if self.empty else {"minLength": 1, "type": "string"}


class TrueOrFalse(SettingType[bool]):
    """True or false."""

    def read(self, node: Node, at: Location, reader: Reader) -> bool:
        """The boolean."""
        value = scalar(node)
        if isinstance(value, bool):
            return value
        word = str(value).lower()
        meant = {"true": "true", "1": "true", "false": "false", "0": "false"}.get(word)
        raise Wrong("must be true or false", f"Write {meant}, without quotes" if meant else "")

    def schema(self) -> dict[str, JSON]:
        """A boolean."""
        return {"type": "boolean"}


class WholeNumber(SettingType[int]):
    """A whole number between two bounds, both included.

    Args:
        at_least: The smallest number.
        at_most: The largest number; None for no limit.
    """

    def __init__(self, at_least: int, at_most: int | None = None) -> None:
        self.at_least = at_least
        self.at_most = at_most

    def read(self, node: Node, at: Location, reader: Reader) -> int:
        """The number."""
        value = scalar(node)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Wrong("must be a whole number", self._hint(value))
        if value < self.at_least:
            raise Wrong(f"must be at least {self.at_least}")
        if self.at_most is not None and value > self.at_most:
            raise Wrong(f"must be at most {self.at_most}")
        return value

    def _hint(self, value: object) -> str:
        """What to write instead of a value that means an accepted number; "" if it means none."""
        text = fixes.number(value) if isinstance(value, str) else ""
        meant = value if isinstance(value, float) else float(text or "nan")
        most = 10**LONGEST_INTEGER - 1 if self.at_most is None else self.at_most
        if not meant.is_integer() or not self.at_least <= meant <= most:
            return ""
        return _write(f"{meant:.0f}", value)

    def schema(self) -> dict[str, JSON]:
        """An integer with its bounds."""
        most = {} if self.at_most is None else {"maximum": self.at_most}
        return {**most, "minimum": self.at_least, "type": "integer"}


class RealNumber(SettingType[float]):
    """A number, which may be whole.

    Args:
        above: The number that it has to be above; None for any.
    """

    def __init__(self, above: float | None = None) -> None:
        self.above = above

    def read(self, node: Node, at: Location, reader: Reader) -> float:
        """The number, always as a float."""
        value = scalar(node)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise Wrong("must be a number", self._hint(value))
        if self.above is not None and value <= self.above:
            raise Wrong(f"must be above {self.above:g}")
        return float(value)

    def _hint(self, value: object) -> str:
        """What to write instead of a value that may mean a number."""
        text = fixes.number(value) if isinstance(value, str) else ""
        try:
            meant = resolve(text)
        except AmbiguousScalar:
            meant = ""
        if not isinstance(meant, int | float) or (self.above is not None and meant <= self.above):
            return "Write a number such as 0.1"
        return _write(text, value)

    def schema(self) -> dict[str, JSON]:
        """A number with its bound."""
        above = {} if self.above is None else {"exclusiveMinimum": self.above}
        return {**above, "type": "number"}


class OneOf(SettingType[Word]):
    """One of several words, such as the names in a registry."""

    def __init__(self, words: Iterable[Word]) -> None:
        self.words = tuple(words)

    def read(self, node: Node, at: Location, reader: Reader) -> Word:
        """The word."""
        value = scalar(node)
        for word in self.words:
            if value == word:
                return word
        from hpsearch.config.suggestions import suggest_value  # takes 1 ms; needed for misspelt words only

        raise Wrong(f"must be {either(self.words)}", suggest_value(value, self.words))

    def schema(self) -> dict[str, JSON]:
        """An enumeration."""
        return {"enum": list(self.words), "type": "string"}


class ListOf(SettingType[list[T]]):
    """A list of values of one type.

    Args:
        item: The type of each of them.
        at_most: How many there may be; None for any number.
    """

    def __init__(self, item: SettingType[T], at_most: int | None = None) -> None:
        self.item = item
        self.at_most = at_most

    def read(self, node: Node, at: Location, reader: Reader) -> list[T]:
        """The values."""
        if not isinstance(node, SequenceNode):
            raise Wrong("must be a list", f"Write {self._meant(node)}")
        if self.at_most is not None and len(node.nodes) > self.at_most:
            raise Wrong(f"must have at most {self.at_most:,} items, and has {len(node.nodes):,}")
        return [reader.read((*at, index), self.item, "Remove it") for index in range(len(node.nodes))]

    def _meant(self, node: Node) -> str:
        """The list that a value means, if that is clear."""
        if not isinstance(node, ScalarNode):
            return "[{…}]"
        text, of_texts = str(node.value), isinstance(self.item, Text)
        if of_texts and not isinstance(node.value, str):
            return f"[{quoted(text)}]"
        alone = f"[{quoted(text)}]" if of_texts and len(text) <= _LONGEST_EXAMPLE else "[…]"
        return fixes.listed(text) or alone

    def schema(self) -> dict[str, JSON]:
        """An array."""
        most = {} if self.at_most is None else {"maxItems": self.at_most}
        return {"items": self.item.schema(), **most, "type": "array"}


class MappingOf(SettingType[dict[str, T]]):
    """Values of one type by name."""

    def __init__(self, value: SettingType[T]) -> None:
        self.value = value

    def read(self, node: Node, at: Location, reader: Reader) -> dict[str, T]:
        """The values by name."""
        if not isinstance(node, MappingNode):
            meant = fixes.assigned(str(node.value)) if isinstance(node, ScalarNode) else ""
            raise Wrong("must be a section of keys", f"Write {meant or '{KEY: VALUE}'}")
        return {key: reader.read((*at, key), self.value) for key in node.entries}

    def schema(self) -> dict[str, JSON]:
        """An object."""
        return {"additionalProperties": self.value.schema(), "type": "object"}


class Parsed(SettingType[T]):
    """A value that a function computes from plain data.

    Args:
        parse: Returns the value; raises :class:`Wrong`.
        schema: The type in JSON Schema, for editors.
        write: How a config has a value.
    """

    def __init__(
        self,
        parse: Callable[[object], T],
        schema: Mapping[str, JSON],
        write: Callable[[Any], JSON] = lambda value: value,
    ) -> None:
        self._parse = parse
        self._schema = schema
        self._write = write

    def read(self, node: Node, at: Location, reader: Reader) -> T:
        """The value that the function returns."""
        return self._parse(plain(node))

    def schema(self) -> dict[str, JSON]:
        """The given schema."""
        return dict(self._schema)

    def to_json(self, value: Any) -> JSON:
        """The value as a config holds it."""
        return self._write(value)


class WordOr(SettingType[T | Meaning]):
    """A word with a special meaning, or else a value of a type.

    Args:
        word: The word.
        meaning: The value that it stands for.
        other: The type of all other values.
    """

    def __init__(self, word: str, meaning: Meaning, other: SettingType[T]) -> None:
        self.word = word
        self.meaning = meaning
        self.other = other

    def read(self, node: Node, at: Location, reader: Reader) -> T | Meaning | None:
        """The word's meaning, or the value."""
        return self.meaning if scalar(node) == self.word else self.other.read(node, at, reader)

    def schema(self) -> dict[str, JSON]:
        """The one or the other; if the other type is text, the word is an example."""
        schema = self.other.schema()
        if schema.get("type") == "string":
            return schema | {"examples": [self.word, *schema.get("examples", [])]}
        return {"anyOf": [{"const": self.word}, schema]}

    def to_json(self, value: Any) -> JSON:
        """The word, or the value as a config holds it."""
        return self.word if value == self.meaning else self.other.to_json(value)


def scalar(node: Node) -> object:
    """The value of a scalar node; a list or a section is returned unchanged, and equals no value."""
    return node.value if isinstance(node, ScalarNode) else node


def either(options: Iterable[str]) -> str:
    """``a``, ``a or b``, or ``a, b or c``."""
    *others, last = options
    return " or ".join(filter(None, [", ".join(others), last]))


def _write(number: str, value: object) -> str:
    """The sentence that says to write a number instead of a value."""
    return f"Write {number}, without quotes" if number == value else f"Write {number}"
