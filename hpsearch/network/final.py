"""Training once more, on the training and validation rows, for use of the network."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.dataset import Dataset
from hpsearch.errors import DataError
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.model import Model
from hpsearch.network.passes import EvaluationPass
from hpsearch.network.touched import scheduled
from hpsearch.network.train import Training
from hpsearch.touches import Touch
from hpsearch.trial import Metric, Result, Value


@dataclass(frozen=True)
class FinalModel:
    """A network for use, and its quality.

    Attributes:
        model: The network.
        rows: How many rows it was trained on.
        metrics: ``test_loss``, ``test_error`` and ``test_accuracy``; empty without test rows.
        confusion: How many test rows of each class (rows) were predicted as each class (columns), shape
            (classes, classes).
    """

    model: Model
    rows: int
    metrics: Mapping[str, float]
    confusion: NDArray[np.int64]


def best_epoch(metric: Metric, result: Result | None) -> int | None:
    """The epoch at which a trial was best, counted from 1.

    Args:
        metric: The metric that the trial was ranked by.
        result: The trial's result; None if it has none.

    Returns:
        None if the trial's value is that of its last epoch, or if it has no value.
    """
    if metric.at != "best" or result is None or not result.status.ranked:
        return None
    return metric.epoch_of(result.curve).number


def train_final(
    dataset: Dataset,
    values: Mapping[str, Value],
    seed: int,
    on_epoch: Callable[[int, int, float], None],
    *,
    last_epoch: int | None = None,
    touches: Sequence[Touch] = (),
) -> FinalModel:
    """Train on the training and validation rows with given hyperparameters.

    Args:
        dataset: The data; its validation rows move to the training rows.
        values: Hyperparameters by name, including epochs.
        seed: The trial's seed.
        on_epoch: Called with the epoch, the number of epochs, and the training loss.
        last_epoch: The epoch to end after, counted from 1; ``epochs`` if None. Unlike fewer ``epochs``, it
            does not affect the learning rates of the epochs before it.
        touches: The touches of the trial's model during training.

    Raises:
        DataError: Training diverged on these rows.
    """
    whole = dataset.with_validation_in_training()
    training = Training(whole, Hyperparameters.from_values(values), [seed])
    epochs = last_epoch or training.hyperparameters.epochs
    for now, (metrics,) in itertools.islice(scheduled(training, touches), epochs):
        training = now
        on_epoch(training.epoch, epochs, metrics["train_loss"])
    if training.diverged or not math.isfinite(metrics["train_loss"]):
        raise DataError(
            f"the training diverged in epoch {training.epoch}; try another trial, or another seed"
        )
    tested, count = {}, whole.n_classes
    confusion = np.zeros((count, count), dtype=np.int64)
    if len(whole.x_test):
        (figures,) = training.evaluate(whole.x_test, whole.y_test)
        tested = {f"test_{name}": value for name, value in figures.items()}
        predicted = EvaluationPass(training.network).log_probabilities(whole.x_test)[0].argmax(axis=1)
        np.add.at(confusion, (whole.y_test, predicted), 1)
    model = training.model(extra={"seed": seed, **tested})
    return FinalModel(model, len(whole.x_train), tested, confusion)
