"""Training the built-in network as a trial."""

import contextlib
import json
import math
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from hpsearch.data.dataset import Dataset
from hpsearch.files import write_whole
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.train import Training
from hpsearch.objective import Heartbeat, OnEpoch, Records
from hpsearch.objectives.follow import describe, follow
from hpsearch.trial import Epoch, Metric, Result, Status, Trial, Value

CHECKPOINT_SECONDS = 10.0
"""About the most work that a killed trial costs; a shorter trial leaves no files."""


@dataclass(frozen=True)
class NetworkObjective:
    """Trains the network, with all seeds of a trial at once.

    Attributes:
        data: Directory of the prepared data set (:meth:`hpsearch.data.dataset.Dataset.save`).
        trials: Directory in which a trial may make one of its own, for its checkpoint, which stays until
            the result is on the disk.
        metric: What the search makes better.
        constants: Hyperparameters that all trials have in common.
        timeout: In seconds, or None.
        checkpoint_seconds: Between checkpoints.
    """

    data: Path
    trials: Path
    metric: Metric
    constants: Mapping[str, Value]
    timeout: float | None = None
    checkpoint_seconds: float = CHECKPOINT_SECONDS

    def __call__(
        self, trial: Trial, on_epoch: OnEpoch | None = None, heartbeat: Heartbeat | None = None
    ) -> Result:
        """Run a trial, from its checkpoint if it has one."""
        directory = self.trials / f"{trial.number:05d}" / "checkpoint"
        checkpoint = _Checkpoint(directory, self.checkpoint_seconds)
        try:
            dataset = Dataset.open(self.data)
            training, earlier = checkpoint.resume(dataset) or (self._begin(dataset, trial), ())
        except MemoryError as error:
            return Result(trial.number, Status.OUT_OF_MEMORY, reason=describe(error))
        except Exception as error:  # from here on, follow() sees to what is raised
            return Result(trial.number, Status.FAILED, reason=describe(error))

        def keep(trial: Trial, epoch: Epoch) -> None:
            checkpoint.epoch(training, epoch)
            if on_epoch is not None:
                on_epoch(trial, epoch)
            if heartbeat is not None:
                heartbeat()

        return follow(
            trial,
            self.metric,
            _records(training),
            earlier=earlier,
            on_epoch=keep,
            final=lambda: _test_metrics(training),
            timeout=self.timeout,
            epochs=training.hyperparameters.epochs,
        )

    def files(self) -> Mapping[str, bytes]:
        """See :class:`hpsearch.objectives.follow.Objective`."""
        return {f"data/{path.name}": path.read_bytes() for path in self.data.iterdir()}

    def with_root(self, root: Path) -> Self:
        """See :class:`hpsearch.objectives.follow.Objective`."""
        return replace(self, data=root / "data", trials=root / "trials")

    def _begin(self, dataset: Dataset, trial: Trial) -> Training:
        hyperparameters = Hyperparameters.from_values({**self.constants, **trial.values})
        return Training(dataset, hyperparameters, trial.seeds)


def _records(training: Training) -> Records:
    """The epochs of a training; in a diverged one's last, nothing is a number, for its error would be."""
    for stack in training:
        finite = all(math.isfinite(value) for metrics in stack for value in metrics.values())
        yield mean_over_seeds(stack) if finite else dict.fromkeys(stack[0], math.nan)
    return None


def _test_metrics(training: Training) -> dict[str, float]:
    if not len(training.dataset.x_test):
        return {}
    stack = training.evaluate(training.dataset.x_test, training.dataset.y_test)
    return {f"test_{name}": value for name, value in mean_over_seeds(stack).items()}


def mean_over_seeds(stack: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of every metric; of more than one seed, also its standard error, as ``NAME_se``.

    Args:
        stack: The metrics of each seed.
    """
    if len(stack) == 1:
        return dict(stack[0])
    means: dict[str, float] = {}
    for name in stack[0]:
        values = [metrics[name] for metrics in stack]
        means[name] = statistics.fmean(values)
        means[f"{name}_se"] = statistics.stdev(values) / math.sqrt(len(values))
    return means


class _Checkpoint:
    """A trial's training and its learning curve so far, on the disk.

    Args:
        directory: The trial's own; made when first needed.
        seconds: Between two of them.
    """

    def __init__(self, directory: Path, seconds: float) -> None:
        self._directory = directory
        self._training = directory / "training.npz"
        self._curve = directory / "curve.json"
        self._seconds = seconds
        self._last = time.monotonic()
        self._epochs: list[Epoch] = []

    def epoch(self, training: Training, epoch: Epoch) -> None:
        """Write one, if it is time."""
        self._epochs.append(epoch)
        if time.monotonic() - self._last < self._seconds:
            return
        # A full disk costs the checkpoint, not the trial.
        with contextlib.suppress(OSError):
            for path in (self._directory.parents[1], self._directory.parent, self._directory):
                path.mkdir(exist_ok=True, mode=0o700)
            # The curve first: with a kill in between it is too long by some epochs, which resume() cuts off.
            curve = [[epoch.number, dict(epoch.metrics), epoch.seconds] for epoch in self._epochs]
            write_whole(self._curve, json.dumps(curve, allow_nan=False), private=True)
            training.save(self._training)
        self._last = time.monotonic()

    def resume(self, dataset: Dataset) -> tuple[Training, Sequence[Epoch]] | None:
        """The training and the epochs it has behind it; None where there is nothing that can be used."""
        if not self._training.exists():
            return None
        try:
            training = Training.resume(self._training, dataset)
            curve = json.loads(self._curve.read_text(encoding="utf-8"))
            epochs = [Epoch(*epoch) for epoch in curve[: training.epoch]]
        except Exception:  # whatever is wrong with a checkpoint, the trial can start over
            return None
        if len(epochs) != training.epoch:
            return None
        self._epochs = epochs
        return training, tuple(epochs)
