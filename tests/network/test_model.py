"""Tests of a trained network as a file."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.data.builtin import moons
from hpsearch.data.formats import Rows
from hpsearch.data.load import load
from hpsearch.data.prepare import prepare
from hpsearch.errors import DataError
from hpsearch.network.artifacts import read_artifact, write_artifact
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.model import Model
from hpsearch.network.train import Training


def trained(seeds: tuple[int, ...] = (0,)) -> Training:
    """Three epochs of moons."""
    training = Training(load("moons", seed=0), Hyperparameters.from_values({"epochs": 3}), seeds)
    list(training)
    return training


def test_a_model_takes_rows_as_they_are_in_the_file() -> None:
    """It standardises rows itself, so its predictions match the evaluation in training."""
    training, rows = trained(), moons()
    dataset = training.dataset
    (figures,) = training.evaluate(dataset.x_test, dataset.y_test)
    x = dataset.x_test * dataset.scale + dataset.mean
    assert np.mean(training.model().predict(x) == dataset.y_test) == figures["accuracy"]
    assert np.mean(training.model().predict(rows.x) == rows.y) > 0.85


def test_a_saved_model_predicts_the_same(tmp_path: Path) -> None:
    """A round trip through a file keeps every bit, and the notes stored with the model."""
    model, x = trained().model(), moons().x
    model.extra["test_error"] = 0.125
    model.save(tmp_path / "model.npz")
    opened = Model.open(tmp_path / "model.npz")
    np.testing.assert_array_equal(opened.probabilities(x), model.probabilities(x))
    assert opened.classes == (0, 1)
    assert opened.extra == {"test_error": 0.125}


def test_labels_of_text_come_back_as_text(tmp_path: Path) -> None:
    """The classes are the user's own labels."""
    rows = moons()
    named = Rows(rows.x, np.array(["low", "high"])[rows.y])
    training = Training(prepare(named), Hyperparameters.from_values({"epochs": 3}))
    list(training)
    training.model().save(tmp_path / "model.npz")
    found = Model.open(tmp_path / "model.npz").predict(rows.x)
    assert set(found.tolist()) == {"low", "high"}
    assert np.mean(found == named.y) > 0.85


def test_any_network_of_a_stack_becomes_a_model() -> None:
    """The second model of a stack equals the model of its seed alone."""
    x = moons().x
    expected = trained((9,)).model().probabilities(x)
    np.testing.assert_array_equal(trained((4, 9)).model(1).probabilities(x), expected)


def test_a_model_is_a_copy() -> None:
    """Further training does not change a model that was taken."""
    training, x = trained(), moons().x
    model = training.model()
    before = model.probabilities(x)
    training.train_epoch()
    np.testing.assert_array_equal(model.probabilities(x), before)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((2, 3)), "must have the model's 2 features; found 3"),
        (np.zeros(2), r"must have the shape \(rows, features\)"),
        (np.array([[0, np.nan]]), "found nan in row 0, column 1"),
        (np.array([["a", "b"]]), "must hold numbers"),
        (np.array([[0, 0], [0, 1e300]]), r"X: every number must fit float32 .* 1e\+300 in row 1, column 1"),
        (np.array([[0, 0], [1e38, 1e38]]), r"X: row 1 \(counted from 0\) is so far from the training rows"),
    ],
)
def test_rows_that_do_not_fit_are_refused(x: np.ndarray, message: str) -> None:
    """A wrong number of features, a wrong shape and non-numbers are errors."""
    with pytest.raises(DataError, match=message):
        trained().model().predict(x)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    """A checkpoint or a text in place of a model is an error."""
    trained().save(tmp_path / "checkpoint.npz")
    with pytest.raises(DataError, match=r"checkpoint\.npz: must be a model of schema 2; found a checkpoint"):
        Model.open(tmp_path / "checkpoint.npz")
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(DataError, match=r"text\.npz"):
        Model.open(tmp_path / "text.npz")


