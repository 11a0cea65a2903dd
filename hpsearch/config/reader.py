"""Reads a tree against the schema; every problem is reported at its line."""

from typing import Any, TypeVar

from hpsearch.config.schema import Document
from hpsearch.config.setting_types import SettingType, Wrong
from hpsearch.document.nodes import (
    Location,
    MappingNode,
    Node,
    Position,
    ScalarNode,
    SequenceNode,
    dotted,
    find,
    in_error,
    is_reported,
)
from hpsearch.document.problems import BEGIN, Problems

T = TypeVar("T")


class Reader:
    """A tree that is being read, and the problems found in it.

    Args:
        root: The whole config.
        problems: Collects the problems.
    """

    def __init__(self, root: MappingNode, problems: Problems) -> None:
        self.root = root
        self.problems = problems

    def report(
        self, at: Location, rule: str, *, found: str | None = None, hint: str = "", key: bool = False
    ) -> None:
        """Adds a problem.

        Args:
            at: The key concerned.
            rule: The broken rule.
            found: The value, safe to show; None for the value in the config.
            hint: What to write instead.
            key: Whether the key itself is wrong, rather than its value.
        """
        if found is None:
            found = "" if key else self._found(at)
        self.problems.add(self.position(at, key=key), at, rule, found, hint)

    def position(self, at: Location, *, key: bool = False) -> Position:
        """The position of a value or of its key; if it is absent, of the closest section around it."""
        while (node := find(self.root, at)) is None:
            at, key = at[:-1], True
        parent = find(self.root, at[:-1])
        if not at or not isinstance(parent, MappingNode):
            return node.position
        return (
            parent.entries[str(at[-1])].position if key or not isinstance(node, ScalarNode) else node.position
        )

    def _found(self, at: Location) -> str:
        node = find(self.root, at)
        if isinstance(node, ScalarNode):
            return node.written
        return "" if node is None else "a list" if isinstance(node, SequenceNode) else "a section"

    def setting(self, key: str) -> Any:
        """The value of a key at the top of the config, or its default; None if anything is wrong with it."""
        each = Document.settings()[key]
        return self.read((key,), each.type, each.advice) if key in self.root.entries else each.default

    def read(self, at: Location, kind: SettingType[T], advice: str = "") -> Any:
        """The value at a location; None if anything is wrong with it, which is reported.

        Args:
            at: The location.
            kind: The type that is accepted there.
            advice: What to do about a wrong value if ``kind`` has no advice, as a sentence.
        """
        node = find(self.root, at)
        assert node is not None  # noqa: S101 -- for the type checker; callers have checked
        if is_reported(node):
            return None
        before = len(self.problems)
        try:
            value = kind.read(node, at, self)
        except Wrong as wrong:
            self.report(at, wrong.rule, hint=wrong.hint or advice)
            return None
        return None if len(self.problems) > before or in_error(node) else value

    def unknown_key(self, at: Location, valid: list[str]) -> None:
        """Reports a key that its section cannot have.

        Args:
            at: The key.
            valid: The keys that the section can have.
        """
        from hpsearch.config.suggestions import suggest_key  # takes 1 ms; needed for misspelt words only

        rule = f"is not a key of {dotted(at[:-1])}" if len(at) > 1 else "is not a section of a config"
        self.report(at, rule, hint=suggest_key(at, valid), key=True)


def root_section(root: Node | None, position: Position, problems: Problems) -> MappingNode:
    """The root of a config, which must be a section.

    Args:
        root: The node that was read; None if there was nothing.
        position: Where it was expected.
        problems: Collects the problems.

    Raises:
        ConfigError: It is not a section.
    """
    if isinstance(root, MappingNode):
        return root
    rule = "a config must be a section of keys"
    return problems.stop(root.position if root else position, (), rule, hint=BEGIN)
