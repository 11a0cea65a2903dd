"""The built-in network in the nursery."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hpsearch.data.dataset import Dataset
from hpsearch.network.diagnostics import Diagnostics, LayerFigures
from hpsearch.network.hyperparameters import HYPERPARAMETERS, Hyperparameters
from hpsearch.network.touched import Checkpoints, advanced, touched
from hpsearch.network.train import Training
from hpsearch.nursery.diary import History
from hpsearch.nursery.learner import Seen
from hpsearch.touches import Touch
from hpsearch.trial import Value


class NursedNetwork:
    """A network in training.

    Attributes:
        training: The network in its present state; a new object after every touch.
        kept: Its checkpoints.

    Args:
        directory: The model's directory.
        history: The model's history.
        dataset: The data that it trains on.
        hyperparameters: The hyperparameters that it begins with.
        seed: The seed that it begins with.

    Raises:
        UsageError: It cannot be restored from its history.
        DataError: A checkpoint is damaged.
    """

    def __init__(
        self,
        directory: Path,
        history: History,
        *,
        dataset: Dataset,
        hyperparameters: Hyperparameters,
        seed: int,
    ) -> None:
        self.kept = Checkpoints(directory / "checkpoints")
        position = len(history.epochs)
        last = max((epoch for epoch in self.kept.epochs() if epoch <= position), default=None)
        if last is None:
            training = Training(dataset, hyperparameters, (seed,))
            self.kept.keep(training)
        else:
            training = self.kept.restore(last, dataset)
        self.training = advanced(training, history.touches, position)
        self._beginning = hyperparameters
        self._diagnostics = Diagnostics()
        self._diagnostics.take(self.training)

    @property
    def epoch(self) -> int:
        """How many epochs it has been trained for."""
        return self.training.epoch

    @property
    def epochs(self) -> int:
        """The total number of epochs."""
        return self.training.hyperparameters.epochs

    @property
    def diverged(self) -> bool:
        """Whether its last epoch had a loss that was not finite."""
        return self.training.diverged

    @property
    def ended(self) -> bool:
        """Whether no epoch can follow."""
        return self.training.ended

    @property
    def values(self) -> Mapping[str, Value]:
        """The present values of the settings that can change during training."""
        return _changeable(self.training.hyperparameters)

    def values_along(self, path: Sequence[Touch]) -> Mapping[str, Value]:
        """The settings that can change, after touches made from the beginning on.

        Raises:
            UsageError: One of them is not possible.
        """
        hyperparameters = self._beginning
        for touch in path:
            hyperparameters = hyperparameters.changed(touch.changes)
        return _changeable(hyperparameters)

    def train_epoch(self) -> Seen:
        """Train an epoch, and keep its checkpoint unless it diverged.

        Raises:
            OSError: The checkpoint cannot be written.
        """
        (metrics,) = self.training.train_epoch()
        layers = self._diagnostics.take(self.training)
        if not self.training.diverged:
            self.kept.keep(self.training)
        finite = {name: value if math.isfinite(value) else None for name, value in metrics.items()}
        return Seen(finite, [_finite(layer) for layer in layers])

    def prepare(self, touch: Touch) -> Callable[[], None]:
        """Returns a function that applies a touch.

        Raises:
            UsageError: It is not possible.
            DataError: Its checkpoint is damaged.
        """
        training = touched(self.training, touch, self.kept)

        def make() -> None:
            self.training = training
            self._diagnostics.take(training)

        return make

    def is_as_in(self, directory: Path) -> bool | None:
        """Whether its parameters are those of another model's checkpoint of this epoch.

        Args:
            directory: The directory of the other model's checkpoints.

        Raises:
            DataError: The checkpoint is damaged.
        """
        other = Checkpoints(directory)
        if self.epoch not in other.epochs():
            return None
        kept, own = other.restore(self.epoch, self.training.dataset).network, self.training.network
        return (
            kept.parameters.tobytes() == own.parameters.tobytes()
            and kept.running_stats.tobytes() == own.running_stats.tobytes()
        )

    def leave(self) -> None:
        """Does nothing: the present epoch ends first."""

    def close(self) -> None:
        """Does nothing, because nothing runs."""


def _changeable(hyperparameters: Hyperparameters) -> dict[str, Value]:
    names = (name for name, known in HYPERPARAMETERS.items() if known.can_change)
    return {name: getattr(hyperparameters, name) for name in names}


def _finite(layer: LayerFigures) -> dict[str, float | None]:
    return {
        name: value if value is not None and math.isfinite(value) else None
        for name, value in layer.summary().items()
    }
