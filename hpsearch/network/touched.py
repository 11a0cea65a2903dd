"""A training that is touched on its way: hyperparameters that change, and returns to earlier epochs."""

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
        directory: Their own.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, ".npz")

    def keep(self, training: Training) -> None:
        """Keep a training; drop what has grown too old, and what lies ahead, on a path that was left."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        training.save(self.path(training.epoch))
        self.thin(training.epoch)

    def restore(self, epoch: int, dataset: Dataset) -> Training:
        """The training as it was after an epoch.

        Raises:
            UsageError: There is no checkpoint of that epoch.
            DataError: It is damaged, or of another network.
        """
        self.check(epoch)
        training = Training.resume(self.path(epoch), dataset)
        if training.epoch != epoch:
            raise DataError(f"{self.path(epoch)}: must be of epoch {epoch}; found epoch {training.epoch}")
        return training


def touched(training: Training, touch: Touch, checkpoints: Checkpoints) -> Training:
    """What a touch makes of a training, which is left as it is.

    Args:
        training: At the touch's epoch.
        touch: What is done to it.
        checkpoints: Where it can return to.

    Raises:
        UsageError: The touch is of another epoch, its checkpoint is missing, or a change is not allowed.
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
    """A training further along its schedule.

    Args:
        training: A training as it was right after an epoch.
        touches: Its schedule; touches of epochs before are taken as made, detours are not made.
        epoch: Where to stop, with the touches of that epoch made.
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
