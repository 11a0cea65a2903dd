"""The history of a search: each trial, the best so far, and what random search would have reached."""

import numpy as np

from hpsearch.analysis.surface import best_of_random
from hpsearch.errors import UsageError
from hpsearch.reports.figures.axes import count_axis, metric_axis
from hpsearch.reports.figures.figure import SERIES, Cells, Dots, Figure, Lines, Mark, Panel
from hpsearch.reports.figures.run_data import RunData
from hpsearch.reports.figures.zoom import dot_size
from hpsearch.reports.text import plain
from hpsearch.space import Floats

__all__ = ["history"]

_STEPS = 160  # points of the band


def history(data: RunData) -> Figure:
    """Trial number against value, by phase.

    Raises:
        UsageError: No trial has a value yet.
    """
    if not data.ranked:
        raise UsageError("No trial has a value yet, so there is no history to show.")
    metric, sign = data.metric, 1.0 if data.metric.goal == "minimize" else -1.0
    values = sign * data.losses
    scale = metric_axis(metric, values)
    phases = dict.fromkeys(data.phase(trial) for trial in data.trials)
    roles = {phase: f"series{index % SERIES}" for index, phase in enumerate(phases)}
    size = dot_size(len(data.trials))
    marks: list[Mark] = []
    band = _band(data)
    if band is not None:
        marks += _band_marks(scale.at(sign * band[0]), scale.at(sign * band[1]))
    for phase, role in roles.items():
        rows = [row for row, trial in enumerate(data.trials) if data.phase(trial) == phase]
        numbers = [data.trials[row].number for row in rows]
        marks.append(Dots(data.numbers[rows], scale.at(values[rows]), role, numbers, size))
    failed = [row for row, trial in enumerate(data.trials) if _failed(data, trial.number)]
    if failed:
        edge = scale.axis.high if metric.goal == "minimize" else scale.axis.low
        numbers = [data.trials[row].number for row in failed]
        marks.append(Dots(data.numbers[failed], np.full(len(failed), edge), "muted", numbers, 4))
    marks.append(_best_so_far(data, scale.at(values)))
    legend = [(role, phase) for phase, role in roles.items()] + [("ink", "best so far")]
    legend += [("muted", "no value")] if failed else []
    legend += [("band", "random search (middle 90 %)")] if band is not None else []
    caption = f"Each dot is a trial; the line is the best so far, {plain(data.ranked[0].value)} at the end."
    if band is not None:
        caption += (
            " The band is where the best of as many random trials would be in 90 % of searches, estimated"
            " from the surrogate."
        )
    if scale.worst is not None:
        caption += f" Values worse than {plain(scale.worst)} are drawn at the edge."
    x = count_axis("trial", max(trial.number for trial in data.trials))
    panel = Panel(x, scale.axis, marks)
    return Figure("history", "History of the search", caption, [panel], height=340, legend=legend)


def _failed(data: RunData, number: int) -> bool:
    result = data.by_number.get(number)
    return result is not None and result.value is None


def _best_so_far(data: RunData, positions: Floats) -> Lines:
    """A staircase through the trials that were better than all before."""
    xs: list[float] = []
    ys: list[float] = []
    best = np.inf
    for number, loss, position in zip(data.numbers, data.losses, positions, strict=True):
        if loss < best:
            xs += [number, number] if xs else [number]
            ys += [ys[-1], position] if ys else [position]
            best = loss
    return Lines([(np.array([*xs, data.numbers[-1]]), np.array([*ys, ys[-1]]))], "ink", width=2)


def _band(data: RunData) -> tuple[Floats, Floats] | None:
    """The 5 % and 95 % quantiles of the best of the same number of random trials; None if unknown."""
    if not data.adaptive:
        return None
    learned = data.learned
    if learned is None or learned.explained <= 0:
        return None
    low, _, high = best_of_random(learned, len(data.trials))
    return low, high


def _band_marks(low: Floats, high: Floats) -> list[Mark]:
    ends = np.unique(np.geomspace(1, len(low), _STEPS).astype(np.intp))
    starts = np.concatenate([[0], ends[:-1]])
    bottom, top = np.minimum(low, high)[ends - 1], np.maximum(low, high)[ends - 1]
    return [Cells(np.column_stack([starts, bottom, ends, top]), "band")]
