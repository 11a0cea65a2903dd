"""Learning curves, with the rungs at which trials were stopped early."""

from collections.abc import Callable, Sequence

import numpy as np

from hpsearch.errors import UsageError
from hpsearch.reports.figures.axes import count_axis, metric_axis
from hpsearch.reports.figures.figure import Figure, Lines, Mark, Panel
from hpsearch.reports.figures.run_data import RunData
from hpsearch.space import Floats
from hpsearch.trial import Result

__all__ = ["learning_curves"]

_COLOURED = 5
_MOST = 400  # curves drawn: more would be a grey wall
_DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2")


def learning_curves(data: RunData) -> Figure:
    """Epoch against the metric: the five best coloured, the others in grey, and the rungs' thresholds.

    Raises:
        UsageError: No trial has reported more than one epoch.
    """
    curves = [result for result in data.results if len(result.curve) > 1]
    if not curves:
        raise UsageError("No trial has reported more than one epoch, so there are no learning curves.")
    best = [result for result in data.ranked if len(result.curve) > 1][:_COLOURED]
    leading = {result.number for result in best}
    rest = [result for result in curves if result.number not in leading]
    drawn = rest[:: max(1, -(-len(rest) // _MOST))]
    points = np.concatenate([_values(data, result) for result in curves])
    scale = metric_axis(data.metric, points)
    marks: list[Mark] = [
        Lines(
            [(_epochs(result), scale.at(_values(data, result))) for result in drawn],
            "faint",
            [result.number for result in drawn],
            1,
        )
    ]
    rungs = [(rung.epoch, data.metric.loss(rung.loss)) for trial in data.trials for rung in trial.rungs]
    if rungs:
        marks.append(_rungs(rungs, scale.at))
    for index, result in reversed(list(enumerate(best))):
        line = (_epochs(result), scale.at(_values(data, result)))
        marks.append(Lines([line], f"series{index}", [result.number], 2.5, _DASHES[index]))
    legend = [(f"series{index}", f"trial {result.number}") for index, result in enumerate(best)]
    legend += [("faint", "others")] + ([("ink", "threshold at a rung")] if rungs else [])
    caption = f"The best {len(best)} of {len(curves)} learning curves are coloured."
    if len(drawn) < len(rest):
        caption += f" Of the others, {len(drawn)} are drawn, spread over the search."
    if rungs:
        caption += (
            " Bars are the thresholds at rungs: the middle 90 % over all trials. A trial that was"
            " worse there was stopped."
        )
    x = count_axis("epoch", max(result.curve[-1].number for result in curves), low=1)
    panel = Panel(x, scale.axis, marks)
    return Figure("curves", "Learning curves", caption, [panel], height=340, legend=legend)


def _epochs(result: Result) -> Floats:
    return np.array([epoch.number for epoch in result.curve], dtype=np.float64)


def _values(data: RunData, result: Result) -> Floats:
    values = [epoch.metrics.get(data.metric.name) for epoch in result.curve]
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _rungs(rungs: Sequence[tuple[int, float]], at: Callable[[Floats], Floats]) -> Lines:
    """For each epoch with a rung, a bar over the range of thresholds."""
    lines = []
    for epoch in sorted({epoch for epoch, _ in rungs}):
        thresholds = np.array([threshold for other, threshold in rungs if other == epoch])
        ends = at(np.quantile(thresholds, [0.05, 0.95]))
        lines.append((np.array([epoch, epoch], dtype=np.float64), ends))
    return Lines(lines, "ink", width=4)
