"""Tests of the network as an objective: results, checkpoints, failures."""

import json
import pickle
import stat
import statistics
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hpsearch.data.load import load
from hpsearch.objective import OnEpoch
from hpsearch.objectives.network import NetworkObjective
from hpsearch.trial import Epoch, Metric, Result, Status, Trial

TRIAL = Trial(5, {"learning_rate": 0.01, "dropout": 0.2}, 11)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prepared data."""
    directory = tmp_path_factory.mktemp("data")
    load("moons", seed=0).save(directory)
    return directory


@pytest.fixture
def objective(data: Path, tmp_path: Path) -> NetworkObjective:
    """A small network on it."""
    constants = {"hidden_layers": 1, "hidden_units": 8, "epochs": 5}
    return NetworkObjective(data, tmp_path / "trials", Metric("val_error"), constants)


def untimed(result: Result) -> Result:
    """The result without its times."""
    curve = tuple(Epoch(epoch.number, epoch.metrics, 0.0) for epoch in result.curve)
    return replace(result, seconds=0.0, curve=curve)


def test_a_trial_reports_its_curve_and_its_test_error(objective: NetworkObjective) -> None:
    """Every epoch has the network's four metrics; the test split is evaluated once, at the end."""
    result = objective(TRIAL)
    assert result.status is Status.DONE
    assert len(result.curve) == 5
    assert set(result.curve[0].metrics) == {"train_loss", "val_loss", "val_error", "val_accuracy"}
    assert result.value == result.curve[-1].metrics["val_error"]
    assert set(result.final) == {"test_loss", "test_error", "test_accuracy"}


def test_the_same_trial_has_the_same_result(objective: NetworkObjective) -> None:
    """It is the same to the last bit, even after the objective was pickled."""
    assert untimed(pickle.loads(pickle.dumps(objective))(TRIAL)) == untimed(objective(TRIAL))  # noqa: S301 -- our own
    assert untimed(objective(replace(TRIAL, seed=12))) != untimed(objective(TRIAL))


def test_a_short_trial_leaves_no_files(objective: NetworkObjective) -> None:
    """Checkpoints are for trials that take long."""
    objective(TRIAL)
    assert not objective.trials.exists()


class Stop(BaseException):
    """Ends a trial in the same way as a kill."""


@pytest.mark.parametrize("at", [1, 3, 5])
def test_a_trial_goes_on_from_its_checkpoint(objective: NetworkObjective, at: int) -> None:
    """Ended after any epoch, it has the result of an uninterrupted one; the checkpoint stays."""
    eager = replace(objective, checkpoint_seconds=0.0)

    def kill(trial: Trial, epoch: Epoch) -> None:
        if epoch.number == at:
            raise Stop

    with pytest.raises(Stop):
        eager(TRIAL, kill)
    checkpoint = eager.trials / "00005" / "checkpoint" / "training.npz"
    assert checkpoint.exists()
    seen: list[int] = []
    result = eager(TRIAL, lambda trial, epoch: seen.append(epoch.number))
    assert seen == list(range(at + 1, 6))
    assert untimed(result) == untimed(objective(TRIAL))
    assert checkpoint.exists()
    assert stat.S_IMODE(checkpoint.stat().st_mode) == 0o600
    assert {stat.S_IMODE(path.stat().st_mode) for path in checkpoint.parents[:3]} == {0o700}


@pytest.mark.parametrize("name", ["training.npz", "curve.json"])
def test_a_damaged_checkpoint_costs_the_work_not_the_trial(objective: NetworkObjective, name: str) -> None:
    """The trial starts over."""
    eager = replace(objective, checkpoint_seconds=0.0)
    with pytest.raises(Stop):
        eager(TRIAL, _stop)
    (eager.trials / "00005" / "checkpoint" / name).write_bytes(b"damage")
    assert untimed(eager(TRIAL)) == untimed(objective(TRIAL))


def test_a_checkpoint_of_nonsense_costs_the_work_too(objective: NetworkObjective) -> None:
    """A checkpoint whose JSON text is nested too deeply for the parser is ignored."""
    eager = replace(objective, checkpoint_seconds=0.0)
    with pytest.raises(Stop):
        eager(TRIAL, _stop)
    np.savez(eager.trials / "00005" / "checkpoint" / "training.npz", metadata=np.array("[" * 100_000))
    assert untimed(eager(TRIAL)) == untimed(objective(TRIAL))


