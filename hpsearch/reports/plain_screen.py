"""Where a command's output goes: a terminal, or a pipe, which takes lines of any length."""

import os
import shutil
from collections.abc import Iterator
from typing import IO, Literal, Protocol

from rich.cells import chop_cells

from hpsearch.reports.cells import cell_width

__all__ = ["PlainScreen", "Screen", "styled", "write_text"]

Style = Literal["bold", "dim", ""]

_CODES = {"bold": "\x1b[1m", "dim": "\x1b[2m"}
_END = "\x1b[0m"
_UNLIMITED = 100_000
"""The width of a pipe."""


class Screen(Protocol):
    """The protocol of a screen, which rich's consoles follow too."""

    @property
    def file(self) -> IO[str]:
        """The output stream."""

    @property
    def is_terminal(self) -> bool:
        """Whether it is a terminal, or is treated as one."""

    @property
    def color_system(self) -> str | None:
        """How it shows colours and other styles; None if it shows none."""

    @property
    def width(self) -> int:
        """The number of cells in a line."""


class PlainScreen:
    """A screen for text and tables, without the 20 ms that importing rich's console takes.

    Args:
        file: The output stream.
        styles: Whether to show styles, and so treat it as a terminal; None to look.
    """

    def __init__(self, file: IO[str], *, styles: bool | None = None) -> None:
        self.file = file
        self._styles = styles
        self._is_one = file.isatty()
        wanted = bool(os.environ.get("FORCE_COLOR")) if styles is None else styles
        self.is_terminal = wanted or self._is_one

    @property
    def color_system(self) -> str | None:
        """``standard`` for the styles of tables; None if it shows none."""
        wanted = self.is_terminal and not is_dumb() if self._styles is None else self._styles
        return "standard" if wanted else None

    @property
    def width(self) -> int:
        """The width of the terminal; without one, larger than any line."""
        return shutil.get_terminal_size().columns if self._is_one else _UNLIMITED


def is_dumb() -> bool:
    """Whether TERM says that the terminal shows escape sequences as they are."""
    return os.environ.get("TERM", "").lower() in ("dumb", "unknown")


def write_text(text: str, screen: Screen, style: Style = "", *, after: str = "") -> None:
    """Write a text; on a terminal, in lines that fit.

    Args:
        text: It may have several lines.
        screen: Where to write.
        style: The style, on a terminal that supports it.
        after: A text before the first line, such as a label; the other lines are indented by its width.
    """
    indent, width = " " * cell_width(after), max(screen.width - cell_width(after), 1)
    start = styled(after, screen, "bold")
    for whole in text.split("\n"):
        for line in _fitting(whole, width) if screen.is_terminal else (whole,):
            screen.file.write(f"{start}{styled(line, screen, style)}".rstrip(" ") + "\n")
            start = indent


def styled(text: str, screen: Screen, style: Style) -> str:
    """A text in a style, on a terminal that supports it."""
    return f"{_CODES[style]}{text}{_END}" if style and text and screen.color_system else text


def _fitting(text: str, width: int) -> Iterator[str]:
    """A line in parts that fit: split between words, or within a word that is too long."""
    line: str | None = None
    for word in text.split(" "):
        longer = word if line is None else f"{line} {word}"
        if cell_width(longer) <= width:
            line = longer
            continue
        if line is not None:
            yield line
        *full, line = chop_cells(word, width) or [""]
        yield from full
    yield line or ""
