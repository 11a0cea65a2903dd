"""Decision regions: where the answer of a model changes, in the plane of two features."""

from collections.abc import Callable, Sequence

import numpy as np

from hpsearch.reports.figures.figure import SERIES, Axis, Dots, Lines, Mark, Panel
from hpsearch.space import Floats

__all__ = ["boundaries", "region_panel"]

STEPS = 90
"""The size, along each feature, of the grid on which a model predicts the class."""


def region_panel(
    title: str,
    rows: Floats,
    classes: Floats,
    classify: Callable[[Floats], Floats],
    names: Sequence[str] = ("feature 1", "feature 2"),
) -> Panel:
    """Rows, coloured by class, and lines where the most probable class changes.

    Args:
        title: The title of the panel.
        rows: Shape (n, 2).
        classes: The classes of the rows, (n,); whole numbers from 0.
        classify: Returns the most probable classes of rows of two features.
        names: The names of the features.
    """
    spread = np.ptp(rows, axis=0)
    low, high = rows.min(axis=0) - 0.05 * spread, rows.max(axis=0) + 0.05 * spread
    x, y = (np.linspace(low[side], high[side], STEPS) for side in (0, 1))
    grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    found = np.asarray(classify(grid)).reshape(STEPS, STEPS)
    marks: list[Mark] = []
    for each in np.unique(classes):
        own = rows[np.asarray(classes) == each]
        marks.append(Dots(own[:, 0], own[:, 1], f"series{int(each) % SERIES}", size=4))
    marks.append(Lines(boundaries(found, x, y), "ink"))
    across, up = (Axis(names[side], (), float(low[side]), float(high[side])) for side in (0, 1))
    return Panel(across, up, marks, title)


def boundaries(classes: Floats, x: Floats, y: Floats) -> list[tuple[Floats, Floats]]:
    """The edges between neighbouring points of a grid that have different classes.

    Args:
        classes: The class of each point, (x, y).
        x: The coordinates of the points, (x,).
        y: The coordinates of the points, (y,).
    """
    across, up = (x[1] - x[0]) / 2, (y[1] - y[0]) / 2
    edges = [
        (np.array([x[i] + across, x[i] + across]), np.array([y[j] - up, y[j] + up]))
        for i, j in zip(*np.nonzero(classes[1:] != classes[:-1]), strict=True)
    ]
    return edges + [
        (np.array([x[i] - across, x[i] + across]), np.array([y[j] + up, y[j] + up]))
        for i, j in zip(*np.nonzero(classes[:, 1:] != classes[:, :-1]), strict=True)
    ]
