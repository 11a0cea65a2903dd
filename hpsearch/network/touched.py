"""A training that is touched on its way: hyperparameters that change, and returns to earlier epochs."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from hpsearch.data.dataset import Dataset
from hpsearch.errors import DataError, UsageError
from hpsearch.network.train import Metrics, Training
from hpsearch.touches import Touch, check_order, straightened

RECENT = 8
"""How many of the latest epochs keep their checkpoints; of those before, ever fewer do."""


class Checkpoints:
    """Checkpoints as files, thinned out as they grow older.

    The latest :data:`RECENT` epochs are kept; before them every second for as long again, then every
    fourth, and so on: about 4 log₂(n) of n. What is kept is a function of the epoch alone.

    Args:
        directory: Their own.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, training: Training) -> None:
        """Keep a training; drop what has grown too old, and what lies ahead, on a path that was left."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        training.save(self._path(training.epoch))
        for epoch in self.epochs():
            if epoch > training.epoch or not self._lasts(epoch, training.epoch):
                self._path(epoch).unlink()

    def restore(self, epoch: int, dataset: Dataset) -> Training:
        """The training as it was after an epoch.

        Raises:
            UsageError: There is no checkpoint of that epoch.
            DataError: It is damaged, or of another network.
        """
        if epoch not in self.epochs():
            kept = ", ".join(map(str, self.epochs())) or "none"
            raise UsageError(f"no checkpoint of epoch {epoch} is kept; there are checkpoints of: {kept}")
        training = Training.resume(self._path(epoch), dataset)
        if training.epoch != epoch:
            raise DataError(f"{self._path(epoch)}: must be of epoch {epoch}; found epoch {training.epoch}")
        return training

    def epochs(self) -> list[int]:
        """The epochs that can be restored, in order."""
        files = self._directory.glob("epoch-*.npz")
        return sorted(
            int(digits) for file in files if (digits := file.stem.removeprefix("epoch-")).isdecimal()
        )

    def _path(self, epoch: int) -> Path:
        return self._directory / f"epoch-{epoch:06d}.npz"

    def _lasts(self, epoch: int, now: int) -> bool:
        spacing = epoch & -epoch  # the largest power of 2 that divides the epoch
        return epoch == 0 or now - epoch < RECENT * spacing


class TouchedTraining:
    """A training that can be touched between its epochs.

    Attributes:
        training: The model as it is now; another object after every touch.
        touches: What was done to it so far.

    Args:
        training: Where it begins.
        checkpoints: Where it keeps its epochs.
        touches: What was done to ``training`` already.
    """

    def __init__(self, training: Training, checkpoints: Checkpoints, touches: Sequence[Touch] = ()) -> None:
        self.training = training
        self.touches = list(touches)
        self._checkpoints = checkpoints
        checkpoints.keep(training)

    def train_epoch(self) -> tuple[Metrics, ...]:
        """Train one epoch, keep a checkpoint if the numbers are finite, and measure it."""
        metrics = self.training.train_epoch()
        if not self.training.diverged:
            self._checkpoints.keep(self.training)
        return metrics

    def touch(self, touch: Touch) -> None:
        """Make a touch; if it cannot be made, nothing changes.

        Raises:
            UsageError: Its epoch is not the present one, its checkpoint is missing, or a change is not
                allowed.
        """
        if touch.epoch != self.training.epoch:
            raise UsageError(
                f"a touch must be made at the present epoch, {self.training.epoch}; found {touch.epoch}"
            )
        check_order([touch])
        training = self.training
        if touch.back_to is not None:
            training = self._checkpoints.restore(touch.back_to, training.dataset)
        self.training = training.touched(touch.changes)
        self.touches.append(touch)


def scheduled(training: Training, touches: Sequence[Touch]) -> Iterator[tuple[Training, tuple[Metrics, ...]]]:
    """Train to the end with a schedule.

    Args:
        training: A training, anywhere before its end; touches of epochs before are taken as made.
        touches: The schedule, with detours or without; detours are not made.

    Yields:
        After every epoch the training, another object after every touch, and the epoch's metrics.

    Raises:
        UsageError: A touch cannot be made.
    """
    check_order(touches)
    left = [touch for touch in straightened(touches) if touch.epoch >= training.epoch]
    while True:
        while left and left[0].epoch == training.epoch:
            training = training.touched(left.pop(0).changes)
        if training.ended:
            break
        yield training, training.train_epoch()
    if left and not training.diverged:
        raise UsageError(
            f"the touch {left[0]} comes too late: the training ends after {training.epoch} epochs"
        )
