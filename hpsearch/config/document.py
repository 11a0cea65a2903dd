"""A config as a tree that knows where every key and value was written.

The tree is composed from YAML's parse events, so that no tag is ever looked up and no alias ever
expanded: a hostile file costs at most :data:`LARGEST` nodes.
"""

import numbers
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from hpsearch.config.scalars import LONGEST_INTEGER, TrapError, quoted, resolve, shown, written
from hpsearch.config.syntax import explain_syntax
from hpsearch.errors import ConfigError, Problem
from hpsearch.trial import Value

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML was built without libyaml
    from yaml import SafeLoader as Loader  # type: ignore[assignment] # takes the same arguments

DEEPEST = 20
"""Sections and lists inside one another."""

LARGEST = 10_000
"""Values in a config, those that aliases repeat counted every time."""

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written.

    Attributes:
        path: The file as the user named it, or the argument.
        line: Counted from 1; 0 in an argument.
        column: Counted from 1; 0 in an argument.
    """

    path: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value. ``written`` is its text, safe to show; one in ``error`` was reported already."""

    place: Place
    value: Value
    written: str
    error: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    place: Place
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a table, with its value. ``place`` is the key's."""

    place: Place
    node: "Node"


@dataclass(frozen=True, slots=True)
class Table:
    """Keys and values. One in ``error`` lacks keys, and that was reported already."""

    place: Place
    entries: Mapping[str, Entry] = field(default_factory=dict)
    error: bool = False

    def with_entry(self, key: str, entry: Entry) -> "Table":
        """A copy in which ``key`` is ``entry``."""
        return replace(self, entries={**self.entries, key: entry})


Node = Leaf | Items | Table


def plain(node: Node) -> Any:
    """The tree as plain mappings, lists and values."""
    if isinstance(node, Leaf):
        return node.value
    if isinstance(node, Items):
        return [plain(item) for item in node.nodes]
    return {key: plain(entry.node) for key, entry in node.entries.items()}


def in_error(node: Node) -> bool:
    """Whether anything in the tree was reported already."""
    if isinstance(node, Leaf):
        return node.error
    if isinstance(node, Items):
        return any(map(in_error, node.nodes))
    return node.error or any(in_error(entry.node) for entry in node.entries.values())


def find(node: Node, location: Location) -> Node | None:
    """What stands at a location; None if nothing does."""
    for key in location:
        if isinstance(node, Table) and key in node.entries:
            node = node.entries[str(key)].node
        elif isinstance(node, Items) and isinstance(key, int) and key < len(node.nodes):
            node = node.nodes[key]
        else:
            return None
    return node


def dotted(location: Location) -> str:
    """A location as a key path, such as ``space.batch_size.values[2]``."""
    path = "".join(f"[{key}]" if isinstance(key, int) else f".{shown(key)}" for key in location)
    return path.removeprefix(".")


def compose(text: str, place: Place, problems: list[Problem]) -> Node | None:
    """The tree of a YAML text.

    Args:
        text: One YAML document.
        place: Where it stands. With line 0 (an argument) every node has this place.
        problems: What is wrong with single keys and values is appended here.

    Returns:
        The tree; None when the text holds no document.

    Raises:
        ConfigError: It cannot be read to its end; with ``problems`` among its problems.
    """
    composer = _Composer(text, place, problems)
    try:
        return composer.document()
    except yaml.YAMLError as error:
        line, column, rule, hint = explain_syntax(error, text)
        where = Place(place.path, line, column) if place.line else place
        problem = Problem(where.path, where.line, where.column, "", rule, hint=hint)
        raise ConfigError([*problems, problem]) from None