def test_a_checkpoint_whose_curve_is_short_is_not_mixed_with_the_next(objective: NetworkObjective) -> None:
    """The trial starts over, and a second kill finds only the new curve."""
    eager = replace(objective, checkpoint_seconds=0.0)
    with pytest.raises(Stop):
        eager(TRIAL, _stop_after(3))
    curve = eager.trials / "00005" / "checkpoint" / "curve.json"
    curve.write_text(json.dumps(json.loads(curve.read_text())[:1]))
    with pytest.raises(Stop):
        eager(TRIAL, _stop_after(2))
    assert untimed(eager(TRIAL)) == untimed(objective(TRIAL))


def _stop_after(epochs: int) -> OnEpoch:
    def stop(trial: Trial, epoch: Epoch) -> None:
        if epoch.number == epochs:
            raise Stop

    return stop


def _stop(trial: Trial, epoch: Epoch) -> None:
    raise Stop


def test_a_disk_that_is_full_costs_the_checkpoint_not_the_trial(objective: NetworkObjective) -> None:
    """Here the checkpoint's directory cannot be created."""
    objective.trials.write_text("in the way")
    assert replace(objective, checkpoint_seconds=0.0)(TRIAL).status is Status.DONE


def test_a_loss_that_is_not_finite_is_diverged(objective: NetworkObjective) -> None:
    """It has diverged although a class would still be predicted, and the error is finite."""
    wild = Trial(0, {"learning_rate": 1e30, "optimizer": "sgd", "batch_norm": False}, 1)
    result = objective(wild)
    assert (result.status, result.value) == (Status.DIVERGED, None)
    assert "epoch" in result.reason


def test_impossible_values_fail_the_trial(objective: NetworkObjective) -> None:
    """The result has the reason, and nothing is raised."""
    result = objective(Trial(0, {"batch_size": 1, "batch_norm": True}, 1))
    assert result.status is Status.FAILED
    assert "batch_size" in result.reason


def test_missing_data_fail_the_trial(objective: NetworkObjective, tmp_path: Path) -> None:
    """The reason names the directory."""
    result = replace(objective, data=tmp_path / "nowhere")(TRIAL)
    assert result.status is Status.FAILED
    assert "nowhere" in result.reason


def test_a_repeated_trial_is_worth_the_mean_of_its_seeds(objective: NetworkObjective) -> None:
    """It equals the mean of single seeds to the last bit, and has the standard error."""
    alone = [objective(replace(TRIAL, seed=seed)) for seed in (11, 12, 13)]
    together = objective(replace(TRIAL, more_seeds=(12, 13)))
    assert together.value == statistics.fmean(result.value for result in alone)
    for epoch in range(5):
        values = [result.curve[epoch].metrics["val_loss"] for result in alone]
        metrics = together.curve[epoch].metrics
        assert metrics["val_loss"] == statistics.fmean(values)
        assert metrics["val_loss_se"] == pytest.approx(statistics.stdev(values) / 3**0.5)
    assert together.final["test_error"] == statistics.fmean(result.final["test_error"] for result in alone)


def test_a_repeated_trial_goes_on_from_its_checkpoint(objective: NetworkObjective) -> None:
    """All of its seeds continue."""
    eager = replace(objective, checkpoint_seconds=0.0)
    trial = replace(TRIAL, more_seeds=(12,))
    with pytest.raises(Stop):
        eager(trial, _stop)
    assert untimed(eager(trial)) == untimed(objective(trial))


BEST = Metric("val_error", at="best", ties=Metric("val_loss"))


@pytest.fixture
def restless(objective: NetworkObjective) -> NetworkObjective:
    """Training whose best epoch is not its last."""
    return replace(objective, metric=BEST, constants={**objective.constants, "learning_rate": 0.9})


UNSTEADY = Trial(5, {"dropout": 0.2}, 11)


def test_the_test_metrics_are_those_of_the_best_epoch(restless: NetworkObjective) -> None:
    """They equal those of training that ended there; so does the value."""
    result = restless(UNSTEADY)
    best = BEST.epoch_of(result.curve).number
    assert best < len(result.curve) == 5
    assert result.value == result.curve[best - 1].metrics["val_error"]
    shorter = replace(restless, constants={**restless.constants, "epochs": best})(UNSTEADY)
    assert untimed(shorter).final == untimed(result).final
    last = replace(restless, metric=Metric("val_error"))(UNSTEADY)
    assert last.final != result.final


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
def test_a_checkpoint_has_the_best_epoch(restless: NetworkObjective, at: int) -> None:
    """Ended before or after its best epoch, a trial has the result of an uninterrupted one."""
    eager = replace(restless, checkpoint_seconds=0.0)
    with pytest.raises(Stop):
        eager(UNSTEADY, _stop_after(at))
    assert untimed(eager(UNSTEADY)) == untimed(restless(UNSTEADY))
