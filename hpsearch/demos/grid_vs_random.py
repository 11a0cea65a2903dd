"""Grid against random: the same number of trials each, with hyperparameters that differ in importance."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hpsearch.demos.demonstration import Demonstration, interval, validation_errors
from hpsearch.reports.figures import Figure
from hpsearch.reports.figures.axes import parameter_axis
from hpsearch.reports.figures.figure import Dots, Panel
from hpsearch.space import Floats, Number, Space

__all__ = ["demonstration"]

REPEATS = 12
"""How many grids, and how many random searches, are run for each task."""
TASKS = {"digits": 3, "blobs": 4, "moons": 6, "spirals": 12}
"""The epochs of each task."""
_SPACE = Space(
    (
        Number("learning_rate", 1e-4, 1.0, prior="log"),
        Number("momentum", 0.5, 0.99, prior="reverse_log"),
        Number("batch_size", 16, 256, prior="log", integer=True),
        Number("hidden_units", 8, 128, prior="log", integer=True),
    )
)
_LEVELS = 2
_TRIALS = _LEVELS**_SPACE.dimensions


@dataclass(frozen=True, slots=True)
class _Task:
    """The regrets of the grids and of the random searches of one task, (repeats,)."""

    grid: Floats
    random: Floats


def demonstration(repeats: int = REPEATS, tasks: Mapping[str, int] = TASKS) -> Demonstration:
    """Repeatedly train 16 networks at the points of a grid of four hyperparameters and 16 at random points.

    Args:
        repeats: How many pairs of searches are run for each task. The grid is moved at random from pair to
            pair, so that its position is not decisive.
        tasks: The data sets, and how many epochs to train on each.
    """
    findings, all_differences = [], []
    for name, epochs in tasks.items():
        task = _compare(name, epochs, repeats)
        differences = task.grid - task.random
        all_differences.append(differences)
        mean, low, high = interval(differences)
        findings.append(
            f"{name}: the best of {_TRIALS} is worse than the best network found by"
            f" {np.mean(task.grid):.4f} on a grid and by"
            f" {np.mean(task.random):.4f} at random; grid − random = {mean:+.4f} [{low:+.4f}, {high:+.4f}]"
            " of validation error."
        )
    mean, low, high = interval(np.concatenate(all_differences))
    findings.append(
        f"All tasks: grid − random = {mean:+.4f} [{low:+.4f}, {high:+.4f}], the mean and its 90 % interval"
        f" over {repeats} pairs of searches per task."
    )
    return Demonstration(_picture(), findings)


def _compare(data: str, epochs: int, repeats: int) -> _Task:
    rng = np.random.default_rng(1)
    best: dict[str, list[float]] = {"grid": [], "random": []}
    for repeat in range(repeats):
        shift = rng.random(_SPACE.dimensions)
        points = {"grid": _grid(_LEVELS, shift), "random": rng.random((_TRIALS, _SPACE.dimensions))}
        for kind, units in points.items():
            found = [
                validation_errors(data, {**values, "optimizer": "momentum", "epochs": epochs}, [repeat])[0]
                for values in _SPACE.values(_SPACE.snap(units))
            ]
            best[kind].append(min(found))
    lowest = min(min(values) for values in best.values())
    return _Task(np.array(best["grid"]) - lowest, np.array(best["random"]) - lowest)


def _grid(levels: int, shift: Floats) -> Floats:
    """The points of a grid, moved within its cells, (levels ** dimensions, dimensions)."""
    axes = [np.arange(levels) / levels] * len(shift)
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(shift)) + shift / levels


def _picture() -> Figure:
    rng = np.random.default_rng(0)
    points = {
        "A grid: 3 learning rates": _grid(3, np.array([0.5, 0.5])),
        "Random: 9 learning rates": rng.random((9, 2)),
    }
    x, y = (parameter_axis(parameter) for parameter in _SPACE.parameters[:2])
    panels = []
    for (title, units), role in zip(points.items(), ("best", "main"), strict=True):
        below = np.full(len(units), y.low + 0.02)
        marks = [Dots(units[:, 0], units[:, 1], role, size=10), Dots(units[:, 0], below, "ink", size=5)]
        panels.append(Panel(x, y, marks, title))
    caption = (
        "Nine trials each, of a learning rate (horizontal) and a momentum (vertical). The small dots at the"
        " bottom are the learning rates that were tried: if the other hyperparameter matters little, a grid"
        " tries three values and a random search nine (Bergstra & Bengio, 2012)."
    )
    legend = [("best", "grid"), ("main", "random"), ("ink", "learning rates tried")]
    return Figure("grid-vs-random", "Nine points: three values, or nine", caption, panels, 2, 300, legend)
