"""A config as a tree of nodes with the position of every key and value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hpsearch.document.scalars import shown
from hpsearch.trial import Value

JSON = Any
"""None, a bool, a number, text, or lists and mappings of these."""

Location = tuple[str | int, ...]
"""The keys and list indices that lead to a node."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where something was written.

    Attributes:
        path: The file as the user named it, or the argument.
        line: Counted from 1; 0 if there are no lines.
        column: Counted from 1; 0 if there are no lines.
    """

    path: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """One value.

    Attributes:
        position: Where it was written.
        value: Its meaning.
        written: The text as written, safe to show.
        error: Whether it was reported as a problem.
    """

    position: Position
    value: Value
    written: str
    error: bool = False


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A list of nodes."""

    position: Position
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """The position of a mapping's key, and the key's value."""

    position: Position
    node: "Node"


@dataclass(frozen=True, slots=True)
class MappingNode:
    """Keys and their values.

    Attributes:
        position: Where the first key was written.
        entries: The values by key.
        error: Whether a key is absent because it was reported as a problem.
    """

    position: Position
    entries: Mapping[str, Entry] = field(default_factory=dict)
    error: bool = False

    def with_entry(self, key: str, entry: Entry) -> "MappingNode":
        """A copy in which ``key`` has another value."""
        return replace(self, entries={**self.entries, key: entry})


Node = ScalarNode | SequenceNode | MappingNode


def may_be_null(at: Location) -> bool:
    """Whether null is a value at a location: a constant, or among the choices of a parameter.

    Elsewhere a key without a value is more likely a mistake than null.
    """
    if at[:1] == ("space",):
        return len(at) == 2 or (len(at) > 3 and at[2] in ("values", "choices", "when"))
    return at[:2] == ("search", "enqueue") and len(at) > 3


def plain(node: Node) -> Any:
    """The tree as plain mappings, lists and values."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.nodes]
    return {key: plain(entry.node) for key, entry in node.entries.items()}


def is_reported(node: Node) -> bool:
    """Whether a node is a value that was reported as a problem when the tree was built."""
    return isinstance(node, ScalarNode) and node.error


def in_error(node: Node) -> bool:
    """Whether anything in the tree was reported as a problem when the tree was built."""
    if isinstance(node, ScalarNode):
        return is_reported(node)
    if isinstance(node, SequenceNode):
        return any(map(in_error, node.nodes))
    return node.error or any(in_error(entry.node) for entry in node.entries.values())


def find(node: Node, at: Location) -> Node | None:
    """The node at a location below another one; None if there is none."""
    for key in at:
        if isinstance(node, MappingNode) and key in node.entries:
            node = node.entries[str(key)].node
        elif isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.nodes):
            node = node.nodes[key]
        else:
            return None
    return node


def entries_at(node: Node, at: Location) -> Mapping[str, Entry]:
    """The keys of the mapping at a location below a node; empty if there is no mapping."""
    found = find(node, at)
    return found.entries if isinstance(found, MappingNode) else {}


def dotted(at: Location) -> str:
    """A location as a key path such as ``space.batch_size.values[2]``, safe to show."""
    path = "".join(f"[{key}]" if isinstance(key, int) else f".{shown(key)}" for key in at)
    return path.removeprefix(".")
