"""Decision regions: the classes that softmax regression can separate, and those that a network can."""

from collections.abc import Sequence

import numpy as np

from hpsearch.demos.demonstration import Demonstration, dataset, interval, validation_errors
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.passes import EvaluationPass
from hpsearch.network.train import Training
from hpsearch.reports.figures import Figure
from hpsearch.reports.figures.figure import Panel
from hpsearch.reports.figures.region_panel import region_panel
from hpsearch.space import Floats

__all__ = ["demonstration"]

SEEDS = range(5)
EPOCHS = 40
TASKS = ("blobs", "moons", "spirals")
LAYERS = {"Softmax regression": 0, "Two hidden layers": 2}
"""How many hidden layers each model has."""
_NETWORK = {"hidden_units": 32, "optimizer": "adam", "learning_rate": 0.01, "batch_size": 32}


def demonstration(
    seeds: Sequence[int] = SEEDS, tasks: Sequence[str] = TASKS, epochs: int = EPOCHS
) -> Demonstration:
    """Train softmax regression and a network on data with two features; draw where their answer changes.

    Args:
        seeds: The seeds; each trains both models.
        tasks: The data sets.
        epochs: The epochs of every training run.
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
    findings.append(f"These are 90 % intervals over {len(seeds)} paired seeds.")
    caption = (
        "Lines: where the most probable class changes. Dots: the validation rows, coloured by class. Both"
        " features are standardised. Softmax regression separates two classes by a straight line."
    )
    return Demonstration(Figure("regions", "Decision regions", caption, panels, 2, 300), findings)


def _panel(title: str, task: str, layers: int, epochs: int) -> Panel:
    data = dataset(task)
    values = {**_NETWORK, "hidden_layers": layers, "epochs": epochs}
    training = Training(data, Hyperparameters.from_values(values), seeds=[0])
    for _ in training:
        pass

    def classify(points: Floats) -> Floats:
        standard = points.astype(data.x_train.dtype)
        found = EvaluationPass(training.network).log_probabilities(standard)[0].argmax(axis=1)
        return np.asarray(found, dtype=np.float64)

    return region_panel(title, data.x_validation.astype(np.float64), data.y_validation, classify)
