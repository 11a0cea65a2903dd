"""Figures as SVG: a file of fixed size for documents and prints, and panels for HTML that fill their page.

A panel for HTML has no fixed size: its marks are stretched with the page, its texts and strokes are not.
All dots of one colour are one path of points with round ends: fifty thousand of them take 0.7 MB and are
drawn at once. Paths that represent trials have the trials' numbers, one for each of their parts.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hpsearch.reports.figures.figure import Axis, Cells, Dots, Figure, Label, Lines, Panel
from hpsearch.reports.figures.palette import LIGHT, style_sheet
from hpsearch.reports.text import printable
from hpsearch.space import Floats

__all__ = ["escape", "figure_svg", "panel_html", "swatch"]

_WIDTH = 960
_GAP = 18
_TOP, _BOTTOM, _RIGHT = 26, 44, 24  # around the marks of a panel, in pixels
_RESOLUTION = 4000  # resolution of coordinates that are stretched
_FONT = "system-ui,'Liberation Sans',Arial,sans-serif"
_FEW_TICKS = 3  # fit on a narrow page
_CHARACTER = 6.0  # average width of a character in pixels
_CAPTION_LINE = 150  # characters
_HALO = f'stroke="{LIGHT["paper"]}" stroke-width="3" paint-order="stroke"'  # keeps a text readable on lines


def escape(text: str) -> str:
    """Text for HTML and SVG, inside and outside of attributes; control characters are made visible."""
    shown = printable(text)
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        shown = shown.replace(character, entity)
    return shown


def swatch(role: str) -> str:
    """A dot in the colour of a role, for the legend of an HTML page."""
    return f'<svg class="swatch" viewBox="0 0 12 12"><circle cx="6" cy="6" r="5" {_fill(role)}/></svg>'


def panel_html(panel: Panel, name: str) -> str:
    """A panel for an HTML page whose style sheet sizes it.

    Args:
        panel: The panel.
        name: A description for people who cannot see it.
    """
    frame = _Stretched()
    marks = "".join(_marks(panel, frame))
    texts = "".join([*_axes(panel, frame), *_labels(panel, frame)])
    grid = "".join(_grid(panel, frame))
    return (
        f'<div class="panel left-{panel.left}"><svg class="area" role="img" aria-label="{escape(name)}">'
        f'<svg class="marks" viewBox="0 0 {_RESOLUTION} {_RESOLUTION}" preserveAspectRatio="none">'
        f'<rect class="hit" width="{_RESOLUTION}" height="{_RESOLUTION}" fill="none"/>'
        f"{grid}{marks}</svg>{texts}</svg></div>"
    )


def figure_svg(figure: Figure) -> str:
    """A figure as a separate file, with its title, legend and caption."""
    caption = [
        line for each in figure.caption.split("\n") for line in textwrap.wrap(each, _CAPTION_LINE) or [""]
    ]
    head = 34 + (20 if figure.legend else 0)
    rows = -(-len(figure.panels) // figure.columns)
    height = head + rows * (figure.height + _GAP) + 16 * len(caption) + 10
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{_FONT}" font-size="11" role="img">',
        f"<title>{escape(figure.title)}</title><style>{style_sheet()}</style>",
        f'<rect width="{_WIDTH}" height="{height}" {_fill("paper")}/>',
        f'<text x="12" y="24" font-size="16" font-weight="600" {_fill("ink")}>{escape(figure.title)}</text>',
        *_legend(figure.legend, 44),
    ]
    width = (_WIDTH - _GAP * (figure.columns - 1)) / figure.columns
    for index, panel in enumerate(figure.panels):
        row, column = divmod(index, figure.columns)
        frame = _Fixed(
            column * (width + _GAP) + panel.left,
            head + row * (figure.height + _GAP) + _TOP,
            width - panel.left - _RIGHT,
            figure.height - _TOP - _BOTTOM,
        )
        parts += [*_grid(panel, frame), *_marks(panel, frame), *_axes(panel, frame), *_labels(panel, frame)]
    top = head + rows * (figure.height + _GAP) + 12
    parts += [
        f'<text x="12" y="{top + 16 * index}" {_fill("muted")}>{escape(line)}</text>'
        for index, line in enumerate(caption)
    ]
    return "".join(parts) + "</svg>\n"


@dataclass(frozen=True, slots=True)
class _Fixed:
    """The marks of a panel at a fixed place, in pixels."""

    left: float
    top: float
    width: float
    height: float

    def x(self, shares: Floats) -> list[float]:
        return [round(each, 1) for each in (self.left + self.width * shares).tolist()]

    def y(self, shares: Floats) -> list[float]:
        return [round(each, 1) for each in (self.top + self.height * (1.0 - shares)).tolist()]

    def place(self, x: float, y: float, dx: float = 0.0, dy: float = 0.0) -> str:
        """Attributes that put a text at shares of the width and height."""
        return f'x="{self.left + self.width * x + dx:.1f}" y="{self.top + self.height * (1 - y) + dy:.1f}"'

    @property
    def stroke(self) -> str:
        """Attributes of every stroke."""
        return ""


@dataclass(frozen=True, slots=True)
class _Stretched:
    """The marks of a panel that fills its page."""

    def x(self, shares: Floats) -> list[float]:
        return list(np.rint(_RESOLUTION * shares).astype(np.int64).tolist())

    def y(self, shares: Floats) -> list[float]:
        return list(np.rint(_RESOLUTION * (1.0 - shares)).astype(np.int64).tolist())

    def place(self, x: float, y: float, dx: float = 0.0, dy: float = 0.0) -> str:
        """Attributes that put a text at shares of the width and height."""
        return f'x="{100 * x:.2f}%" y="{100 * (1 - y):.2f}%" dx="{dx:g}" dy="{dy:g}"'

    @property
    def stroke(self) -> str:
        """Attributes of every stroke."""
        return ' vector-effect="non-scaling-stroke"'


_Frame = _Fixed | _Stretched


def _marks(panel: Panel, frame: _Frame) -> Iterator[str]:
    for mark in panel.marks:
        if isinstance(mark, Dots):
            yield _dots(panel, mark, frame)
        elif isinstance(mark, Lines):
            yield _lines(panel, mark, frame)
        elif isinstance(mark, Cells) and len(mark.boxes):
            x, y = panel.x.share(mark.boxes[:, [0, 2]]), panel.y.share(mark.boxes[:, [1, 3]])
            columns = frame.x(x[:, 0]), frame.y(y[:, 0]), frame.x(x[:, 1]), frame.y(y[:, 1])
            d = "".join(
                f"M{left} {bottom}H{right}V{top}H{left}Z"
                for left, bottom, right, top in zip(*columns, strict=True)
            )
            yield f'<path {_fill(mark.role)} shape-rendering="crispEdges" d="{d}"/>'


def _dots(panel: Panel, mark: Dots, frame: _Frame) -> str:
    shown = np.flatnonzero(np.isfinite(mark.x) & np.isfinite(mark.y))
    if not len(shown):
        return ""
    xs, ys = frame.x(panel.x.share(mark.x[shown])), frame.y(panel.y.share(mark.y[shown]))
    d = "".join(f"M{x} {y}h0" for x, y in zip(xs, ys, strict=True))
    numbers = [mark.trials[row] for row in shown.tolist()] if mark.trials else ()
    ends = f'fill="none" stroke-width="{mark.size:g}" stroke-linecap="round"'
    return f'<path {_stroke(mark.role)} {ends}{frame.stroke}{_trials(numbers)} d="{d}"/>'


def _lines(panel: Panel, mark: Lines, frame: _Frame) -> str:
    parts: list[str] = []
    numbers: list[int] = []
    for index, (line_x, line_y) in enumerate(mark.lines):
        shown = np.isfinite(line_x) & np.isfinite(line_y)
        if shown.any():
            xs, ys = frame.x(panel.x.share(line_x[shown])), frame.y(panel.y.share(line_y[shown]))
            parts.append("M" + " ".join(f"{x} {y}" for x, y in zip(xs, ys, strict=True)))
            numbers += [mark.trials[index]] if mark.trials else []
    if not parts:
        return ""
    dash = f' stroke-dasharray="{mark.dash}"' if mark.dash else ""
    look = f'fill="none" stroke-width="{mark.width:g}" stroke-linejoin="round"{dash}'
    return f'<path {_stroke(mark.role)} {look}{frame.stroke}{_trials(numbers)} d="{"".join(parts)}"/>'


def _trials(numbers: Sequence[int]) -> str:
    return f' data-trials="{" ".join(map(str, numbers))}"' if numbers else ""


def _grid(panel: Panel, frame: _Frame) -> Iterator[str]:
    """A line at every tick, and one along each axis."""
    lines = [("grid", _shares(panel.x), _shares(panel.y)), ("muted", [0.0], [0.0])]
    for role, xs, ys in [] if panel.bare else lines:
        left, right = frame.x(np.array([0.0, 1.0]))
        bottom, top = frame.y(np.array([0.0, 1.0]))
        d = "".join(f"M{x} {bottom}V{top}" for x in frame.x(np.array(xs, dtype=np.float64)))
        d += "".join(f"M{left} {y}H{right}" for y in frame.y(np.array(ys, dtype=np.float64)))
        yield f'<path {_stroke(role)} fill="none" stroke-width="1"{frame.stroke} d="{d}"/>'


def _shares(axis: Axis) -> list[float]:
    return [float(axis.share(np.array([position]))[0]) for position, _ in axis.ticks]


def _axes(panel: Panel, frame: _Frame) -> Iterator[str]:
    """Ticks, the axes' labels, the title."""
    for index, (share, (_, text)) in enumerate(zip(_shares(panel.x), panel.x.ticks, strict=True)):
        minor = ' class="minor"' if index % 2 and len(panel.x.ticks) > _FEW_TICKS else ""
        yield f"<g{minor}>{_text(text, frame.place(share, 0.0, 0.0, 15), 'middle', 'muted')}</g>"
    for share, (_, text) in zip(_shares(panel.y), panel.y.ticks, strict=True):
        yield _text(text, frame.place(0.0, share, -7, 4), "end", "muted")
    if panel.x.label:
        yield _text(panel.x.label, frame.place(0.5, 0.0, 0, 33), "middle", "ink")
    heading = panel.title or panel.y.label
    bold = ' font-weight="600"' if panel.title else ""
    yield _text(heading, frame.place(0.0, 1.0, -panel.left + 12, -10), "start", "ink", bold)


