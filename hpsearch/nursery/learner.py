"""The learners in the nursery: the built-in network, or a process of user code."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hpsearch.nursery.diary import History
from hpsearch.touches import Touch
from hpsearch.touches.kept_epochs import KeptEpochs
from hpsearch.trial import Value


@dataclass(frozen=True, slots=True)
class Seen:
    """The observations of an epoch.

    Attributes:
        metrics: By name; None if not finite.
        layers: Figures of every layer; empty for user code.
    """

    metrics: Mapping[str, float | None]
    layers: Sequence[Mapping[str, float | None]] = ()


class Left(Exception):
    """Raised by a learner that gives up an epoch on request."""


class Learner(Protocol):
    """A model in training."""

    @property
    def kept(self) -> KeptEpochs:
        """Its checkpoints."""
        ...

    @property
    def epoch(self) -> int:
        """How many epochs it has been trained for."""
        ...

    @property
    def epochs(self) -> int:
        """The total number of epochs."""
        ...

    @property
    def diverged(self) -> bool:
        """Whether its last epoch had a loss that was not finite."""
        ...

    @property
    def ended(self) -> bool:
        """Whether no epoch can follow."""
        ...

    @property
    def values(self) -> Mapping[str, Value]:
        """The present values of the settings that can change during training."""
        ...

    def train_epoch(self) -> Seen | None:
        """Train an epoch, and keep its checkpoint unless it diverged; None if training has ended instead.

        Raises:
            TrainingFailed: The user's code failed.
            OSError: The checkpoint cannot be written.
        """
        ...

    def values_along(self, path: Sequence[Touch]) -> Mapping[str, Value]:
        """The settings that can change during training, after touches made from the beginning on.

        Args:
            path: Touches without detours.

        Raises:
            UsageError: One of them is not possible, however training goes.
        """
        ...

    def prepare(self, touch: Touch) -> Callable[[], None]:
        """Returns a function that applies a touch, to be called after the touch is in the history.

        Raises:
            UsageError: It is not possible.
            DataError: Its checkpoint is damaged.
        """
        ...

    def is_as_in(self, directory: Path) -> bool | None:
        """Whether its state equals another model's checkpoint of the same epoch; None if unknown.

        Args:
            directory: The directory of the other model's checkpoints.
        """
        ...

    def leave(self) -> None:
        """Give up the present epoch, if that costs nothing; called from any thread."""
        ...

    def close(self) -> None:
        """End everything that runs."""
        ...


Begin = Callable[[Path, History], Learner]
"""Restores the model in a directory to its state at the end of its history, which grows from then on."""
