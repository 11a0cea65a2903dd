"""Tests of prior knowledge: the network's portfolio in any space, and the runs next to a new one."""

from pathlib import Path

import pytest

from hpsearch.config import load, parse_space
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.portfolio import PORTFOLIO
from hpsearch.starting.start import start
from hpsearch.starting.warm_start import fitting_portfolio
from hpsearch.store import Run
from hpsearch.trial import Value
from tests.conftest import Recorder

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
    """Names and values are those of hyperparameters; the optimizer is given, as others depend on it."""
    assert Hyperparameters.from_values(member).optimizer == member["optimizer"]


def test_what_fits_a_space_is_in_it_once() -> None:
    """Values are the nearest ones, inactive ones are absent, constraints are met, and none occurs twice."""
    space = parse_space(MIXED, ["hidden_units_1 >= hidden_units_2", "learning_rate < 0.05"])
    found = fitting_portfolio(space, {})
    assert len(found) >= 3
    assert all(space.is_complete(values) and not space.broken_constraint(values) for values in found)
    assert len({str(values) for values in found}) == len(found)


def test_members_with_another_optimizer_than_the_constant_one_are_left_out() -> None:
    """Their learning rates were found with that optimizer."""
    space = parse_space({"learning_rate": MIXED["learning_rate"]})
    adam = fitting_portfolio(space, {"optimizer": "adam"})
    assert 0 < len(adam) <= sum(member["optimizer"] == "adam" for member in PORTFOLIO)
    assert fitting_portfolio(space, {"optimizer": "sgd"}) == []


def test_members_far_outside_a_range_are_left_out() -> None:
    """A learning rate is not changed by orders of magnitude."""
    space = parse_space({"learning_rate": {"prior": "log", "min": 1e-9, "max": 1e-8}})
    assert fitting_portfolio(space, {}) == []


def test_auto_learns_from_similar_runs_beside_the_new_one(in_tmp: Path, tiny: Path) -> None:
    """Runs with another goal, too few trials or other parameters are ignored; the run records its sources."""
    short = ["objective.network.epochs=1"]
    for name, overrides in {
        "similar": [],
        "short": ["search.trials=3"],
        "opposite": ["metric.name=val_accuracy"],
        "other": ["space={dropout: {min: 0, max: 0.5}, momentum: {min: 0.5, max: 0.9}, learning_rate: 0.01}"],
    }.items():
        start(load(tiny, [*overrides, *short]), Recorder(), directory=Path("runs", name))
    Path("runs/broken").mkdir()
    Path("runs/broken/search.db").write_text("nothing")
    shown = Recorder()
    config = load(tiny, ["search.warm_start=auto", "search.trials=2", "seed=5", *short])
    directory = start(config, shown, directory=Path("runs/new"))
    assert [text for text in shown.texts if "Warm start" in text] == ["Warm start: 12 trials of similar."]
    with Run.read(directory) as run:
        assert run.trial(0).origin == {"phase": "warm", "weights": {"similar": 0.3}}
        assert run.meta("earlier") == [["similar", 12]]
