"""The best so far of several searches on one axis."""

from collections.abc import Mapping, Sequence

import numpy as np

from hpsearch.analysis.comparison import best_so_far
from hpsearch.errors import UsageError
from hpsearch.reports.figures.axes import count_axis, metric_axis
from hpsearch.reports.figures.figure import SERIES, Figure, Label, Lines, Mark, Panel
from hpsearch.space import Floats
from hpsearch.trial import Metric

__all__ = ["best_so_far_figure"]

_LABEL = 0.06
"""The height of a label, as a share of the panel's."""


def best_so_far_figure(
    metric: Metric, losses: Mapping[str, Sequence[float]], *, bounds: bool = True
) -> Figure:
    """Trial number against the best value so far, a staircase for each run.

    Args:
        metric: The runs' metric.
        losses: The losses of each run by the numbers of their trials, NaN without a value.
        bounds: Whether to draw how far luck may have helped.

    Raises:
        UsageError: No trial has a value yet.
    """
    curves = {name: best_so_far(values) for name, values in losses.items()}
    drawn = [curve for pair in curves.values() for curve in (pair if bounds else pair[:1])]
    finite = [curve[np.isfinite(curve)] for curve in drawn]
    if not any(map(len, finite)):
        raise UsageError("No trial has a value yet, so there is nothing to compare.")
    sign = metric.loss(1.0)
    scale = metric_axis(metric, sign * np.concatenate(finite))
    marks: list[Mark] = []
    named: list[float] = []
    roles = {name: f"series{index % SERIES}" for index, name in enumerate(curves)}
    for name, (best, reached) in curves.items():
        lines = [(best, 2.0, "")]
        if bounds:
            lines.insert(0, (reached, 1.0, "4 3"))
        for curve, width, dash in lines:
            known = np.flatnonzero(np.isfinite(curve))
            if len(known):
                x, y = _staircase(known.astype(np.float64), curve[known])
                y = scale.at(sign * y)
                marks.append(Lines([(x, y)], roles[name], width=width, dash=dash))
        if len(known) and _has_room(end := float(scale.axis.share(y[-1:])[0]), named):
            named.append(end)
            marks.append(Label(x[-1], y[-1], name, "end", roles[name], dy=-5))
    caption = "Each line is the best so far of one run."
    if bounds:
        side = "below" if metric.goal == "minimize" else "above"
        caption += (
            " The dashed line of its colour allows for luck: of as many trials drawn again from its trials,"
            f" the best is {side} it in 95 % of the draws."
        )
    panel = Panel(count_axis("trial", max(map(len, losses.values())) - 1), scale.axis, marks)
    legend = [(role, name) for name, role in roles.items()]
    return Figure("compare", "Best so far", caption, [panel], height=340, legend=legend)


def _has_room(end: float, named: Sequence[float]) -> bool:
    """Whether there is room for a line's name next to those already drawn; the legend has all of them."""
    return all(abs(end - other) >= _LABEL for other in named)


def _staircase(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The corners of a line that changes at the points where ``y`` does."""
    change = np.flatnonzero(np.diff(y)) + 1
    xs = [x[0], *np.repeat(x[change], 2), x[-1]]
    ys = np.concatenate([[y[0]], *[[y[at - 1], y[at]] for at in change], [y[-1]]])
    return np.array(xs), ys
