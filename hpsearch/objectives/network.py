"""Training the built-in network as a trial."""

from __future__ import annotations  # types are imported for annotations only

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from hpsearch.commands import NO_OPTIONS
from hpsearch.data.dataset import Dataset
from hpsearch.data.load import fingerprint, load
from hpsearch.errors import RunMismatch
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.train import Training
from hpsearch.objectives.checkpoint import Checkpoint
from hpsearch.objectives.follow import describe, follow
from hpsearch.objectives.network_records import babysat_records, mean_over_seeds, records
from hpsearch.objectives.retrying import with_retries
from hpsearch.running import written_curve
from hpsearch.touches.babysitting import TOUCHES, touches_of
from hpsearch.trial import Epoch, Metric, Result, Status, Trial, Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hpsearch.commands import ResumeOptions
    from hpsearch.config import Config
    from hpsearch.config.network_settings import NetworkSettings
    from hpsearch.objective import Heartbeat, Objective, OnEpoch
    from hpsearch.store import Run

CHECKPOINT_SECONDS = 10.0
"""Seconds: about the most work lost with a killed trial; a shorter trial writes no files."""


@dataclass(frozen=True)
class NetworkObjective:
    """Trains the network, with all seeds of a trial at once.

    Attributes:
        data: The directory of the prepared data set (:meth:`hpsearch.data.dataset.Dataset.save`).
        trials: The directory in which a trial may create its own, for its checkpoint, which stays until
            the result is on disk.
        metric: The search's metric.
        constants: Hyperparameters that all trials have in common.
        timeout: In seconds, or None.
        babysit: Whether a careful nurse watches (:mod:`hpsearch.touches.babysitting`).
        checkpoint_seconds: The time between checkpoints.
    """

    data: Path
    trials: Path
    metric: Metric
    constants: Mapping[str, Value]
    timeout: float | None = None
    babysit: bool = False
    checkpoint_seconds: float = CHECKPOINT_SECONDS

    def __call__(
        self, trial: Trial, on_epoch: OnEpoch | None = None, heartbeat: Heartbeat | None = None
    ) -> Result:
        """Run a trial, from its checkpoint if it has one."""
        directory = self.trials / f"{trial.number:05d}" / "checkpoint"
        checkpoint = Checkpoint(directory, self.checkpoint_seconds)
        try:
            dataset = Dataset.open(self.data)
            training, earlier = checkpoint.resume(dataset) or (self._begin(dataset, trial), ())
        except MemoryError as error:
            return Result(trial.number, Status.OUT_OF_MEMORY, reason=describe(error))
        except Exception as error:  # from here on, follow() handles exceptions
            return Result(trial.number, Status.FAILED, reason=describe(error))

        best = _BestEpoch(self.metric, training, earlier)
        curve = list(earlier)

        def keep(trial: Trial, epoch: Epoch) -> None:
            curve.append(epoch)
            best.look(epoch)
            checkpoint.epoch(training, epoch)
            if on_epoch is not None:
                on_epoch(trial, epoch)
            if heartbeat is not None:
                heartbeat()

        with written_curve(directory.parent, keep, earlier) as on_each_epoch:
            return follow(
                trial,
                self.metric,
                babysat_records(training, earlier) if self.babysit else records(training),
                earlier=earlier,
                on_epoch=on_each_epoch,
                final=lambda: _test_metrics(training) | self._touches(trial, curve),
                timeout=self.timeout,
                epochs=training.hyperparameters.epochs,
            )

    def files(self) -> Mapping[str, bytes]:
        """The prepared data."""
        return {f"data/{path.name}": path.read_bytes() for path in self.data.iterdir()}

    def with_root(self, root: Path) -> Self:
        """The same objective with data and trials below ``root``."""
        return replace(self, data=root / "data", trials=root / "trials")

    def _begin(self, dataset: Dataset, trial: Trial) -> Training:
        return Training(dataset, self._hyperparameters(trial), trial.seeds)

    def _hyperparameters(self, trial: Trial) -> Hyperparameters:
        return Hyperparameters.from_values({**self.constants, **trial.values})

    def _touches(self, trial: Trial, curve: Sequence[Epoch]) -> dict[str, float]:
        """How often a babysat trial was touched."""
        if not self.babysit:
            return {}
        return {TOUCHES: len(touches_of(curve, self._hyperparameters(trial).learning_rate))}