def test_pickles_are_not_opened(tmp_path: Path) -> None:
    """An array of Python objects in a model's place is refused, not unpickled."""
    np.savez(tmp_path / "model.npz", metadata=np.array({"schema": 1}, dtype=object))
    with pytest.raises(DataError, match=r"model\.npz"):
        Model.open(tmp_path / "model.npz")


DAMAGES = {
    "scalar parameters": {"parameters": np.float32(1)},
    "complex parameters": {"parameters": lambda array: array * 1j},
    "parameters of another size": {"parameters": lambda array: array[:, :-1]},
    "NaN": {"parameters": lambda array: array * np.nan},
    "running_stats that are not finite": {"running_stats": lambda array: array * np.inf},
    "running_stats of another type": {"running_stats": lambda array: array.astype(np.float64)},
    "scale 0": {"scale": lambda array: array * 0},
    "one scale": {"scale": lambda array: array[:1]},
    "whole means": {"mean": lambda array: array.astype(int)},
    "text means": {"mean": lambda array: array.astype(str)},
    "two rows of means": {"mean": lambda array: np.stack([array, array])},
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_arrays_of_a_model_are_checked(damage: dict[str, Any], tmp_path: Path) -> None:
    """Each must have its shape and type, and contain finite numbers."""
    trained().model().save(tmp_path / "model.npz")
    metadata, arrays = read_artifact(tmp_path / "model.npz", "model")
    ((name, change),) = damage.items()
    arrays[name] = np.asarray(change(arrays[name]) if callable(change) else change)
    write_artifact(tmp_path / "model.npz", "model", metadata, arrays)
    with pytest.raises(DataError, match=r"model\.npz: not a model"):
        Model.open(tmp_path / "model.npz")


@pytest.mark.parametrize(
    "change",
    [
        {"classes": ["a"]},
        {"classes": ["a", 1]},
        {"classes": [1, 1]},
        {"classes": 3},
        {"feature_names": ["a"]},
        {"feature_names": [1, 2]},
        {"label_name": 5},
        {"extra": 1},
        {"hyperparameters": []},
        {"hyperparameters": {"learning_rate": 0.1}},
        *(
            {"hyperparameters": {name: value}}
            for name, value in [
                ("batch_norm", "false"),
                ("dropout", 2),
                ("hidden_units", [10**9, 10**9]),
                ("hidden_units", 64),
                ("activation", "swish"),
            ]
        ),
    ],
    ids=str,
)
def test_what_a_model_says_of_itself_is_checked(change: dict[str, Any], tmp_path: Path) -> None:
    """Impossible classes, names and hyperparameters are refused, without allocating memory for them."""
    trained().model().save(tmp_path / "model.npz")
    metadata, arrays = read_artifact(tmp_path / "model.npz", "model")
    hyperparameters = change.get("hyperparameters")
    if isinstance(hyperparameters, dict) and "learning_rate" not in hyperparameters:
        change = {"hyperparameters": {**metadata["hyperparameters"], **hyperparameters}}
    write_artifact(tmp_path / "model.npz", "model", {**metadata, **change}, arrays)
    with pytest.raises(DataError, match=r"model\.npz: not a model"):
        Model.open(tmp_path / "model.npz")


@pytest.mark.parametrize("text", ["[" * 100_000, "[1, 2]", "", "{}"])
def test_a_damaged_file_may_hold_any_text(text: str, tmp_path: Path) -> None:
    """The file is refused by name, however deep or empty its text."""
    np.savez(tmp_path / "model.npz", metadata=np.array(text))
    with pytest.raises(DataError, match=r"model\.npz: not a file that hpsearch wrote, or damaged"):
        Model.open(tmp_path / "model.npz")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a model cannot be written completely, only the old file remains."""
    model = trained().model()
    model.save(tmp_path / "model.npz")
    before = (tmp_path / "model.npz").read_bytes()

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    model.extra["test_error"] = 0.5
    with pytest.raises(OSError, match="No space left"):
        model.save(tmp_path / "model.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["model.npz"]
    assert (tmp_path / "model.npz").read_bytes() == before
