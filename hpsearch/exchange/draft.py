"""A config made from another tool's file, with notes on the differences."""

import keyword
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hpsearch.document.dump import dump
from hpsearch.document.nodes import Position
from hpsearch.document.scalars import shown
from hpsearch.space.choices import identity, is_nested
from hpsearch.trial import Value

_WIDTH = 100

_RESERVED = ("args", "json")
"""Placeholders of commands that mean all parameters."""


@dataclass(frozen=True)
class Note:
    """A note on a key of the other tool.

    Attributes:
        key: Its dotted path there.
        text: What it became, or why it could not be imported.
        position: Its position in the file; None if there is no file.
    """

    key: str
    text: str
    position: Position | None = None

    def __str__(self) -> str:
        at = f"{self.position.path}:{self.position.line}:{self.position.column}: " if self.position else ""
        return f"{at}{self.key}: {self.text}"

    @property
    def as_comment(self) -> str:
        """The note as a comment of the config."""
        return (
            f"- line {self.position.line}, {self.key}: {self.text}"
            if self.position
            else f"- {self.key}: {self.text}"
        )


@dataclass
class Draft:
    """A config in the making.

    Attributes:
        source: A description of the source, for people.
        todo: What is left to do by hand.
        config: Its sections.
        program: The file that it runs, if known.
        notes: Notes on keys that were changed or could not be imported.
    """

    source: str
    todo: str
    config: dict[str, Any] = field(default_factory=dict)
    program: str = ""
    notes: list[Note] = field(default_factory=list)

    def as_yaml(self) -> str:
        """The config as text, with the notes as comments above it."""
        lines = [f"Made from {self.source} by `hpsearch import`.", "", *_wrapped(self.todo, "")]
        if self.notes:
            lines += ["", "What was changed, or could not be imported:"]
        for note in self.notes:
            lines += _wrapped(note.as_comment, "  ")
        return "".join(f"# {line}".rstrip() + "\n" for line in lines) + dump(self.config, short=True)


def _wrapped(text: str, indent: str) -> Iterable[str]:
    for line in text.split("\n"):
        text = shown(line, 2000)
        yield from textwrap.wrap(
            text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )


def choices(values: Iterable[Value]) -> Any:
    """Listed values in the form of the space: each once, and a single one as a constant.

    A constant that is null or nested is written as a list of one, because null alone is not a section.
    """
    each = list({identity(value): value for value in values}.values())
    alone = len(each) == 1 and each[0] is not None and not is_nested(each[0])
    return each[0] if alone else {"values": each}


def renamings(originals: Sequence[str], names: Sequence[str]) -> str:
    """The parameters that have another name in the config: ``units.0 → units_0``; "" if there are none."""
    pairs = zip(originals, names, strict=True)
    return ", ".join(f"{original} → {name}" for original, name in pairs if name != original)


def valid_names(originals: Sequence[str], *, python: bool = False) -> list[str]:
    """Valid names for parameters of another tool, all different.

    Args:
        originals: Their names in the other tool. Valid names are kept.
        python: Whether they have to be Python identifiers.
    """
    strange = r"[^A-Za-z0-9_]" if python else r"[^A-Za-z0-9_.-]|\.(?=\.|$)"
    likely = [re.sub(strange, "_", name)[:95] or "_" for name in originals]
    likely = [name if re.match("[A-Za-z_]", name) else f"_{name}" for name in likely]
    likely = [
        f"{name}_" if name in _RESERVED or (python and keyword.iskeyword(name)) else name for name in likely
    ]
    names: list[str | None] = [
        name if name == original and original not in originals[:at] else None
        for at, (name, original) in enumerate(zip(likely, originals, strict=True))
    ]
    for at, name in enumerate(likely):
        number, free = 2, name
        while names[at] is None and free in names:
            number, free = number + 1, f"{name}_{number}"
        names[at] = names[at] or free
    return [name for name in names if name is not None]
