"""User code in the nursery: a process that is told between two epochs what changes."""

import filecmp
import math
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hpsearch.errors import TrainingFailed, UsageError
from hpsearch.nursery.diary import History
from hpsearch.nursery.learner import Left, Seen
from hpsearch.objective import TrialEnded
from hpsearch.objectives.code_objective import CodeObjective
from hpsearch.objectives.touched_code import TouchedCode
from hpsearch.touches import Change, Touch, check_epochs, check_order, straightened
from hpsearch.touches.kept_epochs import KeptEpochs
from hpsearch.trial import Trial, Value

EPOCHS = "epochs"


class NursedCode:
    """A model that user code trains.

    A process of the code starts when an epoch is first requested. Where it continues, and with which
    values, is a function of the history, so the process can be ended and started again at any time: for a
    return to a checkpoint, or if there will be more epochs than it was started with.

    Attributes:
        kept: Its checkpoints: copies of the files that the code had saved when it asked what changes.

    Args:
        directory: The model's directory.
        history: The model's history.
        objective: The code, and the settings that it runs with.
        trial: The trial that it begins with.
        epochs: The number of epochs that it begins with.
        names: The parameters that may change.
        whole: Those of them that are whole numbers.
    """

    def __init__(
        self,
        directory: Path,
        history: History,
        *,
        objective: CodeObjective,
        trial: Trial,
        epochs: int,
        names: Sequence[str],
        whole: Collection[str],
    ) -> None:
        self.kept = KeptEpochs(directory / "checkpoints", "")
        self.kept.path(0).mkdir(parents=True, exist_ok=True, mode=0o700)
        self._whole = {*whole, EPOCHS}
        self._files = directory.resolve() / "files"  # its processes run in other directories
        self._history = history
        self._objective = objective
        self._trial = trial
        self._beginning: dict[str, Value] = {
            **{name: trial.values[name] for name in names if name in trial.values},
            EPOCHS: epochs,
        }
        self._process: TouchedCode | None = None
        self._told: Mapping[str, Value] = {}
        self._leaving = False
        self._ended_after: int | None = None

    @property
    def epoch(self) -> int:
        """How many epochs it has been trained for."""
        return len(self._history.epochs)

    @property
    def epochs(self) -> int:
        """The total number of epochs."""
        return _epochs(self.values)

    @property
    def diverged(self) -> bool:
        """Whether the search's metric was not finite in its last epoch."""
        last = self._history.epochs[-1] if self._history.epochs else None
        return last is not None and last.metrics.get(self._objective.metric.name) is None

    @property
    def ended(self) -> bool:
        """Whether no epoch can follow."""
        return self.diverged or self.epoch >= self.epochs or self._ended_after == self.epoch

    @property
    def values(self) -> Mapping[str, Value]:
        """The present values of the settings that can change during training."""
        return self._values_after(self.epoch)

    def _values_after(self, epoch: int) -> dict[str, Value]:
        """The settings that can change, after the touches on the present path until right after an epoch."""
        return self._values_before(epoch + 1)

    def _values_before(self, epoch: int) -> dict[str, Value]:
        """The same without the touches right after that epoch: the values after a return to it."""
        return self.values_along(
            [touch for touch in straightened(self._history.touches) if touch.epoch < epoch]
        )

    def values_along(self, path: Sequence[Touch]) -> dict[str, Value]:
        """The settings that can change, after touches made from the beginning on.

        Raises:
            UsageError: One of them is not possible.
        """
        values = dict(self._beginning)
        for touch in path:
            values |= self._changed(values, touch.changes)
        return values

    def _changed(self, values: Mapping[str, Value], changes: Mapping[str, Change]) -> dict[str, Value]:
        """The new values; a whole number that is multiplied is rounded.

        Raises:
            UsageError: One of them cannot change.
        """
        found: dict[str, Value] = {}
        for name, change in changes.items():
            if name not in values:
                raise UsageError(
                    f"{name}: cannot change during training; what can change: {', '.join(values)}. A config"
                    " lists what its code follows with the key touch of the objective"
                )
            new, whole = change.apply(_number(values[name])), name in self._whole
            if whole and change.is_factor:
                new = round(new)
            if not math.isfinite(new) or (whole and not float(new).is_integer()):
                raise UsageError(f"{name}: must be a {'whole' if whole else 'finite'} number; found {new!r}")
            if name == EPOCHS and new < 1:
                raise UsageError(f"epochs: must be at least 1; found {new!r}")
            keeps = isinstance(values[name], int) and float(new).is_integer()  # 128, not 128.0
            found[name] = int(new) if keeps else new
        return found

    def train_epoch(self) -> Seen | None:
        """Train an epoch, and keep its checkpoint unless it diverged; None if the code has ended instead.

        Raises:
            TrainingFailed: The code failed.
            OSError: The checkpoint cannot be written.
        """
        try:
            if self._process is None or _epochs(self._told) < self.epochs:
                self._restore()
            metrics = self._step(self.epoch)
        except TrialEnded as ended:
            self.close()
            reason = str(ended) or str(ended.ending.status)
            raise TrainingFailed(f"the code failed after epoch {self.epoch}: {reason}") from None
        except BaseException:
            self.close()
            raise
        if metrics is None:
            self._ended_after = self.epoch
            return None
        if metrics.get(self._objective.metric.name) is not None:
            self._keep(self.epoch + 1)
        return Seen(metrics)

    def _restore(self) -> None:
        """Start a process at the last checkpoint, and train the epochs since then again."""
        self.close()
        begin = max(epoch for epoch in self.kept.epochs() if epoch <= self.epoch)
        self._told = self._values_after(begin)
        self._process = TouchedCode(
            self._objective,
            replace(self._trial, values={**self._trial.values, **_without_epochs(self._told)}),
            _epochs(self._told),
            self._files,
            self.kept.path(begin) if begin else None,
            [epoch.metrics for epoch in self._history.epochs[:begin]],
            self._heartbeat,
        )
        for epoch in range(begin, self.epoch):
            metrics, name = self._step(epoch) or {}, self._objective.metric.name
            if metrics.get(name) != self._history.epochs[epoch].metrics.get(name):
                raise TrainingFailed(
                    f"epoch {epoch + 1} was trained again, as no checkpoint of epoch {self.epoch} is kept,"
                    f" and has another {name} than before: the code is not reproducible. Have it draw"
                    " everything from its seed, or save a checkpoint after every epoch"
                )

    def _step(self, epoch: int) -> dict[str, float | None] | None:
        """Train the epoch that follows another one."""
        assert self._process is not None  # noqa: S101 -- callers have begun it
        values = self._values_after(epoch)
        changes = {name: value for name, value in values.items() if value != self._told[name]}
        self._told = {**values, EPOCHS: self._told[EPOCHS]}
        return self._process.train_epoch(_without_epochs(changes))

    def _keep(self, epoch: int) -> None:
        assert self._process is not None  # noqa: S101 -- as above
        if not any(self._process.checkpoint.iterdir()):
            return
        draft, path = self.kept.directory / "draft", self.kept.path(epoch)
        for old in (draft, path):
            shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(self._process.checkpoint, draft, symlinks=True)
        draft.rename(path)
        self.kept.thin(epoch)

    def prepare(self, touch: Touch) -> Callable[[], None]:
        """Returns a function that applies a touch.

        Raises:
            UsageError: It is not possible.
        """
        check_order([touch])
        back_to = touch.back_to
        if back_to is not None:
            self.kept.check(back_to)
        now = self.values if back_to is None else self._values_before(back_to)
        check_epochs(touch, _epochs(now))
        more = _epochs({**now, **self._changed(now, touch.changes)}) > _epochs(now)
        if more and touch.leads_to not in self.kept.epochs():
            raise UsageError(
                "epochs: can only grow where a checkpoint is kept, from which the code is begun again;"
                f" there is none of epoch {touch.leads_to}"
            )

        def make() -> None:
            if back_to is not None:
                self.close()
                self._ended_after = None

        return make

    def is_as_in(self, directory: Path) -> bool | None:
        """True if the files of its checkpoint equal another model's; None otherwise, which proves nothing.

        Files that differ may contain the same numbers.

        Args:
            directory: The directory of the other model's checkpoints.
        """
        own, other = self.kept.path(self.epoch), KeptEpochs(directory, "").path(self.epoch)
        return True if own.is_dir() and other.is_dir() and _same(own, other) else None

    def leave(self) -> None:
        """Give up the present epoch, which can be trained again."""
        self._leaving = True

    def _heartbeat(self) -> None:
        if self._leaving:
            raise Left

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close()
            self._process = None


def _number(value: Value) -> float:
    assert isinstance(value, int | float)  # noqa: S101 -- as the config was checked
    return value


def _epochs(values: Mapping[str, Value]) -> int:
    return int(_number(values[EPOCHS]))


def _without_epochs(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if name != EPOCHS}


def _same(one: Path, other: Path) -> bool:
    names = [sorted(path.relative_to(place) for path in place.rglob("*")) for place in (one, other)]
    return names[0] == names[1] and all(
        filecmp.cmp(one / name, other / name, shallow=False) for name in names[0] if (one / name).is_file()
    )
