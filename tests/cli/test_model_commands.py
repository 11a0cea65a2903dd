"""Tests of train and predict, and of doctor."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from hpsearch.config import load
from hpsearch.network.final import FinalModel, train_final
from hpsearch.network.model import Model
from hpsearch.reports.render import format_report
from hpsearch.reports.trained_model import confusion_table
from hpsearch.starting.start import start
from hpsearch.store import Run
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


def test_the_best_model_is_trained_and_predicts(hpsearch: Program, run: Path) -> None:
    """It is trained on training and validation rows, and predicts the labels in the user's file."""
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


def test_columns_are_found_by_name(hpsearch: Program, run: Path) -> None:
    """The order of columns and the presence of labels do not change the predictions."""
    hpsearch("train", run, "-q")
    expected = hpsearch("predict", "model.npz", "points.csv").out
    assert len(expected.splitlines()) == 121
    rows = [line.split(",") for line in Path("points.csv").read_text().splitlines()]
    Path("moved.csv").write_text("".join(f"{side},{y},{x}\n" for x, y, side in rows))
    Path("bare.csv").write_text("".join(f"{y},{x}\n" for x, y, _ in rows))
    assert hpsearch("predict", "model.npz", "moved.csv").out == expected
    assert hpsearch("predict", "model.npz", "bare.csv").out == expected
    Path("other.csv").write_text("x,z,w\n1,2,3\n")
    done = hpsearch("predict", "model.npz", "other.csv")
    assert (done.code, done.out) == (2, "")
    assert "other.csv:1: " in done.err
    assert "missing: y; unknown: z, w" in done.err


def test_the_model_is_plain_arrays(hpsearch: Program, run: Path) -> None:
    """Nothing in the file needs unpickling."""
    hpsearch("train", run, "best", "-q")
    with np.load("model.npz", allow_pickle=False) as npz:
        assert all(npz[name].dtype.kind in "fiuU" for name in npz.files)


def test_training_again_gives_the_same_model(hpsearch: Program, run: Path) -> None:
    """The model depends only on the trial's values and seed."""
    first = hpsearch("train", run, "1", "-q", "-o", "a.npz", "-f", "json").out
    second = hpsearch("train", run, "1", "-q", "-o", "a.npz", "-f", "json").out
    assert first == second
    assert json.loads(first)["trial"] == 1


def test_other_data_are_not_trained_on(hpsearch: Program, run: Path) -> None:
    """If the data changed since the search, nothing is trained or written."""
    Path("points.csv").write_text(Path("points.csv").read_text().replace("north", "up"))
    done = hpsearch("train", run)
    assert (done.code, done.out) == (4, "")
    assert "The data has changed" in done.err
    assert not Path("model.npz").exists()


def test_the_best_epoch_is_the_last_one_where_it_ranks(hpsearch: Program, in_tmp: Path, tiny: Path) -> None:
    """With metric.at best, training stops after the trial's best epoch."""
    overrides = ["metric.name=val_loss", "metric.at=best", "search.trials=3", "space.learning_rate=1"]
    directory = start(load(tiny, overrides), Recorder())
    with Run.read(directory) as found:
        (best,) = found.ranking(1)
    epoch = min(best.curve, key=lambda epoch: epoch.metrics["val_loss"]).number
    assert epoch < 4
    assert f"epoch {epoch} of {epoch}," in hpsearch("train", directory).err


