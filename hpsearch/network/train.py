"""Training: epochs of mini-batches, saved and resumed to the last bit."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from hpsearch.data.arrays import Array, cache_aligned
from hpsearch.data.dataset import Dataset
from hpsearch.errors import DataError, UsageError
from hpsearch.network.artifacts import read_artifact, write_artifact
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.mlp import MLP
from hpsearch.network.model import Model
from hpsearch.network.optimizers import optimizer_class
from hpsearch.network.passes import EvaluationPass, TrainingPass
from hpsearch.network.schedules import SCHEDULES
from hpsearch.touches import Change

_KEPT = "kept_parameters", "kept_running_stats"  # in a checkpoint

Metrics = dict[str, float]
"""``train_loss``, and with a validation split ``val_loss``, ``val_error`` and ``val_accuracy``."""


class Snapshot(NamedTuple):
    """The state of a training at one point.

    Attributes:
        epoch: How many epochs were trained.
        steps: How many steps were made.
        arrays: Copies of everything that training changes.
    """

    epoch: int
    steps: int
    arrays: tuple[Array, ...]


class Training:
    """The training of one network, or of a stack of networks that differ by their seeds alone.

    Iterating trains: every item is one epoch's metrics, a mapping per seed. Training ends after
    ``hyperparameters.epochs`` epochs, or after the first epoch in which a loss, or at its end a parameter, is
    not finite; metrics that this epoch could not measure are NaN. The result depends on the data, the
    hyperparameters and the seed, to the last bit, but not on the other networks of the stack, nor on where
    training was saved and resumed.

    The order of the rows and dropout are drawn from a new generator in every epoch, seeded by seed and epoch,
    so a checkpoint needs no generator state.

    Attributes:
        dataset: The data to train on; may be replaced between epochs if features and classes are the same.
        hyperparameters: The same for every network.
        seeds: One per network.
        network: The networks.
        epoch: How many epochs were trained.
        diverged: Whether a loss, or a parameter at an epoch's end, was not finite.

    Args:
        dataset: See above.
        hyperparameters: See above.
        seeds: See above.
        initial: As for :class:`~hpsearch.network.mlp.MLP`.
    """

    def __init__(
        self,
        dataset: Dataset,
        hyperparameters: Hyperparameters,
        seeds: Sequence[int] = (0,),
        initial: tuple[Array, Array] | None = None,
    ) -> None:
        self.dataset = dataset
        self.hyperparameters = hyperparameters
        self.seeds = tuple(seeds)
        self.network = MLP(
            dataset.features, dataset.n_classes, hyperparameters, self.seeds, dataset.dtype, initial
        )
        self.epoch = 0
        self.diverged = False
        parameters = self.network.parameters
        self._gradient = cache_aligned(parameters.shape, parameters.dtype)
        self._optimizer = optimizer_class(hyperparameters.optimizer)(
            parameters, self._gradient, self.network.n_weights, hyperparameters
        )
        self._generators: list[np.random.Generator] = []
        self._passes: dict[int, TrainingPass] = {}
        self._evaluation = EvaluationPass(self.network)
        self._kept: tuple[Array, Array] | None = None

    def __iter__(self) -> Iterator[tuple[Metrics, ...]]:
        """Train the epochs that are left."""
        while not self.ended:
            yield self.train_epoch()

    @property
    def ended(self) -> bool:
        """Whether there is no epoch left to train."""
        return self.diverged or self.epoch >= self.hyperparameters.epochs

    def train_epoch(self) -> tuple[Metrics, ...]:
        """Train one epoch and measure it."""
        metrics = [{"train_loss": loss} for loss in self._descend()]
        self.epoch += 1
        if len(self.dataset.x_validation):
            measured = self.evaluate(self.dataset.x_validation, self.dataset.y_validation)
            for own, figures in zip(metrics, measured, strict=True):
                own |= {
                    f"val_{name}": math.nan if self.diverged else figure for name, figure in figures.items()
                }
        return tuple(metrics)

    def _descend(self) -> list[float]:
        """One pass over the training split; the mean loss of each network."""
        x, y, chosen = self.dataset.x_train, self.dataset.y_train, self.hyperparameters
        # In place, because dropout refers to this list. Stream 0 of a seed draws the initial weights.
        self._generators[:] = [np.random.default_rng([seed, 1 + self.epoch]) for seed in self.seeds]
        order = np.stack([generator.permutation(len(x)) for generator in self._generators])
        schedule = SCHEDULES[chosen.learning_rate_schedule]
        learning_rate = schedule(chosen.learning_rate, chosen.learning_rate_decay, self.epoch, chosen.epochs)
        totals = [0.0] * len(self.seeds)
        with np.errstate(all="ignore"):
            for start, end in batches(len(x), chosen.batch_size):
                step = self._pass(end - start)
                losses = step.forward(x, y, order[:, start:end])
                totals = [total + loss * (end - start) for total, loss in zip(totals, losses, strict=True)]
                if not math.isfinite(sum(losses)):
                    self.diverged = True
                    return [total / end for total in totals]
                step.backward()
                self._optimizer.step(learning_rate)
        # No loss is computed with the parameters after the last step, so check them here.
        network = self.network
        self.diverged = not (
            np.isfinite(network.parameters).all() and np.isfinite(network.running_stats).all()
        )
        return [total / len(x) for total in totals]

    def _pass(self, rows: int) -> TrainingPass:
        if rows not in self._passes:
            self._passes[rows] = TrainingPass(self.network, rows, self._gradient, self._generators)
        return self._passes[rows]

    def evaluate(self, x: Array, y: Array) -> tuple[Metrics, ...]:
        """``loss``, ``error`` and ``accuracy`` of each network over the rows of a split.

        Args:
            x: Features, (rows, features), at least one row, standardised like the training split.
            y: Classes, (rows,).
        """
        rows, result = np.arange(len(y)), []
        for logarithms in self._evaluation.log_probabilities(x):
            loss = -float(np.mean(logarithms[rows, y], dtype=np.float64))
            wrong = int(np.count_nonzero(logarithms.argmax(axis=1) != y))
            result.append({"loss": loss, "error": wrong / len(y), "accuracy": (len(y) - wrong) / len(y)})
        return tuple(result)

    def keep(self) -> None:
        """Keep the networks in their present state, replacing those kept before; checkpoints include them."""
        arrays = self.network.parameters, self.network.running_stats
        if self._kept is None:
            self._kept = arrays[0].copy(), arrays[1].copy()
        for kept, array in zip(self._kept, arrays, strict=True):
            kept[:] = array

    def go_back(self) -> None:
        """Replace the networks of the last epoch by those that were kept, if any."""
        if self._kept is not None:
            self.network.parameters[:], self.network.running_stats[:] = self._kept

    def model(self, which: int = 0, extra: Mapping[str, Any] | None = None) -> Model:
        """A copy of one of the networks, with the standardisation and labels of its data.

        Args:
            which: The index of its seed.
            extra: See :class:`~hpsearch.network.model.Model`.
        """
        dataset = self.dataset
        own = slice(which, which + 1)
        initial = self.network.parameters[own], self.network.running_stats[own]
        network = MLP(dataset.features, dataset.n_classes, self.hyperparameters, (0,), dataset.dtype, initial)
        return Model(
            network,
            dataset.classes,
            dataset.mean,
            dataset.scale,
            extra,
            feature_names=dataset.feature_names,
            label_name=dataset.label_name,
        )

    def change(self, changes: Mapping[str, Change]) -> None:
        """Continue with other hyperparameters from here; if the changes are not possible, nothing changes.

        Args:
            changes: See :meth:`~hpsearch.network.hyperparameters.Hyperparameters.changed`.

        Raises:
            UsageError: The changes are not possible.
        """
        before, old = self.hyperparameters, self._optimizer
        self.hyperparameters = self.network.hyperparameters = before.changed(changes)
        self._optimizer = optimizer_class(before.optimizer)(
            self.network.parameters, self._gradient, self.network.n_weights, self.hyperparameters
        )
        self._optimizer.steps = old.steps
        for slot, was in zip(self._optimizer.slots, old.slots, strict=True):
            slot[:] = was
        self._optimizer.carry_over(before)
        self._passes.clear()  # they are bound to the hyperparameters

    def touched(self, changes: Mapping[str, Change]) -> Self:
        """A training at the same point with other hyperparameters; this one is unchanged.

        Args:
            changes: As for :meth:`change`.

        Raises:
            UsageError: The changes are not possible.
        """
        training = self._restored(self.dataset, self._metadata(), self._arrays())
        training.change(changes)
        return training

    def snapshot(self) -> "Snapshot":
        """The state that :meth:`rewind` needs to return to this point."""
        arrays = [self.network.parameters, self.network.running_stats, *self._optimizer.slots]
        return Snapshot(self.epoch, self._optimizer.steps, tuple(array.copy() for array in arrays))

    def rewind(self, snapshot: "Snapshot") -> None:
        """Return to the point of a snapshot of this training, with the present hyperparameters.

        β₁ and β₂ must not have changed since then; other changes make no difference.
        """
        arrays = [self.network.parameters, self.network.running_stats, *self._optimizer.slots]
        for array, was in zip(arrays, snapshot.arrays, strict=True):
            array[:] = was
        self.epoch, self._optimizer.steps, self.diverged = snapshot.epoch, snapshot.steps, False

    def save(self, path: str | Path) -> None:
        """Write a private checkpoint for :meth:`resume`, completely or not at all."""
        write_artifact(path, "checkpoint", self._metadata(), self._arrays(), private=True)

    @classmethod
    def resume(cls, path: str | Path, dataset: Dataset) -> Self:
        """Continue where :meth:`save` was called, to the last bit.

        Raises:
            DataError: The file is damaged, or its network is for other data.
        """
        metadata, arrays = read_artifact(path, "checkpoint")
        try:
            if metadata["sizes"][0] != dataset.features or metadata["sizes"][-1] != dataset.n_classes:
                raise ValueError(
                    f"must be of a network for {dataset.features} features and {dataset.n_classes} "
                    f"classes; found {metadata['sizes'][0]} and {metadata['sizes'][-1]}"
                )
            _check_counts(metadata)
            if not metadata["diverged"] and not np.isfinite(arrays["parameters"]).all():
                raise ValueError("parameters must be finite numbers")
            return cls._restored(dataset, metadata, arrays)
        except (KeyError, ValueError, TypeError, AttributeError, UsageError) as error:
            raise DataError(f"{path}: not a checkpoint that can be resumed; delete it: {error}") from error

    def _metadata(self) -> dict[str, Any]:
        return {
            "hyperparameters": self.hyperparameters.to_json(),
            "seeds": self.seeds,
            "sizes": self.network.sizes,
            "epoch": self.epoch,
            "steps": self._optimizer.steps,
            "diverged": self.diverged,
        }

    def _arrays(self) -> dict[str, Array]:
        """The arrays that training changes and that persist between epochs."""
        slots = {f"slot_{number}": slot for number, slot in enumerate(self._optimizer.slots)}
        kept = dict(zip(_KEPT, self._kept or (), strict=False))
        arrays = {"parameters": self.network.parameters, "running_stats": self.network.running_stats}
        return {**arrays, **slots, **kept}

    @classmethod
    def _restored(cls, dataset: Dataset, metadata: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        hyperparameters = Hyperparameters.from_json(metadata["hyperparameters"])
        initial = arrays["parameters"], arrays["running_stats"]
        training = cls(dataset, hyperparameters, metadata["seeds"], initial)
        for number, slot in enumerate(training._optimizer.slots):
            slot[:] = _alike(arrays[f"slot_{number}"], slot, "slots")
        if _KEPT[0] in arrays:
            network = training.network
            training._kept = (
                _alike(arrays[_KEPT[0]], network.parameters, "kept parameters").copy(),
                _alike(arrays[_KEPT[1]], network.running_stats, "kept statistics").copy(),
            )
        training.epoch, training.diverged = metadata["epoch"], metadata["diverged"]
        training._optimizer.steps = metadata["steps"]
        return training

    def __reduce__(self) -> tuple[Callable[..., Self], tuple[Any, ...]]:
        """Pickle the data and the content of a checkpoint: layers bound to their arrays cannot be pickled."""
        return self._restored, (self.dataset, self._metadata(), self._arrays())


def _alike(saved: Array, own: Array, what: str) -> Array:
    """An array from a checkpoint. Raises a ValueError if its shape or type is wrong."""
    if saved.shape != own.shape or saved.dtype != own.dtype:
        raise ValueError(
            f"{what} must be {own.dtype} of the shape {own.shape}; "
            f"found {saved.dtype} of the shape {saved.shape}"
        )
    return saved


def _check_counts(metadata: Mapping[str, Any]) -> None:
    """Raises a ValueError if a count in a checkpoint is not a whole number of at least 0."""
    counts = [metadata["epoch"], metadata["steps"], *metadata["seeds"]]
    if (
        not all(type(count) is int and count >= 0 for count in counts)
        or type(metadata["diverged"]) is not bool
    ):
        raise ValueError("epochs, steps and seeds must be whole numbers, diverged true or false")


def batches(rows: int, size: int) -> list[tuple[int, int]]:
    """Where each mini-batch starts and ends.

    The last one contains the remaining rows; a single row joins the batch before it, because batch
    normalisation cannot normalise it alone. A size above the number of rows means one batch of all rows.
    """
    starts = list(range(0, rows, size))
    if len(starts) > 1 and rows - starts[-1] == 1:
        starts.pop()
    return list(zip(starts, [*starts[1:], rows], strict=True))
