"""Figures as text for a terminal: every character contains two by four dots."""

from collections.abc import Iterator, Sequence

import numpy as np
from rich.console import Console
from rich.text import Text

from hpsearch.reports.cells import cell_width, padded, split_cells
from hpsearch.reports.figures.figure import SCALE, Cells, Dots, Figure, Label, Lines, Panel
from hpsearch.reports.text import printable
from hpsearch.space import Floats

__all__ = ["figure_text", "print_figure"]
_WIDEST = 100
"""The largest width, also in a pipe, although its lines may have any length."""
_NARROWEST = 24  # least width of the marks
_PIXELS = 20  # pixels of a figure's height for each line
_ACROSS, _DOWN = 2, 4
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_SHADES = "·░░▒▒▓▓█"
_BAR = "▆"
_FAINT_LINES = 12
_STYLES = {
    "muted": "dim",
    "faint": "dim",
    "grid": "dim",
    "band": "dim",
    "ink": "",
    "best": "bold red",
    "main": "blue",
    "series0": "blue",
    "series1": "yellow",
    "series2": "green",
    "series3": "magenta",
    "series4": "red",
    "series5": "cyan",
}


def print_figure(figure: Figure, console: Console) -> None:
    """Print a figure as text, in a terminal as wide as that is."""
    console.print(figure_text(figure, console.width), end="", soft_wrap=not console.is_terminal)


