"""Maps of pairs of parameters, as predicted by the surrogate."""

import itertools

import numpy as np

from hpsearch.analysis.anova import Importance
from hpsearch.analysis.surface import pair
from hpsearch.errors import UsageError
from hpsearch.reports.figures.axes import COLUMN_CHARACTERS, parameter_axis, short
from hpsearch.reports.figures.figure import SCALE, Cells, Dots, Figure, Mark, Panel
from hpsearch.reports.figures.run_data import RunData
from hpsearch.reports.figures.slices import by_importance
from hpsearch.reports.importance import model_quality
from hpsearch.reports.text import plain
from hpsearch.space import Floats

__all__ = ["pair_maps"]

_CELLS = 24
_MOST_PARAMETERS = 4
_BEST_SHOWN = 20


def pair_maps(data: RunData, found: Importance | None) -> Figure:
    """The mean metric over every pair of the four most important parameters.

    Args:
        data: The run.
        found: Which parameters matter; None if that is unknown.

    Raises:
        UsageError: Fewer than two parameters are searched, or there are too few results to learn from.
    """
    if data.space.dimensions < 2:
        raise UsageError("A map needs two parameters; this search has fewer.")
    learned = data.learned
    if learned is None:
        raise UsageError("There are too few different results to draw maps from.")
    important = sorted(by_importance(data, found)[0][:_MOST_PARAMETERS])
    pairs = list(itertools.combinations(important, 2))
    maps = {columns: pair(learned, *columns, _CELLS) for columns in pairs}
    edges = np.quantile(
        np.concatenate([each.ravel() for each in maps.values()]), np.linspace(1, 0, SCALE + 1)
    )
    panels = [_panel(data, columns, maps[columns], edges) for columns in pairs]
    sign = 1.0 if data.metric.goal == "minimize" else -1.0
    names = [("worst eighth", 0), ("middle", SCALE // 2), ("best eighth", SCALE - 1)]
    legend = [
        (f"scale{level}", f"{name}: {plain(sign * float(edges[level : level + 2].mean()))}")
        for name, level in names
    ]
    caption = (
        f"The surrogate's mean {data.metric.name} over two parameters, averaged over the others, in eighths"
        f" of the area. Dots are the best {min(_BEST_SHOWN, len(data.ranked))} trials. "
        f"{model_quality(learned.explained)}"
    )
    return Figure(
        "maps", "Maps of pairs", caption, panels, min(3, len(panels)), 270, [*legend, ("best", "best trials")]
    )


def _panel(data: RunData, columns: tuple[int, int], means: Floats, edges: Floats) -> Panel:
    first, second = (data.space.parameters[column] for column in columns)
    levels = np.clip(np.searchsorted(-edges, -means, side="right") - 1, 0, SCALE - 1)
    marks: list[Mark] = []
    for level in range(SCALE):
        left, bottom = np.nonzero(levels == level)
        boxes = np.column_stack([left, bottom, left + 1, bottom + 1]) / _CELLS
        marks.append(Cells(boxes, f"scale{level}"))
    numbers = {result.number for result in data.ranked[:_BEST_SHOWN]}
    active = np.asarray(data.space.active(data.units)[:, list(columns)].all(axis=1))
    best = [row for row, trial in enumerate(data.trials) if trial.number in numbers and active[row]]
    shown = data.units[best]
    trials = [data.trials[row].number for row in best]
    marks += [
        Dots(shown[:, columns[0]], shown[:, columns[1]], "paper", size=8),
        Dots(shown[:, columns[0]], shown[:, columns[1]], "best", trials),
    ]
    x = parameter_axis(first, COLUMN_CHARACTERS)
    title = f"{short(second.name, 20)} against {short(first.name, 20)}"
    return Panel(x, parameter_axis(second), marks, title, left=82)
