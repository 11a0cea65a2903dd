"""From YAML text to a tree.

The tree is built from YAML's parse events: tags are never looked up, aliases are never expanded, and
a hostile text costs at most :data:`LARGEST` nodes.
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from hpsearch.document import fixes
from hpsearch.document.nodes import (
    Entry,
    Location,
    MappingNode,
    Node,
    Position,
    ScalarNode,
    SequenceNode,
    may_be_null,
)
from hpsearch.document.plain_data import DEEPEST, TOO_DEEP
from hpsearch.document.problems import BEGIN, EMPTY, Problems
from hpsearch.document.scalars import NULL, AmbiguousScalar, quoted, refuse_text, resolve, shown
from hpsearch.document.syntax import explain_syntax
from hpsearch.trial import Value

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML was built without libyaml
    from yaml import SafeLoader as Loader  # type: ignore[assignment] # takes the same arguments

LARGEST = 10_000
"""How many values a config may have; a value counts again every time an alias repeats it."""

# Characters that YAML does not allow: control characters and lone surrogates.
_NOT_ALLOWED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Dialect:
    """The meaning of scalars; by default, that in a config.

    Attributes:
        resolve: The value of an unquoted scalar. Raises AmbiguousScalar if it needs quotes.
        tags: The value of a scalar by its tag. Each raises ValueError; other tags are not supported.
    """

    resolve: Callable[[str], Value] = resolve
    tags: Mapping[str, Callable[[str], Value]] = field(default_factory=dict)


CONFIG = Dialect()


def compose(
    text: str, position: Position, problems: Problems, at: Location = (), dialect: Dialect = CONFIG
) -> Node | None:
    """The tree of a YAML text.

    Args:
        text: One YAML document.
        position: Where it begins. With line 0 (an argument) every node has this position.
        problems: Collects the problems of single keys and values.
        at: The location of the tree's root.
        dialect: The meaning of scalars.

    Returns:
        The tree; None if the text has no document.

    Raises:
        ConfigError: The text cannot be read to its end; with everything in ``problems``.
    """
    text = text.removeprefix("\ufeff")
    if forbidden := _NOT_ALLOWED.search(text):
        found = f"U+{ord(forbidden.group()):04X}"
        hint = 'Write it in double quotes as an escape such as "\\e"'
        where = advance(position, text[: forbidden.start()])
        problems.stop(where, (), "control characters are not allowed", found, hint)
    try:
        try:
            return _Composer(text, position, problems, dialect).document(at)
        except yaml.YAMLError as error:
            if "nesting depth" not in str(error):
                raise
            # Newer versions of libyaml read ahead, and fail before we see which bracket is too deep.
            return _Composer(text, position, problems, dialect, yaml.SafeLoader).document(at)
    except yaml.YAMLError as error:
        line, column, rule, hint = explain_syntax(error, text)
        problems.stop(
            Position(position.path, line, column) if position.line else position, (), rule, hint=hint
        )


def advance(position: Position, before: str) -> Position:
    """The position just after ``before``, which begins at ``position``."""
    if not position.line:
        return position
    lines = before.splitlines(keepends=True)
    if not lines or lines[-1].endswith(("\n", "\r")):
        return Position(position.path, len(lines) + 1, 1)
    return Position(position.path, len(lines), len(lines[-1]) + 1)


class _Composer:
    """Builds nodes from the events of one YAML text."""

    def __init__(
        self,
        text: str,
        position: Position,
        problems: Problems,
        dialect: Dialect,
        loader: Any = None,  # a PyYAML loader
    ) -> None:
        self._events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=loader or Loader))
        self._start = position
        self._problems = problems
        self._dialect = dialect
        self._anchors: dict[str, tuple[Node, int] | None] = {}
        self._count = 0

    def document(self, at: Location) -> Node | None:
        """The tree of the only document; None if there is none."""
        next(self._events)  # the stream's start
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        event = next(self._events)
        if not at and isinstance(event, yaml.ScalarEvent) and _is_plain(event) and event.value in ("", *NULL):
            self._problems.stop(self._position(event), (), EMPTY, hint=BEGIN)
        root = self._node(event, at)
        next(self._events)  # the document's end
        if not isinstance(event := next(self._events), yaml.StreamEndEvent):
            hint = "Remove this line and everything after it"
            self._problems.stop(
                self._position(event), (), "a config must be a single YAML document", hint=hint
            )
        return root

    def _position(self, event: yaml.Event) -> Position:
        mark = event.start_mark
        if not self._start.line or mark is None:
            return self._start
        return Position(self._start.path, mark.line + 1, mark.column + 1)

    def _grow(self, position: Position, at: Location, nodes: int) -> None:
        self._count += nodes
        if self._count > LARGEST:
            self._problems.stop(position, at, f"a config can hold at most {LARGEST:,} values")

    def _node(self, event: yaml.Event, at: Location, depth: int = 0) -> Node:
        position = self._position(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), position, at)
        self._grow(position, at, 1)
        if depth > DEEPEST:
            self._problems.stop(position, at[:4], TOO_DEEP)
        before, anchor = self._count, event.anchor  # type: ignore[attr-defined] # only an AliasEvent has neither an anchor nor a tag
        if anchor is not None:
            self._anchors[anchor] = None  # for an alias inside its own value
        node = self._content(event, position, at, depth)
        tag: str | None = event.tag  # type: ignore[attr-defined] # as above
        if tag is not None:
            node = self._tagged(tag, event, node, at)
        if anchor is not None:
            self._anchors[anchor] = node, self._count - before + 1
        return node

    def _tagged(self, tag: str, event: yaml.Event, node: Node, at: Location) -> ScalarNode:
        """The value of a scalar with a supported tag; any other tag is a problem."""
        if isinstance(node, ScalarNode) and isinstance(event, yaml.ScalarEvent) and tag in self._dialect.tags:
            with contextlib.suppress(ValueError):
                return replace(node, value=self._dialect.tags[tag](event.value))
        found = shown(tag.replace("tag:yaml.org,2002:", "!!"))
        self._problems.add(node.position, at, "tags are not supported", found, "Remove it")
        return ScalarNode(node.position, "", found, error=True)

    def _content(self, event: yaml.Event, position: Position, at: Location, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, position, at)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(position, at, depth)
        return self._mapping(position, at, depth)

    def _alias(self, name: str, position: Position, at: Location) -> Node:
        found = f"*{shown(name)}"
        anchored = self._anchors.get(name)
        if anchored is None:
            inside = name in self._anchors
            rule = "must not be inside the value it repeats" if inside else "must repeat an &anchor above it"
            self._problems.add(position, at, f"an alias {rule}", found, "Write out the value")
            return ScalarNode(position, "", found, error=True)
        node, size = anchored
        self._grow(position, at, size)
        return node

    def _scalar(self, event: yaml.ScalarEvent, position: Position, at: Location) -> ScalarNode:
        text = event.value
        if not _is_plain(event):
            if rule := refuse_text(text):
                self._problems.add(position, at, rule, quoted(text))
            return ScalarNode(position, text, quoted(text), error=bool(rule))
        if text in NULL and may_be_null(at):
            return ScalarNode(position, None, text)
        try:
            return ScalarNode(position, self._dialect.resolve(text), shown(text))
        except AmbiguousScalar as error:
            spaced = fixes.spaced(str(at[-1])) if at and not text else ""
            hint = f"Write {spaced}, with a space after the colon" if spaced else error.hint
            self._problems.add(position, at, error.rule, shown(text), hint)
            return ScalarNode(position, text, shown(text), error=True)

    def _sequence(self, position: Position, at: Location, depth: int) -> SequenceNode:
        nodes: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            nodes.append(self._node(event, (*at, len(nodes)), depth + 1))
        return SequenceNode(position, tuple(nodes))

    def _mapping(self, position: Position, at: Location, depth: int) -> MappingNode:
        entries: dict[str, Entry] = {}
        error = False
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key, key_position = self._key(event, at, depth), self._position(event)
            value = next(self._events)
            if key is None:
                error = True
                if isinstance(value, yaml.ScalarEvent) and not value.value:
                    continue  # the 5 of {max: 0,5} is not a key with a missing value
            node = self._node(value, at if key is None else (*at, key), depth + 1)
            if key in entries:
                first = entries[key].position.line
                already = f"; this one is also on line {first}" if first else ""
                rule = f"a key must be given only once{already}"
                self._problems.add(key_position, (*at, key), rule, hint="Keep one of the two")
            elif key is not None:
                entries[key] = Entry(key_position, node)
        return MappingNode(position, entries, error)

    def _key(self, event: yaml.Event, at: Location, depth: int) -> str | None:
        """The text of a key; None if it was reported as a problem."""
        position = self._position(event)
        if not isinstance(event, yaml.ScalarEvent):
            self._node(event, at, depth + 1)
            self._problems.add(position, at, "keys must be text, not a list, a section or an alias")
            return None
        text = event.value
        if event.tag is not None or not _is_plain(event):
            scalar = self._node(event, at, depth)
            return text if isinstance(scalar, ScalarNode) and not scalar.error else None
        if text == "<<":
            self._problems.add(position, at, "merge keys are not supported", text, "Write out the keys")
            return None
        try:
            if isinstance(value := resolve(text), str):
                return value
        except AmbiguousScalar:
            pass
        hint = f"Write {quoted(text)}, in quotes" if text else "Write one before the colon"
        if text.isdigit():
            hint += ". For a decimal number, write a point instead of the comma"
        self._problems.add(position, at, "keys must be text", shown(text), hint)
        return None


def _is_plain(event: yaml.ScalarEvent) -> bool:
    """Whether a scalar is neither quoted nor a block of text."""
    return event.style is None or event.style == ""
