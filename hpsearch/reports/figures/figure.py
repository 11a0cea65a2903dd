"""A figure as plain data: panels with axes and marks, which SVG, HTML and a terminal draw in their own way.

Coordinates are those of the axes. Colours are named by the role of a mark; each medium (light, dark,
or on paper) has its own palette.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal

from hpsearch.space import Floats

__all__ = ["SCALE", "SERIES", "Axis", "Cells", "Dots", "Figure", "Label", "Lines", "Mark", "Panel", "Role"]

Role = str
"""``ink``, ``muted``, ``faint``, ``grid``, ``band``, ``best``, ``main``, ``series0`` …, ``scale0`` …"""

SERIES = 6
"""How many colours there are for things without an order."""
SCALE = 8
"""How many colours there are from the worst, ``scale0``, to the best."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes:
        label: Its label.
        ticks: Positions and their texts.
        low: The position of its lower end.
        high: The position of its upper end.
    """

    label: str
    ticks: Sequence[tuple[float, str]] = ()
    low: float = 0.0
    high: float = 1.0

    def share(self, position: Floats) -> Floats:
        """Positions relative to the axis: 0 at the lower end, 1 at the upper one; shape (n,)."""
        return (position - self.low) / ((self.high - self.low) or 1.0)


@dataclass(frozen=True, slots=True)
class Dots:
    """A dot per trial.

    Attributes:
        x: Positions, shape (n,).
        y: Positions, shape (n,).
        role: Their colour.
        trials: Their trials' numbers; none for dots that belong to no trial.
        size: Their diameter in pixels.
    """

    x: Floats
    y: Floats
    role: Role
    trials: Sequence[int] = ()
    size: float = 5.0


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines through points.

    Attributes:
        lines: The x and y positions of each, both of shape (n,).
        role: Their colour.
        trials: The trial of each; empty for lines that belong to no trial.
        width: Their width in pixels.
        dash: The lengths of dashes and gaps in pixels; "" for a solid line.
    """

    lines: Sequence[tuple[Floats, Floats]]
    role: Role
    trials: Sequence[int] = ()
    width: float = 1.5
    dash: str = ""


@dataclass(frozen=True, slots=True)
class Cells:
    """Filled rectangles.

    Attributes:
        boxes: Left, bottom, right and top of each, shape (n, 4).
        role: Their colour.
    """

    boxes: Floats
    role: Role


@dataclass(frozen=True, slots=True)
class Label:
    """A short text.

    Attributes:
        x: Its position.
        y: Its position.
        text: The text.
        anchor: The part of the text that is at the position.
        role: Its colour.
        dx: How many pixels it is moved to the right.
        dy: How many pixels it is moved down.
    """

    x: float
    y: float
    text: str
    anchor: Literal["start", "middle", "end"] = "start"
    role: Role = "ink"
    dx: float = 0.0
    dy: float = 0.0


Mark = Dots | Lines | Cells | Label


@dataclass(frozen=True, slots=True)
class Panel:
    """Marks on two axes.

    Attributes:
        x: The horizontal axis.
        y: The vertical axis.
        marks: The first is at the back.
        title: A line above it.
        left: Pixels to the left of it, for the tick labels.
        bare: Whether it has no grid.
    """

    x: Axis
    y: Axis
    marks: Sequence[Mark]
    title: str = ""
    left: int = 66
    bare: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Figure:
    """A figure.

    Attributes:
        kind: Its name on the command line.
        title: Its title.
        caption: How to read it, in sentences.
        panels: Its panels, row by row.
        columns: How many panels there are in a row, if there is room.
        height: The height of a panel in pixels.
        legend: Roles and what they mean.
        wide: Whether it is too wide for a phone, and is scrolled there.
    """

    kind: str
    title: str
    caption: str
    panels: Sequence[Panel]
    columns: int = 1
    height: int = 320
    legend: Sequence[tuple[Role, str]] = ()
    wide: bool = False

    def save(self, path: str | PathLike[str]) -> None:
        """Write the figure to a file: .svg and .html, or .png and .pdf with the extra ``report``.

        Args:
            path: The file to replace or create; its suffix determines the format.

        Raises:
            UsageError: The suffix is not one of these, or the file cannot be written.
        """
        from hpsearch.reports.figures.saving import save_figure

        save_figure(self, Path(path))

    def _repr_html_(self) -> str:
        """The figure in a notebook."""
        from hpsearch.reports.figures.svg import figure_svg

        return figure_svg(self)

    def __repr__(self) -> str:
        panels = "1 panel" if len(self.panels) == 1 else f"{len(self.panels)} panels"
        return f"<Figure {self.kind}: {panels}>"
