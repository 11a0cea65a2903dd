"""Tests of the network's portfolio in the spaces of configs."""

import pytest

from hpsearch.config import parse_space
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.portfolio import PORTFOLIO
from hpsearch.trial import Value
from hpsearch.warm_start import fitting_portfolio

MIXED = {
    "learning_rate": {"prior": "log", "min": 1e-3, "max": 0.1},
    "hidden_units_1": {"type": "int", "min": 8, "max": 64},
    "hidden_units_2": {"type": "int", "min": 8, "max": 64},
    "batch_size": {"values": [32, 64]},
    "optimizer": {"values": ["sgd", "momentum", "rmsprop", "adam"]},
    "beta2": {"prior": "reverse_log", "min": 0.9, "max": 0.999, "when": {"optimizer": ["rmsprop", "adam"]}},
    "weight_decay": {"min": 0, "max": 0.01},
}


@pytest.mark.parametrize("member", PORTFOLIO)
def test_the_network_can_be_trained_with_every_member(member: dict[str, Value]) -> None:
    """Names and values are those of hyperparameters; the optimizer is named, as the others depend on it."""
    assert Hyperparameters.from_values(member).optimizer == member["optimizer"]


def test_what_fits_a_space_is_in_it_once() -> None:
    """Nearest values, inactive ones absent, constraints kept, no configuration twice."""
    space = parse_space(MIXED, ["hidden_units_1 >= hidden_units_2", "learning_rate < 0.05"])
    found = fitting_portfolio(space, {})
    assert len(found) >= 3
    assert all(space.is_complete(values) and not space.broken_constraint(values) for values in found)
    assert len({str(values) for values in found}) == len(found)


def test_members_with_another_optimizer_than_the_constant_one_are_left_out() -> None:
    """Their learning rates were learnt with it."""
    space = parse_space({"learning_rate": MIXED["learning_rate"]})
    adam = fitting_portfolio(space, {"optimizer": "adam"})
    assert 0 < len(adam) <= sum(member["optimizer"] == "adam" for member in PORTFOLIO)
    assert fitting_portfolio(space, {"optimizer": "sgd"}) == []


def test_members_far_outside_a_range_are_left_out() -> None:
    """A learning rate is not moved by orders of magnitude."""
    space = parse_space({"learning_rate": {"prior": "log", "min": 1e-9, "max": 1e-8}})
    assert fitting_portfolio(space, {}) == []
