"""Training a nursed model once more, from its schedule alone, and comparing every bit."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from hpsearch.data.dataset import Dataset
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.touched import Checkpoints, scheduled
from hpsearch.network.train import Training
from hpsearch.nursery.diary import History


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay has shown.

    Attributes:
        history: Of the model.
        epochs: How many epochs were compared.
        differs: The first epoch with other metrics; None if there is none.
        parameters_differ: Whether the parameters after the last epoch are others; None if there is no
            checkpoint of it.
        training: The model at the end.
    """

    history: History
    epochs: int
    differs: int | None
    parameters_differ: bool | None
    training: Training

    @property
    def equal(self) -> bool:
        """Whether every bit that was compared is the same."""
        return self.differs is None and not self.parameters_differ


def replay(
    history: History,
    checkpoints: Checkpoints,
    dataset: Dataset,
    hyperparameters: Hyperparameters,
    seed: int,
    on_epoch: Callable[[int, int], None],
) -> Replay:
    """Train from the beginning with the schedule of a nursed model, without its detours.

    Args:
        history: Of the model.
        checkpoints: Of the model; only read.
        dataset: What it trained on.
        hyperparameters: What it began with.
        seed: What it began with.
        on_epoch: Called after each epoch with its number and how many there will be.

    Raises:
        UsageError: The schedule cannot be followed.
        DataError: The last checkpoint is damaged.
    """
    count, differs = len(history.epochs), None
    training = Training(dataset, hyperparameters, (seed,))
    for trained, (after, (metrics,)) in zip(
        history.epochs, scheduled(training, history.touches), strict=False
    ):
        training = after
        found = {name: value if math.isfinite(value) else None for name, value in metrics.items()}
        if differs is None and found != trained.metrics:
            differs = trained.number
        on_epoch(trained.number, count)
    if training.epoch < count and differs is None:
        differs = training.epoch + 1
    other = None
    if count in checkpoints.epochs() and training.epoch == count:
        kept = checkpoints.restore(count, dataset).network
        own = training.network
        other = (
            kept.parameters.tobytes() != own.parameters.tobytes()
            or kept.running_stats.tobytes() != own.running_stats.tobytes()
        )
    return Replay(history, count, differs, other, training)
