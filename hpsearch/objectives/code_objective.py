"""Running user code once for every trial."""

from __future__ import annotations  # types are imported for annotations only

from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from hpsearch.machine.environment import user_environment
from hpsearch.machine.shortages import shortages_named
from hpsearch.objective import TrialEnded
from hpsearch.objectives.follow import describe, follow
from hpsearch.objectives.more_seeds import run_seeds
from hpsearch.objectives.trial_files import TrialFiles
from hpsearch.objectives.user_code import (
    DEVICE_VARIABLE,
    TRIAL_VARIABLES,
    Limits,
    NothingReported,
    TrialContext,
    UserCode,
)
from hpsearch.process.devices import device
from hpsearch.running import written_curve
from hpsearch.trial import Metric, Result, Status, Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hpsearch.objective import Heartbeat, OnEpoch, Records


@dataclass(frozen=True)
class CodeObjective:
    """Runs user code once for every trial.

    Attributes:
        user_code: The code.
        metric: The search's metric.
        directory: Where the code runs.
        trials: The directory that contains a directory for every trial.
        limits: The limits of each trial.
        environment: Variables of the code, in addition to those of this process.
        devices: Names for CUDA_VISIBLE_DEVICES; every running trial has one of them.
        root: The project's directory, which contains ``directory``; None if it is the same.
    """

    user_code: UserCode
    metric: Metric
    directory: Path
    trials: Path
    limits: Limits = field(default_factory=Limits)
    environment: Mapping[str, str] = field(default_factory=dict)
    devices: tuple[str, ...] = ()
    root: Path | None = None

    def __call__(
        self, trial: Trial, on_epoch: OnEpoch | None = None, heartbeat: Heartbeat | None = None
    ) -> Result:
        """Run a trial; one that was killed continues from its checkpoint, if its code has saved one."""
        directory = self.trials / f"{trial.number:05d}"
        if not trial.more_seeds:
            return self._run(trial, directory, on_epoch, heartbeat)

        def run(each: Trial, place: Path) -> Result:
            return self._run(each, place, on_epoch if each.seed == trial.seed else None, heartbeat)

        return run_seeds(trial, self.metric, directory, run)

    def _run(
        self, trial: Trial, directory: Path, on_epoch: OnEpoch | None, heartbeat: Heartbeat | None
    ) -> Result:
        """Run a trial with one seed."""
        timeout, most = self.limits.timeout, self.user_code.epochs_of(trial)
        try:
            with (
                self.context(trial, directory, heartbeat) as context,
                written_curve(context.files.directory, on_epoch) as on_each_epoch,
            ):
                return self.user_code.run_trial(
                    context,
                    lambda begin: follow(
                        trial,
                        self.metric,
                        _at_most(most, _whole_curve(begin, context.files)),
                        on_epoch=on_each_epoch,
                        timeout=timeout,
                    ),
                )
        except OSError as error:  # from the files; follow() handles everything else
            return Result(trial.number, Status.FAILED, reason=describe(error))

    @contextmanager
    def context(self, trial: Trial, directory: Path, heartbeat: Heartbeat | None) -> Iterator[TrialContext]:
        """Everything that the code needs to run a trial, locked for this process.

        Args:
            trial: The trial to run.
            directory: The trial's directory; created if it does not exist.
            heartbeat: Called about once a second; an exception from it ends the trial.

        Raises:
            OSError: The files cannot be used.
        """
        with (
            shortages_named(),
            TrialFiles(directory) as files,
            device(self.devices, self.trials / "devices") as name,
        ):
            variables = {} if name is None else {DEVICE_VARIABLE: name}
            yield TrialContext(
                trial,
                self.metric,
                files,
                self.directory,
                {**user_environment(), **self.environment},
                {**variables, **_variables(trial, files)},
                self.limits,
                self.limits.deadline(),
                heartbeat,
            )

    def files(self) -> Mapping[str, bytes]:
        """The files that belong to the code."""
        files = self.user_code.files(self.root or self.directory)
        return {f"code/{name}": content for name, content in files.items()}

    def with_root(self, root: Path) -> Self:
        """The same objective with the code and its trials below ``root``."""
        code, project = root / "code", self.root or self.directory
        return replace(
            self,
            user_code=self.user_code.with_root(project, code),
            directory=code / self.directory.relative_to(project),
            trials=root / "trials",
            root=code,
        )


def _variables(trial: Trial, files: TrialFiles) -> dict[str, str]:
    """The environment variables that describe a trial to user code."""
    values = (trial.number, trial.seed, files.directory, files.checkpoint)
    return dict(zip(TRIAL_VARIABLES, map(str, values), strict=True))


def _whole_curve(begin: Callable[[], Records], files: TrialFiles) -> Records:
    """The records of a program, including those from before its checkpoint.

    The entry ``epoch`` of the first new record says which they are. If there is a gap between the old records
    and that one, the trial starts over without its checkpoint.
    """
    resumes = files.has_checkpoint()
    earlier = files.earlier() if resumes else []
    began = False
    with closing(begin()) as records:
        while True:
            try:
                record = next(records)
            except StopIteration as end:
                if not began:  # its checkpoint was from the last epoch
                    yield from earlier
                final: Mapping[str, Any] | None = end.value
                return final
            except NothingReported:
                if not earlier:
                    raise
                yield from earlier  # as above
                return None
            if not began:
                position = continues_at(record, earlier) if resumes else 0
                if position is None:
                    break
                files.start(earlier[:position])
                yield from earlier[:position]
                began = True
            files.report(record)
            yield record
    files.forget_checkpoint()
    return (yield from _whole_curve(begin, files))


def _at_most(most: int | None, records: Records) -> Records:
    """Records up to a maximum; one more ends the trial, as ``done``."""
    count = 0
    with closing(records):
        while True:
            try:
                record = next(records)
            except StopIteration as end:
                final: Mapping[str, Any] | None = end.value
                return final
            if count == most:
                raise TrialEnded(Status.DONE, f"ended after {most} epochs, as it continued past them")
            count += 1
            yield record


def continues_at(record: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]]) -> int | None:
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
