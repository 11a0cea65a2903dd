"""Tests of trials of the network that a careful nurse watches."""

from dataclasses import replace
from pathlib import Path

import pytest

from hpsearch.data.load import load
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.touched import scheduled
from hpsearch.network.train import Training
from hpsearch.objectives.network import NetworkObjective
from hpsearch.touches.babysitting import RATE, RETURNS, TOUCHES, touches_of
from hpsearch.trial import Epoch, Metric, Status, Trial
from tests.objectives.test_network import Stop, untimed

VALUES = {"learning_rate": 1e25, "optimizer": "sgd", "batch_norm": False}
WILD = Trial(2, VALUES, 7)
FLAT = Trial(3, {"learning_rate": 1e-6, "optimizer": "sgd"}, 7)


@pytest.fixture
def objective(tmp_path: Path) -> NetworkObjective:
    """A small network on generated data, babysat."""
    load("moons", seed=0).save(tmp_path / "data")
    constants = {"hidden_layers": 1, "hidden_units": 8, "epochs": 18}
    return NetworkObjective(
        tmp_path / "data",
        tmp_path / "trials",
        Metric("val_loss"),
        constants,
        babysit=True,
        checkpoint_seconds=0,
    )


def test_a_trial_that_would_diverge_is_taken_back(objective: NetworkObjective) -> None:
    """Divergence leads to returns and smaller rates, until it trains or the smallest rate fails too."""
    assert replace(objective, babysit=False)(WILD).status is Status.DIVERGED
    hard = objective(replace(WILD, number=3))
    assert hard.status is Status.DIVERGED
    mild = objective(replace(WILD, number=4, values=VALUES | {"learning_rate": 500.0}))
    assert mild.status is Status.DONE
    first = mild.curve[0].metrics
    assert first[RETURNS]
    assert first[RATE] == 500.0 / 2 ** first[RETURNS]
    assert mild.final[TOUCHES]


def test_a_plateau_lowers_the_rate_and_ends_the_trial(objective: NetworkObjective) -> None:
    """A model without progress gets smaller rates, and then training stops."""
    result = objective(FLAT)
    rates = [epoch.metrics[RATE] for epoch in result.curve]
    assert result.status is Status.DONE
    assert len(set(rates)) > 1
    assert rates == sorted(rates, reverse=True)
    assert len(result.curve) < 18


@pytest.mark.parametrize("trial", [FLAT, replace(WILD, values=VALUES | {"learning_rate": 300.0})])
@pytest.mark.parametrize("at", [1, 4, 7, 9])
def test_a_babysat_trial_goes_on_from_its_checkpoint(
    objective: NetworkObjective, trial: Trial, at: int
) -> None:
    """A trial ended after any epoch gets the same touches as one that was never interrupted."""

    def stop(_: Trial, epoch: Epoch) -> None:
        if epoch.number == at:
            raise Stop

    whole = replace(objective, trials=objective.trials.with_name("others"))(trial)
    with pytest.raises(Stop):
        objective(trial, stop)
    assert untimed(objective(trial)) == untimed(whole)


@pytest.mark.parametrize("rate", [1e-6, 0.05, 2.0, 300.0])
def test_the_touches_of_a_trial_are_its_schedule(objective: NetworkObjective, rate: float) -> None:
    """Training with the touches recovered from the curve has the trial's losses to the last bit."""
    trial = replace(WILD, values=VALUES | {"learning_rate": rate})
    result = objective(trial)
    data = load("moons", seed=0)
    values = Hyperparameters.from_values({**objective.constants, **trial.values})
    again = scheduled(Training(data, values, trial.seeds), touches_of(result.curve, rate))
    for epoch, (_, (metrics,)) in zip(result.curve, again, strict=False):
        assert epoch.metrics["train_loss"] == metrics["train_loss"]


def test_a_curve_without_rates_has_no_touches(objective: NetworkObjective) -> None:
    """A trial that nobody watched was not touched."""
    result = replace(objective, babysit=False)(FLAT)
    assert not touches_of(result.curve, 1e-6)
    assert TOUCHES not in result.final