class NetworkPreparation:
    """The preparation of a search that trains the network: data that are prepared once.

    Args:
        config: The search's config.
        settings: Its objective.
    """

    must_match: ClassVar[bool] = True

    def __init__(self, config: Config, settings: NetworkSettings) -> None:
        self._config = config
        self._settings = settings
        self._dataset: Dataset | None = None

    @property
    def dataset(self) -> Dataset:
        """The data; read when first needed.

        Raises:
            DataError: The data cannot be used.
        """
        if self._dataset is None:
            settings = self._settings
            self._dataset = load(
                settings.data,
                seed=self._config.seed,
                label=settings.label,
                validation=settings.validation,
                test=settings.test,
                dtype=settings.dtype,
                standardize=settings.standardize,
            )
        return self._dataset

    def check(self) -> Sequence[str]:
        """Read the data, and compare their size with the batch sizes."""
        self._config.check_rows(len(self.dataset.x_train))
        return self.dataset.warnings

    def fingerprint(self) -> str:
        """The SHA-256 of the data files."""
        settings = self._settings
        return fingerprint(settings.data, validation=settings.validation, test=settings.test)

    def rows(self) -> Mapping[str, int]:
        """How many rows each split has."""
        data = self.dataset
        splits = {"train": data.y_train, "validation": data.y_validation, "test": data.y_test}
        return {name: len(labels) for name, labels in splits.items()}

    def files(self) -> Mapping[str, bytes]:
        """None, because the data are prepared when the search runs."""
        return {}

    def record(self) -> None:
        """None: it runs no code of the user's."""

    def resume(
        self, run: Run, kept: Sequence[int], *, accept: bool, typed: ResumeOptions = NO_OPTIONS
    ) -> Sequence[str]:
        """Nothing, because only the data are compared."""
        return ()

    def watch(self, run: Run) -> None:
        """None: it runs no code of the user's."""

    def close(self) -> None:
        """Does nothing."""

    def changes(self, run: Run) -> Sequence[str]:
        """None; with other data it would be another trial."""
        if self.fingerprint() != run.meta("data"):
            raise RunMismatch(
                f"The data has changed since {run.directory} began, so no trial can run again as it was."
                " Restore the old data, or search the new data."
            )
        return ()

    def objective(self, run: Run, place: Path | None = None) -> Objective:
        """The objective that trains the network, after preparing the data."""
        where = (place or run.directory).resolve()
        data = where / run.data_directory.name
        if not (data / "dataset.json").exists():
            dataset = self.dataset
            with run.writing():
                dataset.save(data)
        self._dataset = None  # from now on the data are in memory once, as files that every worker maps
        objective = NetworkObjective(
            data=data,
            trials=where / run.trials_directory.name,
            metric=self._config.metric,
            constants=self._settings.constants,
            timeout=self._config.run.timeout,
            babysit=self._config.search.babysit,
            checkpoint_seconds=CHECKPOINT_SECONDS,
        )
        return with_retries(objective, self._config.run)


class _BestEpoch:
    """Keeps the networks of the epoch that determines a trial's value, if it is not the last one."""

    def __init__(self, metric: Metric, training: Training, earlier: Sequence[Epoch]) -> None:
        self._metric = metric
        self._training = training
        self._worth = metric.worths(earlier)[-1] if earlier else None

    def look(self, epoch: Epoch) -> None:
        """Keep the networks if this epoch is the best so far."""
        worth = self._metric.worth_after(epoch, self._worth)
        if self._metric.at == "best" and worth is not self._worth:
            self._training.keep()
        self._worth = worth


def _test_metrics(training: Training) -> dict[str, float]:
    """The metrics on the test rows, of the networks at the epoch that determines the trial's value."""
    training.go_back()
    if not len(training.dataset.x_test):
        return {}
    stack = training.evaluate(training.dataset.x_test, training.dataset.y_test)
    return {f"test_{name}": value for name, value in mean_over_seeds(stack).items()}
