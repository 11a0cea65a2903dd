"""A law: a resumed search is the search that was begun, whatever the config."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hpsearch.config import Config
from hpsearch.document.dump import dump
from hpsearch.errors import ConfigError
from hpsearch.search import Search
from tests.strategies import configs


def parsed(mapping: dict[str, object], arguments: Sequence[str]) -> Config:
    """The config of a mapping, as the program reads it; a wrong mapping is skipped."""
    try:
        return Config.parse(dump(mapping), Path("c.yaml"), arguments)
    except ConfigError:
        assume(False)
        raise


def again(config: Config) -> Config:
    """The config in the form in which a run keeps it and ``resume`` reads it."""
    return Config.from_resolved(json.loads(json.dumps(config.resolved(), allow_nan=False)))


def asked(search: Search) -> list[str]:
    """Every trial of a search, as JSON text, if the value of each is computed from its parameters."""
    trials = []
    while (trial := search.ask()) is not None:
        text = json.dumps(trial.to_json(), sort_keys=False)
        trials.append(text)
        digest = hashlib.sha256(json.dumps(dict(trial.values), sort_keys=True).encode()).digest()
        search.tell(trial, digest[0] / 256 if digest[1] > 20 else None)
    return trials


@given(configs(), st.booleans(), st.integers(0, 99))
def test_a_resumed_search_asks_the_same(
    drawn: tuple[dict[str, object], list[str]], enqueues: bool, seed: int
) -> None:
    """A resumed search asks the same trials, for every kind of space, override and enqueued configuration."""
    mapping, arguments = drawn
    config = parsed(mapping, arguments)
    if enqueues:
        points = np.random.default_rng(seed).random((2, config.space.dimensions))
        free = [
            {name: value for name, value in values.items() if name not in config.space.constants}
            for values in config.space.values(points)
        ]
        free = [
            dict(list(values.items())[: len(values) - (seed + row) % 3]) for row, values in enumerate(free)
        ]
        mapping = {**mapping, "search": {**mapping["search"], "enqueue": free}}
        config = parsed(mapping, arguments)
    resumed = again(config)
    assert resumed == config
    assert asked(Search.from_config(resumed)) == asked(Search.from_config(config))
    assert again(resumed).resolved() == resumed.resolved()


@pytest.mark.parametrize("override", ["space.optimizer=adam", "space.optimizer=momentum"])
def test_a_condition_that_a_constant_decides(override: str) -> None:
    """A parameter with one value and no condition left is a constant, not a dimension."""
    mapping = {
        "objective": {"function": "train:loss"},
        "space": {
            "optimizer": {"values": ["momentum", "adam"]},
            "rate": {"prior": "log", "min": 1e-3, "max": 1},
            "beta2": {"values": [0.999], "when": {"optimizer": "adam"}},
            "after": {"values": [7], "when": {"beta2": 0.999}},
        },
    }
    space = parsed(mapping, [override]).space
    assert space.names == ("rate",)
    adam = {"optimizer": "adam", "beta2": 0.999, "after": 7}
    assert space.constants == (adam if "adam" in override else {"optimizer": "momentum"})
