"""One model in the nursery: it trains, is touched, and can be restored after anything."""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hpsearch.errors import UsageError
from hpsearch.nursery.diary import Diary, History, Note, TrainedEpoch, now
from hpsearch.nursery.learner import Begin
from hpsearch.touches import Change, Touch, check_epochs, check_order, straightened


class NursedModel:
    """A model, with its diary and its checkpoints in a directory.

    Attributes:
        directory: Its directory.
        learner: The model in its present state.
        history: Its epochs, touches and notes.

    Args:
        directory: Its directory; created if it does not exist.
        begin: Restores the model.

    Raises:
        UsageError: It cannot be restored from its diary.
        RunDamaged: Its diary cannot be read.
        DataError: A checkpoint is damaged.
    """

    def __init__(self, directory: Path, begin: Begin) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._begin = begin
        self._diary = Diary(directory / "diary.jsonl")
        self._diary.drop_cut_line()
        self.history = self._diary.read()
        self.learner = begin(directory, self.history)

    def train_epoch(self) -> TrainedEpoch | None:
        """Train one epoch; on return it is in the diary, and its checkpoint is kept unless it diverged.

        Returns:
            The epoch; None if user code has ended instead.

        Raises:
            TrainingFailed: The user's code failed.
            OSError: It cannot be written.
        """
        began = time.perf_counter()
        seen = self.learner.train_epoch()
        if seen is None:
            return None
        seconds = round(time.perf_counter() - began, 6)
        epoch = TrainedEpoch(len(self.history.epochs) + 1, seen.metrics, seconds, seen.layers)
        self._diary.write([epoch])
        self.history.add(epoch)
        return epoch

    def touch(self, changes: Mapping[str, Change], back_to: int | None = None) -> Touch:
        """Change hyperparameters, optionally after a return to a checkpoint; the diary is written first.

        Args:
            changes: By name.
            back_to: The epoch to return to.

        Raises:
            UsageError: It is not possible; nothing was changed.
            DataError: The checkpoint is damaged; nothing was changed.
            OSError: It cannot be written.
        """
        touch = Touch(self.learner.epoch, dict(changes), back_to)
        if not changes and back_to is None:
            raise UsageError("a touch must change a hyperparameter or return to an epoch")
        make = self.learner.prepare(touch)
        self._diary.write([touch])
        self.history.add(touch)
        make()
        return touch

    def follow(self, schedule: Sequence[Touch]) -> Iterator[str]:
        """Apply the touches of a schedule, each at its epoch, and train to the end.

        Args:
            schedule: The schedule; it begins with the touches that have already been applied.

        Yields:
            A message about each touch.

        Raises:
            UsageError: It does not begin with those, or a touch is not possible.
            OSError: It cannot be written.
        """
        check_order(schedule)
        made = self.history.touches
        if list(schedule[: len(made)]) != made:
            raise UsageError(
                f"the schedule must begin with what was done to {self.directory} already: {made[0]}"
                f"{f', and {len(made) - 1} more' if len(made) > 1 else ''}. Nurse another model with --model"
            )
        self._rehearse(schedule, len(made))
        for touch in schedule[len(made) :]:
            while self.learner.epoch < touch.epoch and not self.learner.ended:
                self.train_epoch()
            if self.learner.epoch != touch.epoch:
                how = "diverged in" if self.learner.diverged else "ended after"
                raise UsageError(
                    f"the touch {touch} cannot be made: training {how} epoch {self.learner.epoch}"
                )
            yield str(self.touch(touch.changes, touch.back_to))
        while not self.learner.ended:
            self.train_epoch()

    def _rehearse(self, schedule: Sequence[Touch], made: int) -> None:
        """Check touches before any epoch is trained."""
        for number in range(made, len(schedule)):
            touch, path = schedule[number], straightened(schedule[:number])
            if touch.epoch > (epochs := self._epochs_along(path)):
                raise UsageError(f"the touch {touch} cannot be made: training ends after epoch {epochs}")
            if touch.back_to is not None:
                path = tuple(earlier for earlier in path if earlier.epoch < touch.back_to)
            check_epochs(touch, self._epochs_along(path))
            self.learner.values_along(straightened(schedule[: number + 1]))

    def _epochs_along(self, path: Sequence[Touch]) -> int:
        epochs = self.learner.values_along(path)["epochs"]
        assert isinstance(epochs, int)  # noqa: S101 -- as every learner checks
        return epochs

    def note(self, text: str) -> Note:
        """Write a note.

        Raises:
            OSError: It cannot be written.
        """
        note = Note(self.learner.epoch, text, now())
        self._diary.write([note])
        self.history.add(note)
        return note

    def branch(self, directory: Path, epoch: int) -> "NursedModel":
        """A branch from one of its checkpoints, with the same history up to there.

        Args:
            directory: The branch's directory; must not exist.
            epoch: The epoch of the checkpoint.

        Raises:
            UsageError: There is no such checkpoint, or the directory exists.
            OSError: It cannot be written.
        """
        if epoch > self.learner.epoch or epoch not in self.learner.kept.epochs():
            kept = ", ".join(str(each) for each in self.learner.kept.epochs() if each <= self.learner.epoch)
            raise UsageError(f"no checkpoint of epoch {epoch} is kept; there are checkpoints of: {kept}")
        if directory.exists():
            raise UsageError(f"{directory} already exists. Choose another name for the branch")
        before = [touch for touch in straightened(self.history.touches) if touch.epoch < epoch]
        entries: list[TrainedEpoch | Touch] = []
        for trained in self.history.epochs[:epoch]:
            entries += [touch for touch in before if touch.epoch == trained.number - 1]
            entries.append(trained)
        draft = directory.with_name(f".{directory.name}.partial")
        shutil.rmtree(draft, ignore_errors=True)
        (draft / "checkpoints").mkdir(parents=True, mode=0o700)
        for kept_epoch in {0, epoch} & set(self.learner.kept.epochs()):
            path = self.learner.kept.path(kept_epoch)
            copy = shutil.copytree if path.is_dir() else shutil.copyfile
            copy(path, draft / "checkpoints" / path.name)
        Diary(draft / "diary.jsonl").write(entries)
        draft.rename(directory)
        return NursedModel(directory, self._begin)

    def close(self) -> None:
        """End everything that runs."""
        self.learner.close()


def history_of(directory: Path) -> History:
    """The history of a nursed model, read without loading it.

    Args:
        directory: The model's directory.
    """
    return Diary(directory / "diary.jsonl").read()
