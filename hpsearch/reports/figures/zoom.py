"""The zoom: where each parameter was tried during the search, and how the band narrows."""

from dataclasses import replace

import numpy as np

from hpsearch.errors import UsageError
from hpsearch.reports.figures.axes import count_axis, parameter_axis, short
from hpsearch.reports.figures.figure import SCALE, Cells, Dots, Figure, Lines, Mark, Panel
from hpsearch.reports.figures.run_data import RunData
from hpsearch.space import Booleans, Floats

__all__ = ["by_rank", "dot_size", "rank_legend", "zoom"]

_WINDOWS = 12  # the most windows in which the band is measured
_FEWEST = 8  # the fewest trials in each
_TITLE = 34
_SIZES = ((500, 5.0), (2000, 4.0), (10_000, 3.0))


def zoom(data: RunData) -> Figure:
    """Trial number against value on the prior's own scale, one panel per parameter, coloured by rank.

    Raises:
        UsageError: Nothing is searched, or no trial has started.
    """
    if not data.space.parameters or not data.trials:
        raise UsageError("Nothing has been searched yet, so there is no zoom to show.")
    active = data.space.active(data.units)
    x = count_axis("trial", max(trial.number for trial in data.trials))
    panels = []
    for column, parameter in enumerate(data.space.parameters):
        units, on = data.units[:, column], active[:, column]
        marks: list[Mark] = []
        if parameter.ordered:
            marks += _band(data.numbers[on], units[on])
        marks += by_rank(data, data.numbers, units, on)
        axis = parameter_axis(parameter)
        panels.append(Panel(x, axis, marks, short(parameter.name, _TITLE), left=82))
    caption = (
        "Each dot is a trial, at the value it tried; darker on paper, brighter on a dark screen, is better."
        " Scales are those of the priors."
    )
    if any(isinstance(mark, Cells) for panel in panels for mark in panel.marks):
        caption += " The band holds the middle 80 % of the values: it narrows as the search settles."
    columns = min(3, len(panels))
    return Figure("zoom", "The zoom", caption, panels, columns, 240, rank_legend())


def dot_size(count: int) -> float:
    """The diameter of the dots in pixels: the more dots, the smaller."""
    return next((size for most, size in _SIZES if count <= most), 2.0)


def rank_legend() -> list[tuple[str, str]]:
    """The meaning of the colours of :func:`by_rank`."""
    return [
        ("scale0", "worst"),
        (f"scale{SCALE // 2}", "median"),
        (f"scale{SCALE - 1}", "best of the trials"),
    ]


def by_rank(data: RunData, x: Floats, y: Floats, rows: Booleans) -> list[Mark]:
    """Dots for some trials, the best in front.

    Args:
        data: The run.
        x: Positions of all trials, shape (n,).
        y: Positions of all trials, shape (n,).
        rows: Which trials to draw, shape (n,).
    """
    numbers = [trial.number for trial in data.trials]

    def dots(at: Booleans, role: str, size: float = dot_size(len(numbers))) -> Dots:
        kept = np.flatnonzero(at & rows)
        return Dots(x[kept], y[kept], role, [numbers[row] for row in kept], size)

    marks: list[Mark] = [dots(np.isnan(data.quality), "grid")]
    level = np.floor(np.nan_to_num(data.quality, nan=-1.0) * SCALE)
    for index in range(SCALE):
        top = index == SCALE - 1
        marks.append(dots((level >= index) if top else (level == index), f"scale{index}"))
    best = data.ranked[:1]
    first = np.array([bool(best) and number == best[0].number for number in numbers])
    marks += [replace(dots(first, "paper", 10), trials=()), dots(first, "best", 7)]
    return [mark for mark in marks if isinstance(mark, Dots) and len(mark.x)]


def _band(numbers: Floats, units: Floats) -> list[Mark]:
    """The middle 80 % of the values in windows of trials, as a band with its edges."""
    windows = min(_WINDOWS, len(numbers) // _FEWEST)
    if windows < 2:
        return []
    parts = np.array_split(np.arange(len(numbers)), windows)
    ends = np.array([np.quantile(units[part], [0.1, 0.9]) for part in parts])
    starts = np.array([numbers[part[0]] for part in parts])
    stops = np.append(starts[1:], numbers[-1])
    edge = np.repeat(np.column_stack([starts, stops]).ravel(), 1)
    return [
        Cells(np.column_stack([starts, ends[:, 0], stops, ends[:, 1]]), "band"),
        *(Lines([(edge, np.repeat(ends[:, side], 2))], "muted", width=1) for side in (0, 1)),
    ]