def test_training_has_the_kernel_and_the_threads_of_the_run(
    hpsearch: Program, in_tmp: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Training uses the run's kernel and threads, because both change its last bits."""
    directory = start(load(tiny, ["search.trials=1", "run.threads=2"]), Recorder())
    with Run.open(directory) as found:
        found.set_meta(kernels={"OPENBLAS_CORETYPE": "Haswell"})
    asked: list[dict[str, str]] = []
    threads: list[int] = []

    def note_threads(*arguments: Any, **options: Any) -> FinalModel:
        threads.extend(each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas")
        return train_final(*arguments, **options)

    monkeypatch.setattr("hpsearch.machine.kernels.cpu_flags", lambda: frozenset({"avx2", "fma"}))
    monkeypatch.setattr("hpsearch.machine.kernels.restart_with", asked.append)
    monkeypatch.setattr("hpsearch.network.final.train_final", note_threads)
    assert hpsearch("train", directory, "-q").code == 0
    assert asked == [{"OPENBLAS_CORETYPE": "Haswell"}]
    assert set(threads) == {2}


def test_a_class_without_test_rows_has_no_error() -> None:
    """The error of a class without test rows is unknown, not 0."""
    table = confusion_table(["a", "b"], [[3, 1], [0, 0]])
    assert [row["error"] for row in table.rows] == [0.25, None]
    *_, last = (line for line in format_report(table, "md").splitlines() if line.startswith("|"))
    assert last.split("|")[-2].strip() == "·"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["train", "RUN", "9"], "trials 0 to 2"),
        (["train", "RUN", "-o", "no/where/m.npz"], "no directory no/where"),
        (["predict", "missing.npz", "points.csv"], "missing.npz"),
        (["predict", "points.csv", "points.csv"], "points.csv"),
        (["predict", "model.npz", "missing.csv"], "missing.csv"),
        (["predict", "model.npz", "digits"], "digits: no such file or directory\n"),
        (["predict", "model.npz", "points.csv", "--label", "typo"], "points.csv:1: no column is named typo"),
        (["predict", "model.npz", "wide.npz", "--label", "side"], "only a .csv has a column of labels"),
        (
            ["predict", "model.npz", "points.csv", "-o", "points.csv"],
            "points.csv is an input and would be over",
        ),
        (
            ["predict", "model.npz", "points.csv", "-o", "./model.npz"],
            "model.npz is an input and would be over",
        ),
        (["predict", "nameless.npz", "wide.csv"], "If one of them holds labels, name it: --label COLUMN"),
        (["predict", "model.npz", "wide.csv"], "wide.csv:1: the columns must be those"),
        (["predict", "model.npz", "wide.npz"], "wide.npz: must have the model's 2 features; found 3"),
        (["predict", "model.npz", "large.npz"], "large.npz: every number must fit float32"),
    ],
)
def test_wrong_usage(hpsearch: Program, run: Path, arguments: list[str], text: str) -> None:
    """The exit code is 2, with a message, no traceback, and no advice to unpickle anything."""
    assert hpsearch("train", run, "-q").code == 0
    Path("wide.csv").write_text("x,y,z\n1,2,3\n")
    nameless = Model.open("model.npz")
    nameless.feature_names = ()
    nameless.save("nameless.npz")
    np.savez("wide.npz", X=np.ones((1, 3)))
    np.savez("large.npz", X=np.array([[0, 1e300]]))
    done = hpsearch(*(str(run) if argument == "RUN" else argument for argument in arguments))
    assert (done.code, done.out) == (2, "")
    assert text in done.err
    assert "pickle" not in done.err


def test_predictions_are_written_whole_or_not_at_all(
    hpsearch: Program, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk, the previous file is kept."""
    hpsearch("train", run, "-q")
    Path("out.csv").write_text("before")

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    done = hpsearch("predict", "model.npz", "points.csv", "-o", "out.csv")
    assert (done.code, Path("out.csv").read_text()) == (2, "before")
    assert "out.csv cannot be written: No space left on device" in done.err


def test_predictions_can_go_to_a_device(hpsearch: Program, run: Path) -> None:
    """A device is written to, not replaced."""
    hpsearch("train", run, "-q")
    assert hpsearch("predict", "model.npz", "points.csv", "-o", "/dev/null").code == 0
    assert Path("/dev/null").is_char_device()


def test_doctor_reports_software_and_cpus(hpsearch: Program) -> None:
    """It shows versions, CPUs, kernels and their speed, as text and as JSON."""
    done = hpsearch("doctor", "-f", "json")
    assert done.code == 0
    found = json.loads(done.out)
    assert found["numpy"] == np.__version__
    assert found["cpus"] >= 1
    assert found["fastest"]["gflops"] > 0
    assert found["arithmetic"] in (found["portable"] or found["fastest"])["arithmetic"]
    assert "Gflop/s" in hpsearch("doctor").out
