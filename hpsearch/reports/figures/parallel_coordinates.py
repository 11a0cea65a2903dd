"""Parallel coordinates: every trial a line through its values, on the scales of the priors."""

import numpy as np

from hpsearch.errors import UsageError
from hpsearch.reports.figures.axes import metric_axis, parameter_axis, short
from hpsearch.reports.figures.figure import SCALE, Axis, Figure, Label, Lines, Mark, Panel
from hpsearch.reports.figures.run_data import RunData
from hpsearch.reports.figures.zoom import rank_legend
from hpsearch.space import Floats

__all__ = ["parallel_coordinates"]

_UNUSED = -0.12
"""The height of the mark for parameters that a trial does not use."""
_MOST_AXES = 14
_MANY = 1000  # more lines than this are drawn thinner
_TICKS = 5


def parallel_coordinates(data: RunData) -> Figure:
    """One axis per parameter, the metric last; worse trials behind.

    Raises:
        UsageError: Nothing is searched, or no trial has a value.
    """
    if not data.space.parameters or not data.ranked:
        raise UsageError("No trial has a value yet, so there are no parallel coordinates to show.")
    columns = _columns(data)
    values = data.losses if data.metric.goal == "minimize" else -data.losses
    scale = metric_axis(data.metric, values)
    active = data.space.active(data.units)
    heights = np.where(active, data.units, _UNUSED)[:, columns]
    heights = np.column_stack([heights, scale.axis.share(scale.at(values))])
    marks = [*_lines(data, heights), *_rulers(data, columns, scale.axis, unused=not active[:, columns].all())]
    names = [short(data.space.names[column], _room(len(columns))) for column in columns]
    names.append(short(data.metric.name, _room(len(columns))))
    last = len(columns)
    axis = Axis("", list(enumerate(names)), -0.3, last + 0.4)
    caption = (
        "Each line is a trial; darker on paper, brighter on a dark screen, is better. Axes have the scales of"
        " the priors."
    )
    if not active[:, columns].all():
        caption += " Trials that do not use a parameter are below its axis."
    if len(columns) < data.space.dimensions:
        left_out = data.space.dimensions - len(columns)
        caption += f" {left_out} parameters that differ least among the good trials are left out."
    y = Axis("", [], -0.2, 1.06)
    panel = Panel(axis, y, marks, left=10, bare=True)
    title = "Parallel coordinates"
    return Figure("parallel", title, caption, [panel], height=400, legend=rank_legend(), wide=True)


def _room(axes: int) -> int:
    """How many characters of a name fit."""
    return max(6, min(20, 130 // (axes + 1)))


def _columns(data: RunData) -> list[int]:
    """The parameters to show; if there are too many, those in which the best quarter differs most."""
    d = data.space.dimensions
    if d <= _MOST_AXES:
        return list(range(d))
    good = data.units[data.quality >= 0.75]
    moved = np.abs(good.mean(axis=0) - data.units.mean(axis=0)) + data.units.std(axis=0) - good.std(axis=0)
    return sorted(np.argsort(-moved, kind="stable")[:_MOST_AXES].tolist())


def _lines(data: RunData, heights: Floats) -> list[Mark]:
    x = np.arange(heights.shape[1], dtype=np.float64)
    level = np.minimum(np.nan_to_num(data.quality, nan=-1.0) * SCALE, SCALE - 1)
    width = 1.0 if len(heights) <= _MANY else 0.4
    marks: list[Mark] = []
    for index in range(SCALE):
        rows = np.flatnonzero((level >= index) & (level < index + 1)).tolist()
        if len(rows):
            lines = [(x, heights[row]) for row in rows]
            numbers = [data.trials[row].number for row in rows]
            marks.append(Lines(lines, f"scale{index}", numbers, width))
    best = [row for row, trial in enumerate(data.trials) if trial.number == data.ranked[0].number]
    marks.append(Lines([(x, heights[row]) for row in best], "best", [data.ranked[0].number], 2.5))
    return marks


def _rulers(data: RunData, columns: list[int], metric: Axis, *, unused: bool) -> list[Mark]:
    marks: list[Mark] = []
    axes = [parameter_axis(data.space.parameters[column]) for column in columns]
    for index, axis in enumerate([*axes, metric]):
        at = float(index)
        marks.append(Lines([(np.array([at, at]), np.array([0.0, 1.0]))], "muted", width=1))
        last = index == len(axes)
        ticks = (
            [(float(metric.share(np.array([pos]))[0]), text) for pos, text in axis.ticks]
            if last
            else axis.ticks
        )
        every = max(1, -(-len(ticks) // _TICKS)) if last else 1
        marks += [
            Label(at, position, short(text, _room(len(columns))), dx=5, dy=3)
            for position, text in ticks[::every]
        ]
    if unused:
        marks.append(Label(0.0, _UNUSED, "not used", role="muted", dx=5, dy=3))
    return marks