class _Composer:
    """Turns the events of one YAML text into nodes."""

    def __init__(self, text: str, place: Place, problems: list[Problem]) -> None:
        self._events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=Loader))
        self._start = place
        self._problems = problems
        self._anchors: dict[str, tuple[Node, int] | None] = {}
        self._count = 0

    def document(self) -> Node | None:
        next(self._events)  # the stream's start
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        root = self._node(next(self._events), (), 0)
        next(self._events)  # the document's end
        if not isinstance(event := next(self._events), yaml.StreamEndEvent):
            self._stop(
                self._place(event), (), "a config is one YAML document", hint="Remove this and the rest"
            )
        return root

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self._start.path, mark.line + 1, mark.column + 1) if self._start.line else self._start

    def _report(self, place: Place, at: Location, rule: str, found: str = "", hint: str = "") -> None:
        self._problems.append(Problem(place.path, place.line, place.column, dotted(at), rule, found, hint))

    def _stop(self, place: Place, at: Location, rule: str, found: str = "", hint: str = "") -> None:
        self._report(place, at, rule, found, hint)
        raise ConfigError(self._problems)

    def _grow(self, place: Place, at: Location, nodes: int) -> None:
        self._count += nodes
        if self._count > LARGEST:
            self._stop(place, at, f"a config holds at most {LARGEST:,} values")

    def _node(self, event: yaml.Event, at: Location, depth: int) -> Node:
        place = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place, at)
        self._grow(place, at, 1)
        if depth > DEEPEST:
            self._stop(place, at[:4], f"sections and lists nest at most {DEEPEST} deep")
        before = self._count
        anchor: str | None = event.anchor  # type: ignore[attr-defined] # every NodeEvent has one
        if anchor is not None:
            self._anchors[anchor] = None  # an alias in its own value meets this
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event, place, at)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._refuse_tag(event.tag, place, at)
            node = self._items(place, at, depth)
        else:
            self._refuse_tag(event.tag, place, at)  # type: ignore[attr-defined] # a MappingStartEvent by now
            node = self._table(place, at, depth)
        if anchor is not None:
            self._anchors[anchor] = node, self._count - before + 1
        return node

    def _alias(self, event: yaml.AliasEvent, place: Place, at: Location) -> Node:
        name = event.anchor
        found = f"*{shown(name)}"
        if name not in self._anchors:
            self._report(place, at, "an alias repeats an &anchor written above it", found)
            return Leaf(place, "", found, error=True)
        anchored = self._anchors[name]
        if anchored is None:
            self._report(place, at, "an alias cannot stand inside what it repeats", found)
            return Leaf(place, "", found, error=True)
        node, size = anchored
        self._grow(place, at, size)
        return node

    def _refuse_tag(self, tag: str | None, place: Place, at: Location) -> bool:
        if tag is None:
            return False
        self._report(place, at, "tags have no meaning in a config", shown(tag), "Remove the tag")
        return True

    def _scalar(self, event: yaml.ScalarEvent, place: Place, at: Location) -> Leaf:
        text = event.value
        if self._refuse_tag(event.tag, place, at):
            return Leaf(place, text, quoted(text), error=True)
        if event.style is not None and event.style != "":
            return Leaf(place, text, quoted(text))
        try:
            return Leaf(place, resolve(text), shown(text))
        except TrapError as trap:
            self._report(place, at, trap.rule, shown(text), trap.hint)
            return Leaf(place, text, shown(text), error=True)

    def _items(self, place: Place, at: Location, depth: int) -> Items:
        nodes: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            nodes.append(self._node(event, (*at, len(nodes)), depth + 1))
        return Items(place, tuple(nodes))

    def _table(self, place: Place, at: Location, depth: int) -> Table:
        entries: dict[str, Entry] = {}
        error = False
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, at, depth)
            node = self._node(next(self._events), at if key is None else (*at, key), depth + 1)
            key_place = self._place(event)
            if key is None:
                error = True
            elif key in entries:
                first = entries[key].place.line
                where = f" (first on line {first})" if first else ""
                self._report(key_place, (*at, key), f"a key is given once{where}", hint="Keep one of the two")
            else:
                entries[key] = Entry(key_place, node)
        return Table(place, entries, error)

    def _key(self, event: yaml.Event, at: Location, depth: int) -> str | None:
        """The text of a key; None when it was reported as no key."""
        place = self._place(event)
        if not isinstance(event, yaml.ScalarEvent):
            self._node(event, at, depth + 1)
            self._report(place, at, "a key is text, not a list, section or alias")
            return None
        text, is_plain = event.value, event.style is None or event.style == ""
        if is_plain and text == "<<":
            self._report(place, at, "merge keys have no meaning in a config", "<<", "Write the keys out")
            return None
        leaf = self._scalar(event, place, at)
        if leaf.error:
            return None
        if not isinstance(leaf.value, str):
            self._report(place, at, "a key is text", leaf.written, f"Write {quoted(text)}")
            return None
        return text


def from_data(data: object, place: Place, problems: list[Problem], at: Location = ()) -> Node:
    """The tree of plain Python data; every node has the same place.

    Args:
        data: Mappings with text as keys, sequences, text, numbers, truth values.
        place: Where they come from.
        problems: What is wrong with single keys and values is appended here.
        at: The location of ``data``, for messages.
    """

    def wrong(rule: str, found: str = "") -> Leaf:
        problems.append(Problem(place.path, place.line, place.column, dotted(at), rule, found))
        return Leaf(place, "", found, error=True)

    if len(at) > DEEPEST:
        return wrong(f"sections and lists nest at most {DEEPEST} deep")
    if isinstance(data, Mapping):
        entries = {}
        for key, value in data.items():
            if isinstance(key, str):
                entries[key] = Entry(place, from_data(value, place, problems, (*at, key)))
            else:
                wrong("a key is text", shown(repr(key)))
        return Table(place, entries, error=len(entries) < len(data))
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        items = (from_data(value, place, problems, (*at, index)) for index, value in enumerate(data))
        return Items(place, tuple(items))
    if isinstance(data, bool | str):
        return Leaf(place, data, written(data))
    if isinstance(data, numbers.Integral):  # NumPy's own integers too
        if abs(int(data)) >= 10**LONGEST_INTEGER:
            return wrong(f"a whole number has at most {LONGEST_INTEGER} digits")
        return Leaf(place, int(data), written(int(data)))
    if isinstance(data, numbers.Real):
        value = float(data)
        if value - value != 0:  # infinite or no number
            return wrong("numbers are finite", repr(value))
        return Leaf(place, value, written(value))
    return wrong("a value is text, a number, true or false", f"a {type(data).__name__}")
