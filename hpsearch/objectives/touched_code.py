"""User code that trains one epoch at a time, and waits between two epochs to be told what changes."""

from __future__ import annotations  # types are imported for annotations only

import contextlib
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from hpsearch.objective import AtRest, TrialEnded
from hpsearch.objectives.code_objective import continues_at
from hpsearch.objectives.command import Command
from hpsearch.objectives.follow import metrics_of
from hpsearch.objectives.function import Function
from hpsearch.trial import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hpsearch.objective import Heartbeat, Records
    from hpsearch.objectives.code_objective import CodeObjective
    from hpsearch.objectives.user_code import TrialContext
    from hpsearch.trial import Trial, Value


class TouchedCode:
    """A process of user code that trains one model. After its start, it waits before its first epoch.

    Attributes:
        checkpoint: The directory in which the code keeps its checkpoints.
        ended: Whether the code has ended by itself.

    Args:
        objective: The code, and the settings that it runs with.
        trial: The trial that it is called with.
        epochs: The total number of epochs.
        directory: The directory for its files; created if it does not exist.
        kept: The files of a checkpoint to continue from; None to start over.
        before: The metrics of the epochs before that checkpoint.
        heartbeat: Called about once a second; an exception from it ends the process.

    Raises:
        OSError: The files cannot be used.
    """

    def __init__(
        self,
        objective: CodeObjective,
        trial: Trial,
        epochs: int,
        directory: Path,
        kept: Path | None = None,
        before: Sequence[Mapping[str, float | None]] = (),
        heartbeat: Heartbeat | None = None,
    ) -> None:
        self.ended = False
        self._before = None if kept is None else [_whole(metrics) for metrics in before]
        self._metric = objective.metric
        self._changes: Mapping[str, Value] = {}
        self._stack = contextlib.ExitStack()
        context = self._stack.enter_context(objective.context(trial, directory, heartbeat))
        self.checkpoint = context.files.checkpoint
        context.files.forget_checkpoint()
        if kept is not None:
            shutil.copytree(kept, self.checkpoint, symlinks=True, dirs_exist_ok=True)
        context = replace(context, deadline=None, changes=lambda: self._changes)
        self._records = self._stack.enter_context(
            contextlib.closing(_records(objective.user_code, epochs, context))
        )

    def close(self) -> None:
        """End the process."""
        self._stack.close()

    def train_epoch(self, changes: Mapping[str, Value]) -> dict[str, float | None] | None:
        """Train one epoch; on return the code has asked what changes, so its checkpoint is saved.

        Args:
            changes: New values by name, from this epoch on.

        Returns:
            The metrics, None if not finite; None if the code has ended instead.

        Raises:
            TrialEnded: The code failed, does not ask, or did not continue from its checkpoint.
        """
        self._changes = changes
        record = next(self._records, None)
        if record is None:
            self.ended = True
            return None
        self._check_place(record)
        try:
            metrics = metrics_of(record, self._metric)
        except TypeError as error:
            raise TrialEnded(Status.FAILED, str(error)) from None
        following = next(self._records, None)
        if following is None:
            self.ended = True
        elif not isinstance(following, AtRest):
            raise TrialEnded(
                Status.FAILED,
                "it reported another epoch before it asked what changes. Code that is touched must ask once"
                " after every epoch: a function by trial.touches(), a command by reading $HPSEARCH_TOUCHES",
            )
        return metrics

    def _check_place(self, record: Mapping[str, object]) -> None:
        """Check that the first record after a checkpoint follows the ones before it."""
        before, self._before = self._before, None
        if before and continues_at(record, before) != len(before):
            raise TrialEnded(
                Status.FAILED,
                f"it continued with epoch {record.get('epoch', '(not reported)')} from its checkpoint of"
                f" epoch {before[-1].get('epoch', len(before))}. Code that is touched must save a checkpoint"
                " after every epoch, before it asks what changes, and report `epoch` with its metrics",
            )


def _records(code: object, epochs: int, context: TrialContext) -> Records:
    assert isinstance(code, Function | Command)  # noqa: S101 -- only their configs have touches
    if "epochs" in context.trial.values:
        context = replace(
            context, trial=replace(context.trial, values={**context.trial.values, "epochs": epochs})
        )
    return replace(code, epochs=epochs).records(context)


def _whole(metrics: Mapping[str, float | None]) -> dict[str, float | None]:
    """Metrics as they were reported, with whole numbers as integers."""
    return {
        name: int(value) if value is not None and value.is_integer() else value
        for name, value in metrics.items()
    }
