"""A person's actions in the nursery, as a plan that a process can follow, be killed in, and take up again."""

import functools
import os
import signal
import sys
from pathlib import Path

from hpsearch.data.load import load
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.nursery.learner import Begin
from hpsearch.nursery.nursed_model import NursedModel
from hpsearch.nursery.nursed_network import NursedNetwork
from hpsearch.touches import Touch

VALUES = {"hidden_units": 8, "epochs": 14, "learning_rate": 0.05, "dropout": 0.1}
PLAN = [
    Touch.from_json(data)
    for data in (
        {"epoch": 3, "learning_rate": "×0.5"},
        {"epoch": 5, "dropout": 0.3, "batch_size": 32},
        {"epoch": 9, "back_to": 4, "momentum": 0.8},
        {"epoch": 6, "learning_rate": "÷1.5"},
        {"epoch": 8, "weight_decay": 0.001, "label_smoothing": 0.05},
        {"epoch": 14, "epochs": 16},
    )
]
"""Six touches; the third returns to a checkpoint."""


def model(directory: Path) -> NursedModel:
    """The model of the plan."""
    return NursedModel(directory, beginning())


def beginning() -> Begin:
    """The model's initial state."""
    return functools.partial(
        NursedNetwork,
        dataset=load("moons", seed=0),
        hyperparameters=Hyperparameters.from_values(VALUES),
        seed=5,
    )


def follow(nursed: NursedModel, kill_after: int | None = None) -> None:
    """Follow the plan from the model's present state.

    Args:
        nursed: The model.
        kill_after: The number of writes to the diary that this process survives; all of them if None.
    """
    writes = 0

    def written() -> None:
        nonlocal writes
        writes += 1
        if writes == kill_after:
            os.kill(os.getpid(), signal.SIGKILL)

    for touch in PLAN[len(nursed.history.touches) :]:
        while nursed.learner.epoch < touch.epoch:
            nursed.train_epoch()
            written()
        nursed.touch(touch.changes, touch.back_to)
        written()
    while not nursed.learner.ended:
        nursed.train_epoch()
        written()


if __name__ == "__main__":
    follow(model(Path(sys.argv[1])), int(sys.argv[2]))
