"""Running the user's own code as a trial: in a child process, within limits."""

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, Self

from hpsearch.objective import Heartbeat, OnEpoch, Records, TrialEnded
from hpsearch.objectives.follow import describe, follow, overdue
from hpsearch.objectives.trial_files import TrialFiles
from hpsearch.process.child import Child, Exit
from hpsearch.process.devices import device
from hpsearch.trial import Metric, Result, Status, Trial


@dataclass(frozen=True, slots=True)
class Limits:
    """What a trial may use.

    Attributes:
        timeout: Seconds that it may run, since it was last started; None for any number.
        memory: Bytes that its processes may use together; None for any number.
    """

    timeout: float | None = None
    memory: int | None = None


@dataclass(frozen=True)
class TrialContext:
    """Everything that a program needs to start on one trial.

    Attributes:
        trial: What to run.
        metric: What to report.
        files: The trial's, which are there.
        directory: Where the user's code runs.
        environment: All of it.
        limits: What the trial may use.
        deadline: When it has run for too long, by ``time.monotonic()``.
        heartbeat: Called about once a second; what it raises ends the trial.
    """

    trial: Trial
    metric: Metric
    files: TrialFiles
    directory: Path
    environment: Mapping[str, str]
    limits: Limits
    deadline: float | None
    heartbeat: Heartbeat | None = None

    def child(
        self,
        command: Sequence[str],
        *,
        metrics: int,
        pass_fds: Sequence[int] = (),
        environment: Mapping[str, str] | None = None,
    ) -> Child:
        """A command as a child process of this trial; see there for the arguments."""
        return Child(
            command,
            directory=self.directory,
            environment={**self.environment, **(environment or {})},
            logs=self.files.directory,
            memory=self.limits.memory,
            lock_fd=self.files.lock_fd,
            pass_fds=pass_fds,
            metrics=metrics,
            heartbeat=self.heartbeat,
        )

    def overdue(self, tail: str) -> TrialEnded:
        """What to raise when the deadline has come."""
        reason = overdue(self.limits.timeout or 0.0)
        return TrialEnded(Status.TIMED_OUT, "\n".join(filter(None, (reason, tail))))

    def died(self, ended: Exit, tail: str) -> TrialEnded:
        """What to raise when a child did not end well."""
        reason = str(ended)
        if ended.how == "memory":
            reason += f"; its limit is {(self.limits.memory or 0) / 2**20:.0f} MiB"
        return TrialEnded(_status(ended), "\n".join(filter(None, (reason, tail))))


class UserCode(Protocol):
    """The user's code."""

    def files(self, directory: Path) -> Sequence[Path]:
        """The files in a directory that belong to it."""
        ...

    def with_root(self, directory: Path) -> "UserCode":
        """The same with its files in a directory."""
        ...

    def records(self, context: TrialContext) -> Records:
        """Run it; the generator ends it when it is closed.

        Raises:
            NothingReported: It ended well, without a record.
            TrialEnded: It did not end well.
        """
        ...


class NothingReported(TrialEnded):
    """Raised by a program's records when there are none."""

    def __init__(self, reason: str) -> None:
        super().__init__(Status.FAILED, reason)


