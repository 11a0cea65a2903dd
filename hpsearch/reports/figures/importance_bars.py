"""Importance: how much of the metric's variance each parameter, and each pair, explains."""

import numpy as np

from hpsearch.analysis.anova import Importance
from hpsearch.errors import UsageError
from hpsearch.reports.figures.axes import short
from hpsearch.reports.figures.figure import Axis, Cells, Figure, Lines, Mark, Panel
from hpsearch.reports.figures.run_data import RunData
from hpsearch.reports.importance import model_quality

__all__ = ["importance_bars"]

_MOST_PAIRS = 5
_SMALLEST = 0.005
_MOST = 20
_NAME = 34


def importance_bars(data: RunData, found: Importance | None) -> Figure:
    """Bars with 90 % intervals, the largest first.

    Args:
        data: The run.
        found: The estimates; None if there are too few results.

    Raises:
        UsageError: There are too few results, or they are too similar.
    """
    if found is None:
        raise UsageError("There are too few different results to estimate importance from.")
    alone = [effect for effect in found.effects if len(effect.names) == 1]
    pairs = [effect for effect in found.effects if len(effect.names) == 2 and effect.share >= _SMALLEST]
    effects = sorted([*alone, *pairs[:_MOST_PAIRS]], key=lambda effect: -effect.share)[:_MOST]
    count = len(effects)
    heights = np.arange(count, 0, -1, dtype=np.float64)
    shares = np.array([effect.share for effect in effects])
    boxes = np.column_stack([np.zeros(count), heights - 0.32, shares, heights + 0.32])
    single = np.array([len(effect.names) == 1 for effect in effects])
    lines = [
        (np.array([effect.low, effect.high]), np.array([height, height]))
        for effect, height in zip(effects, heights, strict=True)
    ]
    marks: list[Mark] = [
        Cells(boxes[single], "main"),
        Cells(boxes[~single], "series1"),
        Lines(lines, "ink", width=2),
    ]
    names = [short(" × ".join(effect.names), _NAME) for effect in effects]
    logarithmic = ", on a logarithmic scale" if found.compressed else ""
    x = Axis(
        f"share of the variance of {data.metric.name}{logarithmic}",
        [(tick / 10, f"{10 * tick} %") for tick in range(0, 11, 2)],
        0.0,
        1.02,
    )
    y = Axis("", list(zip(heights.tolist(), names, strict=True)), 0.4, count + 0.6)
    panel = Panel(x, y, marks, left=230)
    caption = f"Bars are medians, lines 90 % intervals. {model_quality(found.explained)}"
    legend = [("main", "alone"), *([("series1", "two together, beyond that")] if not single.all() else [])]
    height = 80 + 26 * count
    return Figure("importance", "Importance", caption, [panel], height=height, legend=legend, wide=True)
