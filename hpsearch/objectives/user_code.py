"""The protocol of user code, which runs in a child process, within limits."""

from __future__ import annotations  # types are imported for annotations only

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

from hpsearch.objective import TrialEnded
from hpsearch.objectives.follow import timeout_reason
from hpsearch.process.child import Child, Exit
from hpsearch.process.running_time import running_time
from hpsearch.process.supervised import Supervised, SupervisedCommand
from hpsearch.trial import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from hpsearch.config import Config
    from hpsearch.objective import Heartbeat, Records
    from hpsearch.objectives.project_code import CodeCopy, ProjectCode
    from hpsearch.objectives.trial_files import TrialFiles
    from hpsearch.trial import Metric, Result, Trial, Value


TRIAL_VARIABLES = ("HPSEARCH_TRIAL", "HPSEARCH_SEED", "HPSEARCH_TRIAL_DIR", "HPSEARCH_CHECKPOINT_DIR")
DEVICE_VARIABLE = "CUDA_VISIBLE_DEVICES"

LONGEST_LAST_WORDS = 200
"""How many characters of a program's last line are part of the first line of a reason."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a trial.

    Attributes:
        timeout: Seconds that it may run, since its last start; None for no limit.
        memory: Bytes that its processes may use together; None for no limit.
    """

    timeout: float | None = None
    memory: int | None = None

    def deadline(self) -> float | None:
        """When a trial that starts now times out, by ``running_time``; None for never."""
        return None if self.timeout is None else running_time() + self.timeout


@dataclass(frozen=True)
class TrialContext:
    """Everything that user code needs to run one trial.

    Attributes:
        trial: The trial to run.
        metric: The metric to report.
        files: The trial's files, which exist.
        directory: Where the code runs.
        environment: The variables that are the same for all trials.
        variables: The trial's own variables.
        limits: The limits of the trial.
        deadline: When it times out, by :data:`~hpsearch.process.running_time.running_time`.
        heartbeat: Called about once a second; an exception from it ends the trial.
        changes: Returns what changes before the next epoch, for code that asks between two epochs; None if
            it does not ask.
    """

    trial: Trial
    metric: Metric
    files: TrialFiles
    directory: Path
    environment: Mapping[str, str]
    variables: Mapping[str, str]
    limits: Limits
    deadline: float | None
    heartbeat: Heartbeat | None = None
    changes: Callable[[], Mapping[str, Value]] | None = None

    def changed(self) -> dict[str, Value]:
        """The changes before the next epoch, by name."""
        return {} if self.changes is None else dict(self.changes())

    def child(
        self,
        command: Sequence[str],
        *,
        metrics: int,
        pass_fds: Sequence[int] = (),
        environment: Mapping[str, str] | None = None,
    ) -> Child:
        """A command as a child process of this trial.

        Args:
            command: The program and its arguments.
            metrics: As for :class:`Child`.
            pass_fds: File descriptors that it inherits.
            environment: More variables.
        """
        processes = SupervisedCommand(
            command,
            directory=self.directory,
            environment={**self.environment, **self.variables, **(environment or {})},
            memory=self.limits.memory,
            hold=[self.files.lock_fd],
            pass_fds=pass_fds,
        )
        return self.follow(processes, metrics)

    def follow(self, processes: Supervised, metrics: int) -> Child:
        """Running processes as a child of this trial, with a file descriptor for their metrics."""
        return Child(processes, logs=self.files.directory, metrics=metrics, heartbeat=self.heartbeat)

    def timed_out(self, tail: str) -> TrialEnded:
        """The error to raise when the deadline has passed."""
        reason = timeout_reason(self.limits.timeout or 0.0)
        return TrialEnded(Status.TIMED_OUT, "\n".join(filter(None, (reason, tail))))

    def died(self, ended: Exit, tail: str) -> TrialEnded:
        """The error to raise when a child did not end well."""
        reason = str(ended)
        last = tail.rpartition("\n")[2].strip()
        if _status(ended) is Status.FAILED and last:
            reason += f": {last[:LONGEST_LAST_WORDS]}"
        if ended.how == "memory":
            reason += f"; its limit is {(self.limits.memory or 0) / 2**20:.0f} MiB"
        return TrialEnded(_status(ended), "\n".join(filter(None, (reason, tail))))


class UserCode(Protocol):
    """User code.

    Attributes:
        runs_copy: Whether it runs from a copy of its files.
    """

    runs_copy: ClassVar[bool]

    def check(self, config: Config) -> Sequence[str]:
        """Find problems with it before a search that the config alone does not show.

        Returns:
            Messages for the user, as sentences.

        Raises:
            ConfigError: It cannot be run.
        """
        ...

    def with_copy(self, copy: CodeCopy) -> Self:
        """The same code, running from a copy of its files if possible."""
        ...

    def code(self, root: Path) -> ProjectCode:
        """The files that it consists of, below the project's directory."""
        ...

    def used(self, root: Path, place: Path) -> set[str] | None:
        """The files of its code that may affect a result, by relative path; None for all.

        Args:
            root: The project's directory.
            place: The same, or the directory of a copy.
        """
        ...

    def files(self, root: Path) -> Mapping[str, bytes]:
        """The files that a machine without the project needs, by path relative to the project."""
        ...

    def with_root(self, root: Path, directory: Path) -> Self:
        """The same code on a machine where those files are in ``directory``."""
        ...

    def epochs_of(self, trial: Trial) -> int | None:
        """How many epochs a trial may report; one more ends it. None for any number."""
        ...

    def run_trial(self, context: TrialContext, follow: Callable[[Callable[[], Records]], Result]) -> Result:
        """Run it for a trial.

        Args:
            context: Everything about the trial.
            follow: Follows the trial to its end, given a function that starts it and returns records. The
                records end the trial when they are closed; they raise :class:`NothingReported` if it ended
                well without one, and TrialEnded if it did not end well.
        """
        ...


class NothingReported(TrialEnded):
    """Raised by a program that ends without reporting anything."""

    def __init__(self, reason: str) -> None:
        super().__init__(Status.FAILED, reason)


def _status(ended: Exit) -> Status:
    if ended.how == "memory":
        return Status.OUT_OF_MEMORY
    by_signal = ended.how in ("signal", "lost") or (ended.how == "exit" and _is_signal(ended.number - 128))
    return Status.CRASHED if by_signal else Status.FAILED


def _is_signal(number: int) -> bool:
    return number in signal.Signals.__members__.values()


def variable_names(devices: Sequence[object]) -> list[str]:
    """The environment variables whose values differ between trials, if trials have these devices."""
    return [*TRIAL_VARIABLES, *([DEVICE_VARIABLE] if devices else [])]
