"""Tests of every learning-rate schedule against its formula."""

import math

import pytest

from hpsearch.network.schedules import SCHEDULES
from hpsearch.network.train import Training
from tests.network.test_train import choose, small

VALUES: dict[str, tuple[float, list[float]]] = {
    "inverse_time": (0.5, [1, 2 / 3, 1 / 2, 2 / 5]),
    "exponential": (math.log(2), [1, 1 / 2, 1 / 4, 1 / 8]),
    "staircase": (0.5, [1, 1, 1 / 2, 1 / 2]),
    "inverse_sqrt": (1.0, [1, 0.5**0.5, (1 / 3) ** 0.5, 1 / 2]),
    "cosine": (0.5, [1, (2 + 2**0.5) / 4, 1 / 2, (2 - 2**0.5) / 4]),
}
"""A decay, and the learning rates of four epochs from 1 on, worked out by hand."""


def test_every_schedule_is_tested() -> None:
    """Every line of the registry has its values in these tests."""
    assert VALUES.keys() == SCHEDULES.keys()


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_are_those_of_the_formula(name: str) -> None:
    """Four epochs have the formula's learning rates, relative to the first."""
    decay, expected = VALUES[name]
    for first in (1.0, 0.3):
        rates = [SCHEDULES[name](first, decay, epoch, 4) for epoch in range(4)]
        assert rates == pytest.approx([first * rate for rate in expected])


@pytest.mark.parametrize("name", SCHEDULES)
def test_any_decay_and_epoch_have_a_rate(name: str) -> None:
    """The largest decay, and more epochs than planned, give a rate from 0 to the first one."""
    for decay, epoch in ((1e308, 1), (1e308, 1000), (0.0, 1000)):
        assert 0 <= SCHEDULES[name](1.0, decay, epoch, 4) <= 1


def test_a_cosine_stays_at_0_after_its_end() -> None:
    """More epochs than planned do not raise the rate again."""
    assert [SCHEDULES["cosine"](1.0, 0.0, epoch, 4) for epoch in (4, 5, 8)] == [0, 0, 0]


@pytest.mark.parametrize("name", SCHEDULES)
def test_training_follows_its_schedule(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step of an epoch has the learning rate of its schedule."""
    training = Training(small(), choose(learning_rate_schedule=name, learning_rate_decay=0.5, epochs=3))
    rates: list[float] = []
    step = training._optimizer.step
    monkeypatch.setattr(training._optimizer, "step", lambda rate: (rates.append(rate), step(rate)))
    for epoch in range(3):
        rates.clear()
        training.train_epoch()
        assert set(rates) == {SCHEDULES[name](0.01, 0.5, epoch, 3)}


def test_steps_of_a_staircase_are_not_late() -> None:
    """The product of decay and epoch may be slightly too small: 0.29 · 100 is below 29 as a double."""
    assert SCHEDULES["staircase"](1.0, 0.29, 100, 200) == 2.0**-29
