"""Marginals: the metric over each parameter, averaged over the others, with its uncertainty."""

import numpy as np

from hpsearch.analysis.anova import Importance
from hpsearch.analysis.surface import Marginal, has_few_values, marginal
from hpsearch.errors import UsageError
from hpsearch.reports.figures.axes import COLUMN_CHARACTERS, MetricAxis, metric_axis, parameter_axis, short
from hpsearch.reports.figures.figure import Cells, Dots, Figure, Lines, Mark, Panel
from hpsearch.reports.figures.run_data import RunData
from hpsearch.reports.figures.slices import by_importance
from hpsearch.reports.importance import model_quality
from hpsearch.space import Parameter

__all__ = ["marginals"]

_BAR = 0.012  # half the width of a bar for a parameter with few values


def marginals(data: RunData, found: Importance | None) -> Figure:
    """The mean metric over each parameter with a 90 % band, one panel each, the most important first.

    Args:
        data: The run.
        found: Which parameters matter; None if that is unknown.

    Raises:
        UsageError: There are too few results to learn from.
    """
    learned = data.learned
    if learned is None:
        raise UsageError("There are too few different results to draw marginals from.")
    columns, shares = by_importance(data, found)
    sign = 1.0 if data.metric.goal == "minimize" else -1.0
    curves = {column: marginal(learned, column) for column in columns}
    ends = np.concatenate([np.concatenate([each.low, each.high]) for each in curves.values()])
    scale = metric_axis(data.metric, sign * ends, f"mean {data.metric.name}")
    panels = []
    for column in columns:
        parameter = data.space.parameters[column]
        name = short(parameter.name, 30)
        title = f"{name} · {100 * shares[column]:.0f} %" if column in shares else name
        marks = _marks(parameter, curves[column], scale, sign)
        panels.append(Panel(parameter_axis(parameter, COLUMN_CHARACTERS), scale.axis, marks, title))
    caption = (
        f"The line is {data.metric.name} averaged over the other parameters, as the model predicts it; in"
        " 90 % of the functions that fit the results, it is inside the band. Where the band is wide, few"
        " trials were near. A parameter with a condition is shown where it is used."
        f" {model_quality(learned.explained)}"
    )
    if shares:
        caption += " Percentages are the shares of the variance that a parameter explains alone."
    legend = [("ink", "mean"), ("band", "90 % band")]
    return Figure("marginal", "Marginals", caption, panels, min(3, len(panels)), 250, legend)


def _marks(parameter: Parameter, curve: Marginal, scale: MetricAxis, sign: float) -> list[Mark]:
    bottom, middle, top = (scale.at(sign * each) for each in (curve.low, curve.middle, curve.high))
    bottom, top = np.minimum(bottom, top), np.maximum(bottom, top)
    if has_few_values(parameter):
        boxes = np.column_stack([curve.units - _BAR, bottom, curve.units + _BAR, top])
        return [Cells(boxes, "band"), Dots(curve.units, middle, "ink", size=7)]
    edges = [(lows[:-1] + lows[1:]) / 2 for lows in (bottom, top)]
    boxes = np.column_stack([curve.units[:-1], edges[0], curve.units[1:], edges[1]])
    return [Cells(boxes, "band"), Lines([(curve.units, middle)], "ink", width=2)]