def figure_text(figure: Figure, width: int) -> Text:
    """A figure as lines of at most ``width`` characters, panel below panel.

    Args:
        figure: The figure.
        width: The width of the terminal.
    """
    width = min(width, _WIDEST)
    text = Text().append(f"{printable(figure.title)}\n", style="bold")
    for panel in figure.panels:
        text.append_text(_panel(panel, width, max(6, figure.height // _PIXELS)))
    legend = [item for item in figure.legend if not item[0].startswith("scale")]
    for role, meaning in legend:
        text.append("● ", style=_style(role)).append(f"{printable(meaning)}   ", style="")
    if legend:
        text.append("\n")
    return text.append(f"{printable(figure.caption)}\n", style="dim")


def _style(role: str) -> str:
    if role.startswith("scale"):
        return "dim" if int(role.removeprefix("scale")) < SCALE // 2 else ""
    return _STYLES.get(role, "")


def _few(mark: Lines) -> Sequence[tuple[Floats, Floats]]:
    """The lines to draw if a line is as wide as a character: only the good ones."""
    if mark.role == "faint":
        return mark.lines[:: max(1, -(-len(mark.lines) // _FAINT_LINES))]
    return () if mark.role.startswith("scale") and mark.role != f"scale{SCALE - 1}" else mark.lines


def _panel(panel: Panel, width: int, height: int) -> Text:
    longest = max((cell_width(printable(text)) for _, text in panel.y.ticks), default=0)
    margin = min(longest + 1, width - _NARROWEST)
    canvas = _Canvas(max(width - margin - 1, _NARROWEST), height)
    for mark in panel.marks:
        if isinstance(mark, Cells):
            canvas.cells(panel, mark)
        elif isinstance(mark, Lines):
            for line in _few(mark):
                canvas.line(panel.x.share(line[0]), panel.y.share(line[1]), mark.role)
        elif isinstance(mark, Dots):
            canvas.dots(panel.x.share(mark.x), panel.y.share(mark.y), mark.role)
    for mark in panel.marks:
        if isinstance(mark, Label):
            x, y = panel.x.share(np.array([mark.x]))[0], panel.y.share(np.array([mark.y]))[0]
            canvas.label(x, y, printable(mark.text))
    heading = panel.title or panel.y.label
    text = Text(f"{printable(heading)}\n" if heading else "")
    ticks = {
        canvas.row(panel.y.share(np.array([position]))[0]): printable(label)
        for position, label in panel.y.ticks
    }
    for row, characters in enumerate(canvas.lines()):
        label = ticks.get(row, "")
        text.append(f"{padded(label, max(margin - 1, 0), right=True)} ", style="dim").append("│", style="dim")
        text.append_text(characters)
        text.append("\n")
    text.append(" " * margin + "└" + "─" * canvas.width + "\n", style="dim")
    for names in _ticks(panel, canvas):
        text.append(f"{' ' * (margin + 1)}{names}\n", style="dim")
    if panel.x.label:
        text.append(" " * (margin + 1) + printable(panel.x.label).center(canvas.width).rstrip() + "\n")
    return text


def _ticks(panel: Panel, canvas: "_Canvas") -> list[str]:
    """The labels of the horizontal axis for which there is room; on two lines if each names its own axis."""
    lines = [""] if panel.x.label else ["", ""]
    for position, text in panel.x.ticks:
        shown = printable(text)
        middle = int(canvas.width * panel.x.share(np.array([position]))[0])
        width = cell_width(shown)
        start = min(max(middle - width // 2, 0), max(canvas.width - width, 0))
        room = (at for at, line in enumerate(lines) if start >= cell_width(line) + bool(line))
        if (at := next(room, None)) is not None:
            lines[at] += " " * (start - cell_width(lines[at])) + shown
    return [padded(line, canvas.width).rstrip() for line in lines if line] or [""]


class _Canvas:
    """Characters, each with dots or another mark, and a style."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._bits = np.zeros((height, width), dtype=np.int64)
        self._other = np.full((height, width), " ", dtype=object)
        self._roles = np.full((height, width), "ink", dtype="<U8")

    def row(self, y: float) -> int:
        """The line at a share of the height."""
        return min(max(int((1.0 - y) * self.height), 0), self.height - 1)

    def dots(self, x: Floats, y: Floats, role: str) -> None:
        """Dots at shares of the width and height."""
        finite = np.isfinite(x) & np.isfinite(y)
        across, down = self.width * _ACROSS, self.height * _DOWN
        columns = np.clip((x[finite] * across).astype(np.intp), 0, across - 1)
        rows = np.clip(((1.0 - y[finite]) * down).astype(np.intp), 0, down - 1)
        bits = np.array(_BITS)[rows % _DOWN, columns % _ACROSS]
        at = rows // _DOWN, columns // _ACROSS
        np.bitwise_or.at(self._bits, at, bits)
        self._roles[at] = role

    def line(self, x: Floats, y: Floats, role: str) -> None:
        """Dots along a line."""
        finite = np.isfinite(x) & np.isfinite(y)
        x, y = x[finite], y[finite]
        if len(x) == 1:
            self.dots(x, y, role)
        for at in range(len(x) - 1):
            steps = 2 + int(
                max(
                    abs(x[at + 1] - x[at]) * self.width * _ACROSS,
                    abs(y[at + 1] - y[at]) * self.height * _DOWN,
                )
            )
            self.dots(np.linspace(x[at], x[at + 1], steps), np.linspace(y[at], y[at + 1], steps), role)

    def cells(self, panel: Panel, mark: Cells) -> None:
        """Fill the characters whose middle is inside a box."""
        shade = _SHADES[int(mark.role.removeprefix("scale"))] if mark.role.startswith("scale") else "░"
        shade = _BAR if mark.role in ("main", "series1") else shade
        xs, ys = panel.x.share(mark.boxes[:, [0, 2]]), panel.y.share(mark.boxes[:, [1, 3]])
        across = (np.arange(self.width) + 0.5) / self.width
        down = 1.0 - (np.arange(self.height) + 0.5) / self.height
        for (left, right), (bottom, top) in zip(xs, ys, strict=True):
            columns = np.flatnonzero((across >= left) & (across < right))
            rows = np.flatnonzero((down >= bottom) & (down < top))
            self._other[np.ix_(rows, columns)] = shade
            self._roles[np.ix_(rows, columns)] = mark.role

    def label(self, x: float, y: float, text: str) -> None:
        """A text, to the right of its position."""
        cells = split_cells(text)
        row, column = self.row(y), min(int(x * self.width) + 1, max(self.width - len(cells), 0))
        for offset, cell in enumerate(cells[: self.width - column]):
            self._other[row, column + offset] = cell
            self._bits[row, column + offset] = 0
            self._roles[row, column + offset] = "ink"

    def lines(self) -> Iterator[Text]:
        """The lines, from the top, without spaces at their ends."""
        for bits, others, roles in zip(self._bits, self._other, self._roles, strict=True):
            text = Text()
            for bit, other, role in zip(bits.tolist(), others.tolist(), roles.tolist(), strict=True):
                text.append(chr(0x2800 + bit) if bit and other != _BAR else other, style=_style(role))
            text.rstrip()
            yield text