def _labels(panel: Panel, frame: _Frame) -> Iterator[str]:
    for mark in panel.marks:
        if isinstance(mark, Label):
            x, y = panel.x.share(np.array([mark.x]))[0], panel.y.share(np.array([mark.y]))[0]
            place = frame.place(x, y, mark.dx, mark.dy)
            yield _text(mark.text, place, mark.anchor, mark.role, f" {_HALO}")


def _text(text: str, place: str, anchor: str, role: str, more: str = "") -> str:
    at = "" if anchor == "start" else f' text-anchor="{anchor}"'
    look = f'class="fill-{role}{" halo" if more.endswith(_HALO) else ""}" fill="{LIGHT[role]}"'
    return f"<text {place}{at}{more} {look}>{escape(text)}</text>"


def _legend(legend: Sequence[tuple[str, str]], y: float) -> Iterator[str]:
    x = 12.0
    for role, text in legend:
        yield f'<circle cx="{x + 5:g}" cy="{y - 4:g}" r="5" {_fill(role)}/>'
        yield f'<text x="{x + 15:g}" y="{y:g}" {_fill("ink")}>{escape(text)}</text>'
        x += 30 + _CHARACTER * len(text)


def _fill(role: str) -> str:
    return f'class="fill-{role}" fill="{LIGHT[role]}"'


def _stroke(role: str) -> str:
    return f'class="stroke-{role}" stroke="{LIGHT[role]}"'
