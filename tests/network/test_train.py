"""Tests of training: what it learns, and that it can be stopped and resumed anywhere."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.data.dataset import Dataset
from hpsearch.data.formats import Rows
from hpsearch.data.load import load
from hpsearch.data.prepare import prepare
from hpsearch.errors import DataError
from hpsearch.network.artifacts import read_artifact, write_artifact
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.optimizers import OPTIMIZERS
from hpsearch.network.train import Training, batches


def small(features: int = 5, rows: int = 53, dtype: str = "float32") -> Dataset:
    """Three classes that overlap."""
    rng = np.random.default_rng(0)
    y = np.arange(rows) % 3
    return prepare(Rows(rng.standard_normal((rows, features)) + y[:, None], y), dtype=dtype)


def choose(**values: Any) -> Hyperparameters:
    """Values for a small network and a few epochs."""
    return Hyperparameters.from_values({"hidden_units": 8, "batch_size": 7, "epochs": 4, **values})


def test_digits_are_learned() -> None:
    """Fifteen epochs with well-chosen values recognize 98 % of the test digits, from any initial weights."""
    values = {"hidden_units": 128, "learning_rate_decay": 0.3, "batch_size": 32, "dropout": 0.2, "epochs": 15}
    digits = load("digits", seed=0)
    training = Training(digits, Hyperparameters.from_values(values), (0, 1, 2, 3))
    *_, last = training
    tests = training.evaluate(digits.x_test, digits.y_test)
    assert min(test["accuracy"] for test in tests) >= 0.98
    assert max(metrics["train_loss"] for metrics in last) < 0.06


@pytest.mark.parametrize(("source", "accuracy"), [("blobs", 0.93), ("moons", 0.95), ("spirals", 0.95)])
def test_generated_sets_are_learned(source: str, accuracy: float) -> None:
    """The point clouds can be separated about as well as their overlap allows."""
    dataset = load(source, seed=0)
    training = Training(dataset, Hyperparameters.from_values({"epochs": 30}), (0,))
    *_, (last,) = training
    assert last["val_accuracy"] >= accuracy


def test_metrics_are_those_promised() -> None:
    """Every epoch reports its four metrics, and error and accuracy add up to 1."""
    for (metrics,) in Training(small(), choose()):
        assert list(metrics) == ["train_loss", "val_loss", "val_error", "val_accuracy"]
        assert metrics["val_error"] + metrics["val_accuracy"] == 1


def test_without_validation_rows_the_training_loss_remains() -> None:
    """A data set without a validation split can still be trained on."""
    for (metrics,) in Training(small().with_validation_in_training(), choose()):
        assert list(metrics) == ["train_loss"]


def test_training_repeats_itself() -> None:
    """The same data, values and seed give the same metrics; another seed gives others."""
    first, second, other = (list(Training(small(), choose(dropout=0.2), (seed,))) for seed in (1, 1, 2))
    assert first == second != other


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("at", [1, 3])
def test_a_resumed_training_is_the_uninterrupted_one(optimizer: str, at: int, tmp_path: Path) -> None:
    """Saved after any epoch and resumed elsewhere, with dropout on, it ends with the same bits."""
    chosen = choose(optimizer=optimizer, dropout=0.3, learning_rate_decay=0.1, weight_decay=0.01)
    whole = Training(small(), chosen, (5, 6))
    records = list(whole)
    part = Training(small(), chosen, (5, 6))
    begun = [record for _, record in zip(range(at), part, strict=False)]
    part.save(tmp_path / "checkpoint.npz")
    resumed = Training.resume(tmp_path / "checkpoint.npz", small())
    assert begun + list(resumed) == records
    np.testing.assert_array_equal(resumed.network.parameters, whole.network.parameters)
    np.testing.assert_array_equal(resumed.network.running_stats, whole.network.running_stats)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.npz"]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"dropout": 0.3, "optimizer": "sgd", "hidden_units_2": 5},
        {"batch_norm": False, "activation": "tanh", "weight_decay": 0.1},
        {"hidden_layers": 0, "batch_size": 16},
    ],
    ids=str,
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_networks_in_a_stack_are_the_networks_alone(values: dict[str, Any], dtype: str) -> None:
    """A network's metrics and parameters have the same bits in a stack as alone."""
    dataset, chosen, seeds = small(dtype=dtype), choose(**values), (3, 1, 4)
    stack = Training(dataset, chosen, seeds)
    together = list(stack)
    for which, seed in enumerate(seeds):
        alone = Training(dataset, chosen, (seed,))
        assert [metrics for (metrics,) in alone] == [record[which] for record in together]
        np.testing.assert_array_equal(alone.network.parameters[0], stack.network.parameters[which])


def test_a_stack_of_the_size_of_digits_keeps_its_bits() -> None:
    """The same is true of the shapes that searches use."""
    digits, chosen = load("digits", seed=1), Hyperparameters.from_values({"epochs": 1})
    stack = list(Training(digits, chosen, (0, 1)))
    assert stack == [
        (*Training(digits, chosen, (0,)).train_epoch(), *Training(digits, chosen, (1,)).train_epoch())
    ]


