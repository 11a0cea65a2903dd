"""Grid against random: the values of each parameter that a grid of the same size would have tried."""

import math

import numpy as np

from hpsearch.errors import UsageError
from hpsearch.reports.figures.axes import COLUMN_CHARACTERS, parameter_axis, short
from hpsearch.reports.figures.figure import Axis, Dots, Figure, Label, Mark, Panel
from hpsearch.reports.figures.run_data import RunData
from hpsearch.space import Floats, Parameter, Space

__all__ = ["grid_levels", "grid_or_random"]

_TITLE = 34


def grid_or_random(data: RunData) -> Figure:
    """For each parameter, the distinct values that the search tried, and those of a grid.

    Raises:
        UsageError: Nothing is searched, or no trial has started.
    """
    if not data.space.parameters or not data.trials:
        raise UsageError("Nothing has been searched yet, so there is no grid to compare with.")
    count = len(data.trials)
    levels = grid_levels(data.space, count)
    active = data.space.active(data.units)
    panels = []
    for column, (parameter, level) in enumerate(zip(data.space.parameters, levels, strict=True)):
        tried = np.unique(data.units[active[:, column], column])
        grid = _grid(parameter, level)
        marks: list[Mark] = [
            Dots(tried, np.full(len(tried), 2.0), "main", size=6),
            Dots(grid, np.full(len(grid), 1.0), "best", size=9),
            Label(0.0, 2.0, f"search: {_values(len(tried))}", dy=-12),
            Label(0.0, 1.0, f"grid: {_values(len(grid))}", dy=-12),
        ]
        y = Axis("", [], 0.5, 2.9)
        panels.append(
            Panel(
                parameter_axis(parameter, COLUMN_CHARACTERS), y, marks, short(parameter.name, _TITLE), left=16
            )
        )
    size = math.prod(levels)
    trials, points = ("1 trial", "1 point") if count == 1 else (f"{count} trials", f"{count} points")
    caption = (
        f"The values of each parameter that {trials} tried, and those of a grid of at most {points} ({size}:"
        f" {' × '.join(map(str, levels))}). Where one parameter matters most, the grid repeats"
        " its few values while the search tries a new one in each trial (Bergstra & Bengio, 2012)."
    )
    legend = [("main", "this search"), ("best", "a grid")]
    columns = min(3, len(panels))
    return Figure("grid", "Grid against random", caption, panels, columns, 170, legend)


def grid_levels(space: Space, trials: int) -> list[int]:
    """The number of values per parameter in the largest even grid of at most that many points.

    Args:
        space: The space that is searched.
        trials: How many points the grid may have.
    """
    levels = [1] * space.dimensions
    while True:
        room = [
            index
            for index, parameter in enumerate(space.parameters)
            if levels[index] < parameter.count
            and math.prod(levels) // levels[index] * (levels[index] + 1) <= trials
        ]
        if not room:
            return levels
        levels[min(room, key=lambda index: (levels[index], index))] += 1


def _grid(parameter: Parameter, level: int) -> Floats:
    spread = np.array([0.5]) if level == 1 else np.linspace(0.0, 1.0, level)
    return np.unique(parameter.snap(spread))


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count} values"
