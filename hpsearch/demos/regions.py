"""Decision regions: what softmax regression can tell apart, and what a network can."""

from collections.abc import Sequence

import numpy as np

from hpsearch.data.arrays import Array
from hpsearch.demos.demonstration import Demonstration, dataset, interval, validation_errors
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.passes import EvaluationPass
from hpsearch.network.train import Training
from hpsearch.reports.figures import Figure
from hpsearch.reports.figures.figure import Axis, Dots, Lines, Mark, Panel
from hpsearch.space import Floats

__all__ = ["demonstration"]

SEEDS = range(5)
EPOCHS = 40
TASKS = ("blobs", "moons", "spirals")
LAYERS = {"Softmax regression": 0, "Two hidden layers": 2}
"""How many hidden layers each model has."""
_NETWORK = {"hidden_units": 32, "optimizer": "adam", "learning_rate": 0.01, "batch_size": 32}
_STEPS = 90
"""Of the grid on which a model is asked for the class."""


def demonstration(
    seeds: Sequence[int] = SEEDS, tasks: Sequence[str] = TASKS, epochs: int = EPOCHS
) -> Demonstration:
    """Train softmax regression and a network on data with two features; draw where their answer changes.

    Args:
        seeds: A training of both models for each.
        tasks: The data sets.
        epochs: Of every training.
    """
    findings, panels = [], []
    for task in tasks:
        errors = {
            model: np.array(
                validation_errors(task, {**_NETWORK, "hidden_layers": layers, "epochs": epochs}, seeds)
            )
            for model, layers in LAYERS.items()
        }
        straight, curved = errors.values()
        mean, low, high = interval(straight - curved)
        findings.append(
            f"{task}: validation error {straight.mean():.3f} of softmax regression and {curved.mean():.3f} of"
            f" the network; difference {mean:+.3f} [{low:+.3f}, {high:+.3f}]."
        )
        for model, layers in LAYERS.items():
            panels.append(_panel(f"{task}: {model.lower()}", task, layers, epochs))
    findings.append(f"The intervals are of 90 %, over {len(seeds)} paired seeds.")
    caption = (
        "Lines: where the most probable class changes. Dots: the validation rows, coloured by class. Both"
        " features are standardised. Between two classes softmax regression has a straight line."
    )
    return Demonstration(Figure("regions", "Decision regions", caption, panels, 2, 300), findings)


def _panel(title: str, task: str, layers: int, epochs: int) -> Panel:
    data = dataset(task)
    values = {**_NETWORK, "hidden_layers": layers, "epochs": epochs}
    training = Training(data, Hyperparameters.from_values(values), seeds=[0])
    for _ in training:
        pass
    low, high = data.x_validation.min(axis=0) - 0.2, data.x_validation.max(axis=0) + 0.2
    x, y = (np.linspace(low[side], high[side], _STEPS) for side in (0, 1))
    rows = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2).astype(data.x_train.dtype)
    found = EvaluationPass(training.network).log_probabilities(rows)[0].argmax(axis=1)
    marks: list[Mark] = []
    for each in range(data.n_classes):
        own = data.x_validation[data.y_validation == each].astype(np.float64)
        marks.append(Dots(own[:, 0], own[:, 1], f"series{each}", size=4))
    marks.append(Lines(_boundaries(found.reshape(_STEPS, _STEPS), x, y), "ink"))
    across, up = (Axis(f"feature {side + 1}", (), float(low[side]), float(high[side])) for side in (0, 1))
    return Panel(across, up, marks, title)


def _boundaries(classes: Array, x: Floats, y: Floats) -> list[tuple[Floats, Floats]]:
    """The edges between neighbouring points of a grid that have different classes.

    Args:
        classes: Of each point, (x, y).
        x: Where the points are, (x,).
        y: Where the points are, (y,).
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
