"""Training with touches on the way: hyperparameters that change, and returns to earlier epochs."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from hpsearch.data.dataset import Dataset
from hpsearch.errors import DataError, UsageError
from hpsearch.network.train import Metrics, Training
from hpsearch.touches import Touch, check_epochs, check_order, straightened
from hpsearch.touches.kept_epochs import KeptEpochs


class Checkpoints(KeptEpochs):
    """Checkpoints of a network in training, as files.

    Args:
        directory: The directory of the checkpoints.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, ".npz")

    def keep(self, training: Training) -> None:
        """Keep a checkpoint; drop those that are too old, and later ones on a path that was abandoned."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        training.save(self.path(training.epoch))
        self.thin(training.epoch)

    def restore(self, epoch: int, dataset: Dataset) -> Training:
        """The training in its state after an epoch.

        Raises:
            UsageError: There is no checkpoint of that epoch.
            DataError: It is damaged, or belongs to another network.
        """
        self.check(epoch)
        training = Training.resume(self.path(epoch), dataset)
        if training.epoch != epoch:
            raise DataError(f"{self.path(epoch)}: must be of epoch {epoch}; found epoch {training.epoch}")
        return training


def touched(training: Training, touch: Touch, checkpoints: Checkpoints) -> Training:
    """A new training with a touch applied; the given one is unchanged.

    Args:
        training: A training at the touch's epoch.
        touch: The touch.
        checkpoints: Checkpoints that it can return to.

    Raises:
        UsageError: The touch is for another epoch, its checkpoint is missing, or a change is not allowed.
        DataError: Its checkpoint is damaged.
    """
    if touch.epoch != training.epoch:
        raise UsageError(f"a touch must be made at the present epoch, {training.epoch}; found {touch.epoch}")
    check_order([touch])
    if touch.back_to is not None:
        training = checkpoints.restore(touch.back_to, training.dataset)
    check_epochs(touch, training.hyperparameters.epochs)
    return training.touched(touch.changes)


def advanced(training: Training, touches: Sequence[Touch], epoch: int) -> Training:
    """A training advanced along its schedule.

    Args:
        training: A training in its state right after an epoch.
        touches: Its schedule; touches of earlier epochs count as applied, and detours are skipped.
        epoch: The epoch to stop at, after its touches are applied.
    """
    for touch in straightened(touches):
        if training.epoch <= touch.epoch <= epoch:
            while training.epoch < touch.epoch and not training.diverged:
                training.train_epoch()
            training = training.touched(touch.changes)
    while training.epoch < epoch and not training.diverged:
        training.train_epoch()
    return training


def scheduled(training: Training, touches: Sequence[Touch]) -> Iterator[tuple[Training, tuple[Metrics, ...]]]:
    """Train to the end with a schedule.

    Args:
        training: A training, anywhere before its end; touches of earlier epochs count as applied.
        touches: The schedule, with or without detours; detours are skipped.

    Yields:
        After every epoch, the training (a new object after every touch) and the epoch's metrics.

    Raises:
        UsageError: A touch is not possible.
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
        raise UsageError(f"the touch {left[0]} comes too late: training ends after {training.epoch} epochs")
