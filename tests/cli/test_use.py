"""Tests of the commands that use what was found: train and predict; and of doctor."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hpsearch.config import load
from hpsearch.launch import start
from tests.cli.conftest import Done
from tests.conftest import Recorder

Program = Callable[..., Done]


@pytest.fixture
def run(in_tmp: Path) -> Path:
    """A short search on a CSV file with text labels."""
    rng = np.random.default_rng(0)
    lines = [f"{x:.3f},{y:.3f},{'north' if y > 0 else 'south'}" for x, y in rng.normal(size=(120, 2))]
    Path("points.csv").write_text("\n".join(["x,y,side", *lines]) + "\n")
    Path("points.yaml").write_text(
        "objective: {network: {data: points.csv, label: side, epochs: 8, batch_size: 16, hidden_layers: 1}}\n"
        "space: {learning_rate: {prior: log, min: 1e-3, max: 0.1}}\n"
        "search: {trials: 3}\nrun: {strategy: panda}\n"
    )
    return start(load(Path("points.yaml")), Recorder())


def test_the_best_model_is_trained_written_and_used(hpsearch: Program, run: Path) -> None:
    """Trained on training and validation rows; its predictions have the labels of the user's file."""
    done = hpsearch("train", run, "-q", "-o", "model.npz")
    assert done.code == 0
    assert "96 rows, validation rows included" in done.out
    assert "test_error" in done.out
    assert "north" in done.out
    done = hpsearch(
        "predict", "model.npz", "points.csv", "--label", "side", "-o", "out.csv", "--probabilities"
    )
    assert (done.code, done.out) == (0, "")
    rows = list(csv.DictReader(Path("out.csv").read_text().splitlines()))
    sides = [row["side"] for row in csv.DictReader(Path("points.csv").read_text().splitlines())]
    assert len(rows) == 120
    assert np.mean([row["prediction"] == side for row, side in zip(rows, sides, strict=True)]) > 0.8
    for row in rows:
        assert float(row["p_north"]) + float(row["p_south"]) == pytest.approx(1)
        assert row["prediction"] == ("north" if float(row["p_north"]) > 0.5 else "south")


def test_the_model_is_plain_arrays(hpsearch: Program, run: Path) -> None:
    """Nothing in the file needs unpickling."""
    hpsearch("train", run, "best", "-q")
    with np.load("model.npz", allow_pickle=False) as archive:
        assert all(archive[name].dtype.kind in "fiuU" for name in archive.files)


def test_training_again_gives_the_same_model(hpsearch: Program, run: Path) -> None:
    """It follows from the trial's values and seed."""
    first = hpsearch("train", run, "1", "-q", "-o", "a.npz", "-f", "json").out
    second = hpsearch("train", run, "1", "-q", "-o", "a.npz", "-f", "json").out
    assert first == second
    assert json.loads(first)["trial"] == 1


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["train", "RUN", "9"], "trials 0 to 2"),
        (["train", "RUN", "-o", "no/where/m.npz"], "no directory no/where"),
        (["predict", "missing.npz", "points.csv"], "missing.npz"),
        (["predict", "points.csv", "points.csv"], "points.csv"),
        (["predict", "model.npz", "missing.csv"], "missing.csv"),
        (["predict", "model.npz", "wide.csv"], "2 features"),
    ],
)
def test_what_goes_wrong_is_said(hpsearch: Program, run: Path, arguments: list[str], text: str) -> None:
    """Exit 2, a message, no traceback, and no advice to unpickle anything."""
    assert hpsearch("train", run, "-q").code == 0
    Path("wide.csv").write_text("x,y,z\n1,2,3\n")
    done = hpsearch(*(str(run) if argument == "RUN" else argument for argument in arguments))
    assert (done.code, done.out) == (2, "")
    assert text in done.err
    assert "pickle" not in done.err


def test_doctor_says_what_searches_run_on(hpsearch: Program) -> None:
    """Versions, CPUs, kernels and their rate; as JSON too."""
    done = hpsearch("doctor", "-f", "json")
    assert done.code == 0
    found = json.loads(done.out)
    assert found["numpy"] == np.__version__
    assert found["cpus"] >= 1
    assert found["own"]["gflops"] > 0
    assert "Gflop/s" in hpsearch("doctor").out
