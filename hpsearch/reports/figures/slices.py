"""Slices: each parameter against the metric, the most important first."""

from collections.abc import Sequence

import numpy as np

from hpsearch.analysis.anova import Importance
from hpsearch.errors import UsageError
from hpsearch.reports.figures.axes import COLUMN_CHARACTERS, MetricAxis, metric_axis, parameter_axis, short
from hpsearch.reports.figures.figure import Dots, Figure, Lines, Mark, Panel
from hpsearch.reports.figures.run_data import RunData
from hpsearch.reports.figures.zoom import by_rank, rank_legend
from hpsearch.space import Floats, Parameter

__all__ = ["by_importance", "slices"]

_BINS = 10
_FEWEST = 3  # trials in a bin for it to have a bar


def slices(data: RunData, found: Importance | None) -> Figure:
    """Value against metric, one panel per parameter, with 90 % bars.

    Args:
        data: The run.
        found: Which parameters matter; None if that is unknown.

    Raises:
        UsageError: Nothing is searched, or no trial has a value.
    """
    if not data.space.parameters or not data.ranked:
        raise UsageError("No trial has a value yet, so there are no slices to show.")
    values = data.losses if data.metric.goal == "minimize" else -data.losses
    scale = metric_axis(data.metric, values)
    active = data.space.active(data.units)
    columns, shares = by_importance(data, found)
    panels = []
    for column in columns:
        parameter, units = data.space.parameters[column], data.units[:, column]
        on = active[:, column] & np.isfinite(values)
        marks = by_rank(data, units, scale.at(values), on)
        marks += _bars(parameter, units[on], values[on], scale)
        name = short(parameter.name, 30)
        title = f"{name} · {100 * shares[column]:.0f} %" if column in shares else name
        panels.append(Panel(parameter_axis(parameter, COLUMN_CHARACTERS), scale.axis, marks, title))
    caption = (
        f"Each dot is a trial; the vertical axis is {data.metric.name}. Bars are the middle 90 % of the"
        " trials in each tenth of the range, points on them the medians. Dots off their bar were lucky or"
        " unlucky in the other parameters."
    )
    if shares:
        caption += " Percentages are the shares of the variance that a parameter explains alone."
    return Figure("slices", "Slices", caption, panels, min(3, len(panels)), 250, rank_legend())


def by_importance(data: RunData, found: Importance | None) -> tuple[Sequence[int], dict[int, float]]:
    """The columns, the most important first, and the share of each if known."""
    column = {name: index for index, name in enumerate(data.space.names)}
    effects = [] if found is None else found.effects
    shares = {column[each.names[0]]: each.share for each in effects if len(each.names) == 1}
    return sorted(range(data.space.dimensions), key=lambda each: -shares.get(each, 0.0)), shares


def _bars(parameter: Parameter, units: Floats, values: Floats, scale: MetricAxis) -> list[Mark]:
    if parameter.count <= _BINS:
        centres = np.unique(units)
        bins = np.searchsorted(centres, units)
    else:
        centres = (np.arange(_BINS) + 0.5) / _BINS
        bins = np.minimum((units * _BINS).astype(np.intp), _BINS - 1)
    lines, medians = [], []
    for index, centre in enumerate(centres.tolist()):
        inside = values[bins == index]
        if len(inside) >= _FEWEST:
            low, middle, high = scale.at(np.quantile(inside, [0.05, 0.5, 0.95]))
            lines.append((np.array([centre, centre]), np.array([low, high])))
            medians.append((centre, middle))
    points = np.array(medians).reshape(-1, 2)
    return [Lines(lines, "ink", width=1.5), Dots(points[:, 0], points[:, 1], "ink", size=6)]
