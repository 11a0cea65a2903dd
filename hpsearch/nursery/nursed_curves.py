"""The curves of nursed models as a figure, with their touches."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from hpsearch.nursery.diary import History, TrainedEpoch
from hpsearch.reports.figures.axes import MetricAxis, count_axis, metric_axis
from hpsearch.reports.figures.figure import Figure, Label, Lines, Mark, Panel
from hpsearch.space import Floats
from hpsearch.trial import Epoch, Metric

_DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2", "1 3")


def nursed_curves(
    models: Mapping[str, History],
    name: str,
    *,
    epochs: int,
    best: Sequence[Epoch] = (),
    linear: bool = False,
    height: int = 340,
) -> Figure:
    """Epoch against a metric of one or more models, with marks where they were touched.

    Args:
        models: Their histories, by name.
        name: The metric; its training twin, if there is one, is drawn faint.
        epochs: The total number of epochs.
        best: The learning curve of the trial that leads the search.
        linear: Whether the axis is never logarithmic.
        height: The height in pixels.
    """
    twin = name.replace("val_", "train_") if name.startswith("val_") else ""
    shown = [_values(history.epochs, name) for history in models.values()]
    shown += [_values(history.epochs, twin) for history in models.values() if twin]
    shown.append(_values(best, name))
    scale = _axis(name, np.concatenate([*(y for _, y in shown), np.empty(0)]), linear=linear)
    last = max([epochs, *(len(history.epochs) for history in models.values())])
    marks: list[Mark] = []
    if len(best) > 1:
        marks.append(_line(_values(best, name), scale.at, "ink", dash="2 3"))
    for index, history in enumerate(models.values()):
        marks += [_line(_values(left, name), scale.at, "faint") for left in history.left]
        if twin and _has(history.epochs, twin):
            marks.append(_line(_values(history.epochs, twin), scale.at, "muted", dash="1 3"))
        role = f"series{index % 6}"
        marks.append(_line(_values(history.epochs, name), scale.at, role, 2.5, _DASHES[index % 6]))
        marks += _touched(history, scale)
    legend = [(f"series{index % 6}", f"{model} {name}") for index, model in enumerate(models)]
    legend += [("muted", twin)] if any(_has(each.epochs, twin) for each in models.values()) else []
    legend += [("ink", "the best trial of the search")] if len(best) > 1 else []
    caption = "▲ a touch. Faint: a path left for an earlier checkpoint."
    panel = Panel(count_axis("epoch", last, low=0), scale.axis, marks)
    return Figure("nursed", "Nursed model", caption, [panel], height=height, legend=legend)


def _axis(name: str, values: Floats, *, linear: bool) -> MetricAxis:
    scale = metric_axis(Metric(name), values)
    if linear and scale.logarithmic:  # a value of 0 keeps the axis linear
        scale = metric_axis(Metric(name), np.append(values, 0.0))
    return scale


def _values(epochs: Sequence[TrainedEpoch | Epoch], name: str) -> tuple[Floats, Floats]:
    found = [epoch.metrics.get(name) for epoch in epochs]
    numbers = [np.nan if value is None else value for value in found]
    return np.array([epoch.number for epoch in epochs], dtype=np.float64), np.array(numbers, dtype=np.float64)


def _has(epochs: Sequence[TrainedEpoch], name: str) -> bool:
    return bool(epochs) and name in epochs[0].metrics


def _line(
    points: tuple[Floats, Floats],
    at: Callable[[Floats], Floats],
    role: str,
    width: float = 1.0,
    dash: str = "",
) -> Lines:
    x, y = points
    finite = np.isfinite(y)
    return Lines([(x[finite], at(y[finite]))], role, width=width, dash=dash)


def _touched(history: History, scale: MetricAxis) -> list[Mark]:
    at = sorted({touch.leads_to for touch in history.touches})
    return [Label(epoch, scale.axis.low, "▲", "middle", "best") for epoch in at]
