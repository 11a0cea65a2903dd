"""A config as a tree that knows where every key and value was written."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hpsearch.document.scalars import shown
from hpsearch.trial import Value

JSON = Any
"""None, a bool, a number, text, or lists and mappings of them."""

Location = tuple[str | int, ...]
"""The keys, and positions in lists, that lead to a node."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where something was written.

    Attributes:
        path: The file as the user named it, or the argument.
        line: Counted from 1; 0 where there are no lines.
        column: Counted from 1; 0 where there are no lines.
    """

    path: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """One value.

    Attributes:
        position: Where it was written.
        value: What it means.
        written: How it was written, safe to show.
        error: Whether it was reported as a problem.
    """

    position: Position
    value: Value
    written: str
    error: bool = False


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A list."""

    position: Position
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a table, with its value; ``position`` is the key's."""

    position: Position
    node: "Node"


@dataclass(frozen=True, slots=True)
class MappingNode:
    """Keys and their values.

    Attributes:
        position: Where the first key was written.
        entries: By key.
        error: Whether a key was left out that was reported as a problem.
    """

    position: Position
    entries: Mapping[str, Entry] = field(default_factory=dict)
    error: bool = False

    def with_entry(self, key: str, entry: Entry) -> "MappingNode":
        """A copy in which ``key`` is ``entry``."""
        return replace(self, entries={**self.entries, key: entry})


Node = ScalarNode | SequenceNode | MappingNode


def plain(node: Node) -> Any:
    """The tree as plain mappings, lists and values."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.nodes]
    return {key: plain(entry.node) for key, entry in node.entries.items()}


def in_error(node: Node) -> bool:
    """Whether anything in the tree was reported as a problem when it was made."""
    if isinstance(node, ScalarNode):
        return node.error
    if isinstance(node, SequenceNode):
        return any(map(in_error, node.nodes))
    return node.error or any(in_error(entry.node) for entry in node.entries.values())


def find(node: Node, at: Location) -> Node | None:
    """What stands at a location; None if nothing does."""
    for key in at:
        if isinstance(node, MappingNode) and key in node.entries:
            node = node.entries[str(key)].node
        elif isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.nodes):
            node = node.nodes[key]
        else:
            return None
    return node


def dotted(at: Location) -> str:
    """A location as a key path, such as ``space.batch_size.values[2]``, safe to show."""
    path = "".join(f"[{key}]" if isinstance(key, int) else f".{shown(key)}" for key in at)
    return path.removeprefix(".")
