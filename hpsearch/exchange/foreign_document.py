"""Reads a file of another tool, and keeps track of the keys that were read and the notes on them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from hpsearch.config.reader import Reader
from hpsearch.config.setting_types import either
from hpsearch.config.suggestions import suggest_value
from hpsearch.document.closest import did_you_mean
from hpsearch.document.nodes import (
    Location,
    MappingNode,
    Node,
    Position,
    ScalarNode,
    SequenceNode,
    dotted,
    find,
)
from hpsearch.document.parse import Dialect, compose
from hpsearch.document.problems import Problems, file_position
from hpsearch.document.scalars import AmbiguousScalar, resolve
from hpsearch.document.source import read_text
from hpsearch.exchange.draft import Note
from hpsearch.trial import Value

NONE = "None"
"""Null is read as this, the text that a command gets for it."""

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?([eE]-?[0-9]{1,3})?")
_YAML_1_1 = dict.fromkeys(("yes", "on"), True) | dict.fromkeys(("no", "off"), False)


def _resolve(text: str) -> Value:
    """The value of a scalar by the rules of YAML 1.1 and JSON, which differ from those of a config.

    ``1e-5``, which is text in YAML 1.1, is read as the intended number.
    """
    try:
        return resolve(text)
    except AmbiguousScalar:
        word = text.lower()
        if word in ("", "~", "null"):
            return NONE
        if word in _YAML_1_1:
            return _YAML_1_1[word]
        digits = text.replace("_", "")
        if digits != text and digits.lstrip("+-").isdigit():
            return resolve(digits)
        raise


_DIALECT = Dialect(
    _resolve,
    {
        "tag:yaml.org,2002:float": float,
        "tag:yaml.org,2002:int": int,
        "tag:yaml.org,2002:str": str,
        "tag:yaml.org,2002:null": lambda _: NONE,
    },
)


def is_null(node: Node | None) -> bool:
    """Whether a value was written as null."""
    return (
        isinstance(node, ScalarNode)
        and node.value == NONE
        and node.written.lower() in ("", "~", "null", "!!null")
    )


def read_tree(path: Path, hint: str) -> tuple[Node | None, Problems, Position]:
    """The tree of a file, the problems of its scalars, and where it begins.

    Args:
        path: The file.
        hint: Which file to name instead if there is none.

    Raises:
        ConfigError: It is not YAML or JSON.
    """
    problems, position = Problems(), replace(file_position(path), line=1, column=1)
    return compose(read_text(path, hint), position, problems, dialect=_DIALECT), problems, position


class ForeignDocument:
    """The tree of a file of another tool, in YAML or JSON.

    It remembers which keys were read: the others get a note at the end, so that none is lost silently.

    Attributes:
        root: The tree.
        notes: The notes on its keys.
    """

    def __init__(self, root: MappingNode, problems: Problems) -> None:
        self.root = root
        self.notes: list[Note] = []
        self._problems = problems
        self._reader = Reader(root, problems)
        self._asked: set[Location] = set()
        self._taken: set[Location] = set()
        self._reported: set[tuple[Location, str]] = set()

    @classmethod
    def read(cls, path: Path, hint: str) -> Self:
        """The tree of a file.

        Args:
            path: The file.
            hint: Which file to name instead if it has no keys.

        Raises:
            ConfigError: It is not a YAML or JSON file with a section of keys.
        """
        root, problems, position = read_tree(path, hint)
        if not isinstance(root, MappingNode):
            where = root.position if root else position
            problems.stop(where, (), "the file must have a section of keys", hint=hint)
        return cls(root, problems)

    def enter(self, key: str) -> None:
        """Make the section of a key at the top the whole document; the other keys get a note."""
        inner = self.root.entries[key].node
        if isinstance(inner, MappingNode):
            others = [each for each in self.root.entries if each != key]
            for other in others:
                self.note((other,), f"dropped: it is beside the key {key}")
            self.root = inner
            self._reader.root = inner

    def get(self, at: Location) -> Node | None:
        """The node at a location, which is marked as read; None if there is none.

        Null is reported, except for the optional keys at the top, where it means the same as a missing key.
        """
        node = find(self.root, at)
        self._asked.add(at)
        if not is_null(node):
            return node
        if len(at) > 1 or at == ("method",):
            self.report(at, "a value is needed here", hint="Write one, or remove the key")
        return None

    def take(self, at: Location) -> Node | None:
        """The node at a location, even if null; it is marked as read with everything in it."""
        self._taken.add(at)
        return find(self.root, at)

    def section(self, at: Location) -> MappingNode | None:
        """The section at a location; None if there is none. Anything else is reported."""
        node = self.get(at)
        if node is None or isinstance(node, MappingNode):
            return node
        self.report(at, "must be a section of keys")
        return None

    def text(self, at: Location, options: Sequence[str] = ()) -> str | None:
        """The text at a location, one of the options if there are any. Anything else is reported."""
        node = self.get(at)
        if node is None:
            return None
        if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
            self.report(at, "must be text")
            return None
        if options and node.value not in options:
            hint = suggest_value(node.value, list(options))
            self.report(at, f"must be {either(list(options))}", hint=hint)
            return None
        return node.value

    def number(self, at: Location, *, whole: bool = False, above: float | None = None) -> int | float | None:
        """The number at a location. Anything else is reported.

        Args:
            at: The location.
            whole: Whether it must be written as a whole number.
            above: The bound that it must be above.
        """
        node = self.get(at)
        if node is None:
            return None
        value: bool | int | float | str = node.value if isinstance(node, ScalarNode) else ""
        if isinstance(value, bool | str) or (whole and not isinstance(value, int)):
            rule = "must be a whole number" if whole else "must be a number"
            self.report(at, rule, hint=_as_number(value, whole=whole))
            return None
        if above is not None and value <= above:
            self.report(at, f"must be above {above:g}")
            return None
        return value

    def items(self, at: Location) -> tuple[Node, ...] | None:
        """The list at a location. Anything else is reported."""
        node = self.get(at)
        if node is None or isinstance(node, SequenceNode):
            return node.nodes if node else None
        self.report(at, "must be a list", hint="Write [a, b]")
        return None

    def note(self, at: Location, text: str, *, key: str = "") -> None:
        """Add a note on a key."""
        position = self._reader.position(at, key=True)
        self.notes.append(Note(key or dotted(at), text, position))

    def report(
        self, at: Location, rule: str, *, found: str | None = None, hint: str = "", key: bool = False
    ) -> None:
        """Report a mistake in the file; see :meth:`hpsearch.config.reader.Reader.report`."""
        node = find(self.root, at)
        if not (isinstance(node, ScalarNode) and node.error) and (at, rule) not in self._reported:
            self._reported.add((at, rule))
            self._reader.report(at, rule, found=found, hint=hint, key=key)

    def report_unused(
        self, reasons: Mapping[str, str], known: Sequence[str] = (), below: Location = ()
    ) -> None:
        """Add a note on every key that was not read.

        Args:
            reasons: Why a key cannot be imported, by the dotted path of the key or of a section it is in.
            known: The keys that the top of such a file can have.
            below: The section to look at.
        """
        table = find(self.root, below)
        for at in _leaves(table, below) if isinstance(table, MappingNode) else ():
            if any(at[:end] in self._taken for end in range(1, len(at) + 1)):
                continue
            if at in self._asked:
                if is_null(find(self.root, at)):
                    self.note(at, "dropped: it is empty")
                continue
            sections = (dotted(at[:end]) for end in range(len(at), 0, -1))
            reason = next((reasons[each] for each in sections if each in reasons), None)
            if reason is None and known and at[0] not in known:
                question = did_you_mean(str(at[0]), known, similarity=0.7)
                reason = f"not a known key. {question}".removesuffix(". ")
            self.note(at, f"dropped: {reason or 'not a known key'}")
        self.notes.sort(
            key=lambda note: (note.position.line, note.position.column) if note.position else (0, 0)
        )

    def stop_if_wrong(self) -> None:
        """Raise the mistakes that were reported.

        Raises:
            ConfigError: There are some.
        """
        if self._problems:
            raise self._problems.error()


def _as_number(value: Value, *, whole: bool) -> str:
    """The number to write instead of a value, as a sentence; "" if there is none."""
    if isinstance(value, float):  # a whole number was expected
        return f"Write {value:.0f}" if value.is_integer() else ""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value) or (whole and not value.isdigit()):
        return ""
    return f"Write {value}, without quotes"


def _leaves(table: MappingNode, at: Location) -> Iterator[Location]:
    """Every key without further keys below it."""
    for key, entry in table.entries.items():
        if isinstance(entry.node, MappingNode) and entry.node.entries:
            yield from _leaves(entry.node, (*at, key))
        else:
            yield (*at, key)


def as_python(node: Node) -> Any:
    """The value of a node as a Python object, null as None."""
    if isinstance(node, ScalarNode):
        return None if is_null(node) else node.value
    if isinstance(node, SequenceNode):
        return [as_python(item) for item in node.nodes]
    return {key: as_python(entry.node) for key, entry in node.entries.items()}