@dataclass(frozen=True)
class CodeObjective:
    """Runs the user's code once for every trial.

    Attributes:
        user_code: The code.
        metric: What the search makes better.
        directory: Where the code runs.
        trials: Directory in which every trial has one of its own.
        limits: What each trial may use.
        environment: Variables that the code has besides those of this process.
        devices: Names for CUDA_VISIBLE_DEVICES, of which every trial that runs has one.
    """

    user_code: UserCode
    metric: Metric
    directory: Path
    trials: Path
    limits: Limits = Limits()
    environment: Mapping[str, str] = field(default_factory=dict)
    devices: tuple[str, ...] = ()

    def __call__(
        self, trial: Trial, on_epoch: OnEpoch | None = None, heartbeat: Heartbeat | None = None
    ) -> Result:
        """Run a trial; one that was killed goes on from its checkpoint, if its code has kept one."""
        try:
            with (
                TrialFiles(self.trials / f"{trial.number:05d}") as files,
                device(self.devices, self.trials / "devices") as name,
            ):
                variables = {} if name is None else {"CUDA_VISIBLE_DEVICES": name}
                timeout = self.limits.timeout
                context = TrialContext(
                    trial,
                    self.metric,
                    files,
                    self.directory,
                    {**os.environ, **self.environment, **variables, **_variables(trial, files)},
                    self.limits,
                    None if timeout is None else time.monotonic() + timeout,
                    heartbeat,
                )
                records = _whole_curve(lambda: self.user_code.records(context), files)
                return follow(trial, self.metric, records, on_epoch=on_epoch, timeout=timeout)
        except OSError as error:  # of the files; follow() sees to all else
            return Result(trial.number, Status.FAILED, reason=describe(error))

    def files(self) -> Mapping[str, bytes]:
        """See :class:`hpsearch.objectives.follow.Objective`."""
        paths = self.user_code.files(self.directory)
        return {f"code/{path.relative_to(self.directory)}": path.read_bytes() for path in paths}

    def with_root(self, root: Path) -> Self:
        """See :class:`hpsearch.objectives.follow.Objective`."""
        code = root / "code"
        return replace(self, user_code=self.user_code.with_root(code), directory=code, trials=root / "trials")


def _variables(trial: Trial, files: TrialFiles) -> dict[str, str]:
    """What the environment tells the user's code of its trial."""
    return {
        "HPSEARCH_TRIAL": str(trial.number),
        "HPSEARCH_SEED": str(trial.seed),
        "HPSEARCH_TRIAL_DIR": str(files.directory),
        "HPSEARCH_CHECKPOINT_DIR": str(files.checkpoint),
        "PYTHONHASHSEED": str(trial.seed),  # the order of a set is part of a result
        "PYTHONUNBUFFERED": "1",  # or epochs would be heard of when a buffer is full
    }


def _status(ended: Exit) -> Status:
    if ended.how == "memory":
        return Status.OUT_OF_MEMORY
    by_signal = ended.how == "signal" or (ended.how == "exit" and _is_signal(ended.number - 128))
    return Status.CRASHED if by_signal else Status.FAILED


def _is_signal(number: int) -> bool:
    return number in signal.Signals.__members__.values()


def _whole_curve(begin: Callable[[], Records], files: TrialFiles) -> Records:
    """The records of a program, those from before its checkpoint included.

    Which records those are is told by the entry ``epoch`` of the first new one. If there is a gap between the
    old ones and that, the trial begins anew without its checkpoint.
    """
    resumes = files.has_checkpoint()
    earlier = files.earlier() if resumes else []
    began = False
    with closing(begin()) as records:
        while True:
            try:
                record = next(records)
            except StopIteration as end:
                if not began:  # its checkpoint was of the last epoch
                    yield from earlier
                final: Mapping[str, Any] | None = end.value
                return final
            except NothingReported:
                if not earlier:
                    raise
                yield from earlier  # as above
                return None
            if not began:
                position = _position(record, earlier) if resumes else 0
                if position is None:
                    break
                files.begin(earlier[:position])
                yield from earlier[:position]
                began = True
            files.report(record)
            yield record
    files.forget_checkpoint()
    return (yield from _whole_curve(begin, files))


def _position(record: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]]) -> int | None:
    """How many earlier records come before one; None if some are missing in between."""
    epochs = [each.get("epoch") for each in earlier]
    epoch = record.get("epoch")
    if epoch is None:
        return 0
    if not earlier:
        return 0 if epoch in (0, 1) else None
    if epoch in epochs:
        return epochs.index(epoch)
    last, step = epochs[-1], 1
    if len(epochs) > 1 and isinstance(last, int) and isinstance(epochs[-2], int):
        step = last - epochs[-2]
    return len(earlier) if isinstance(last, int) and epoch == last + step else None