def test_divergence_ends_training() -> None:
    """The first loss that is not finite ends the epoch and training; its validation metrics are NaN."""
    training = Training(small(), choose(learning_rate=1e30, batch_norm=False, epochs=10))
    *_, (last,) = training
    assert training.diverged
    assert training.epoch < 10
    assert not math.isfinite(last["train_loss"])
    assert all(math.isnan(last[name]) for name in ("val_loss", "val_error", "val_accuracy"))


def test_the_last_step_of_an_epoch_is_checked() -> None:
    """Training ends if a parameter is not finite, even if the last loss was."""
    data = small().with_validation_in_training()
    training = Training(data, choose(learning_rate=1e38, optimizer="sgd", batch_size=100, weight_decay=10))
    ((metrics,),) = list(training)
    assert training.diverged
    assert training.epoch == 1
    assert math.isfinite(metrics["train_loss"])


def test_learning_rate_decays_by_epoch() -> None:
    """Epoch e, counted from 0, takes steps of α₀ / (1 + decay · e)."""
    frozen = Training(small(), choose(optimizer="sgd", learning_rate=1.0, learning_rate_decay=1e12, epochs=2))
    frozen.train_epoch()
    before = frozen.network.parameters.copy()
    frozen.train_epoch()
    np.testing.assert_allclose(frozen.network.parameters, before, atol=1e-6)


@given(rows=st.integers(2, 200), size=st.integers(2, 250))
def test_batches_hold_every_row_once_and_never_one_alone(rows: int, size: int) -> None:
    """Batches are contiguous; none has a single row; a short one comes last."""
    found = batches(rows, size)
    assert found[0][0] == 0
    assert found[-1][1] == rows
    assert all(end == start for (_, end), (start, _) in pairwise(found))
    assert all(end - start == size for start, end in found[:-1])
    assert 2 <= found[-1][1] - found[-1][0] <= size + 1


def test_a_batch_larger_than_the_data_is_all_of_them() -> None:
    """The rows train as one mini-batch, with the same result as a batch size of their number."""
    rows = len(small().x_train)
    large, exact = (list(Training(small(), choose(batch_size=size))) for size in (1000, rows))
    assert large == exact


def test_other_data_may_take_over_between_epochs() -> None:
    """Training continues with the new rows, whatever their number."""
    training = Training(small(), choose())
    training.train_epoch()
    training.dataset = replace(small(), x_train=small().x_train[:10], y_train=small().y_train[:10])
    (metrics,) = training.train_epoch()
    assert training.epoch == 2
    assert math.isfinite(metrics["train_loss"])


def test_a_checkpoint_of_other_data_is_refused(tmp_path: Path) -> None:
    """The message has the checkpoint's numbers of features and classes, and those found."""
    Training(small(5), choose()).save(tmp_path / "checkpoint.npz")
    with pytest.raises(DataError, match="for 6 features and 3 classes; found 5 and 3"):
        Training.resume(tmp_path / "checkpoint.npz", small(6))


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "missing", "other"])
def test_a_damaged_checkpoint_is_refused(damage: str, tmp_path: Path) -> None:
    """Whatever happened to the file, the error is a DataError that names it."""
    path = tmp_path / "checkpoint.npz"
    Training(small(), choose()).save(path)
    match damage:
        case "cut":
            path.write_bytes(path.read_bytes()[:500])
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("not an npz")
        case "missing":
            path.unlink()
        case "other":
            np.savez(path, metadata=np.array("{}"))
    with pytest.raises(DataError, match=r"checkpoint\.npz"):
        Training.resume(path, small())


@pytest.mark.parametrize(
    ("metadata", "arrays"),
    [
        ({"epoch": -1}, {}),
        ({"steps": "3"}, {}),
        ({"seeds": [0, 1]}, {}),
        ({"diverged": 0}, {}),
        ({"hyperparameters": {}}, {}),
        ({}, {"parameters": lambda array: array.astype(np.float64)}),
        ({}, {"parameters": lambda array: array * np.nan}),
        ({}, {"running_stats": lambda array: array[:, :1]}),
        ({}, {"slot_0": lambda array: array[:, :1]}),
        ({}, {"slot_1": lambda array: array.astype(np.float64)}),
    ],
)
def test_what_a_checkpoint_holds_is_checked(
    metadata: dict[str, Any], arrays: dict[str, Callable[[np.ndarray], np.ndarray]], tmp_path: Path
) -> None:
    """Counts must be counts, and every array must have its exact shape and type."""
    path = tmp_path / "checkpoint.npz"
    training = Training(small(), choose())
    training.train_epoch()
    training.save(path)
    saved, held = read_artifact(path, "checkpoint")
    changed = {name: change(held[name]) for name, change in arrays.items()}
    write_artifact(path, "checkpoint", {**saved, **metadata}, {**held, **changed})
    with pytest.raises(
        DataError, match=r"checkpoint\.npz: not a checkpoint that can be resumed; delete it: "
    ):
        Training.resume(path, small())
