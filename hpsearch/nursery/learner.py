"""What learns in the nursery: a network of this program, or a process of the user's code."""

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
    """What was seen of an epoch.

    Attributes:
        metrics: By name; None where they are not finite.
        layers: Figures of every layer; none of the user's code.
    """

    metrics: Mapping[str, float | None]
    layers: Sequence[Mapping[str, float | None]] = ()


class Left(Exception):
    """Raised by a learner that gives up an epoch, as it was asked to."""


class Learner(Protocol):
    """A model in training."""

    @property
    def kept(self) -> KeptEpochs:
        """Its checkpoints."""
        ...

    @property
    def epoch(self) -> int:
        """How many epochs it has behind it."""
        ...

    @property
    def epochs(self) -> int:
        """How many there will be."""
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
        """What can change during training, as it is now."""
        ...

    def train_epoch(self) -> Seen | None:
        """Train an epoch, and keep its checkpoint unless it diverged; None if the training has ended instead.

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
            UsageError: One of them cannot be made, whatever the training comes to.
        """
        ...

    def prepare(self, touch: Touch) -> Callable[[], None]:
        """What makes a touch happen, called when the history knows of it.

        Raises:
            UsageError: It cannot be made.
            DataError: Its checkpoint is damaged.
        """
        ...

    def is_as_in(self, directory: Path) -> bool | None:
        """Whether it is in the state of another model's checkpoint of its epoch; None if nobody can tell.

        Args:
            directory: Of the other model's checkpoints.
        """
        ...

    def leave(self) -> None:
        """Have an epoch that is being trained given up, if that costs nothing; called from any thread."""
        ...

    def close(self) -> None:
        """Leave nothing running."""
        ...


Begin = Callable[[Path, History], Learner]
"""Restores the model of a directory as it was at the end of its history, which grows from then on."""
