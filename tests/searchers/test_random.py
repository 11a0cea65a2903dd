import numpy as np
import pytest

from hpsearch.searchers import Random
from hpsearch.space import Categorical, Space
from hpsearch.testing import example_spaces as spaces
from hpsearch.testing.searcher_contract import SearcherContract, replay
from tests.searchers.make import make


class TestRandom(SearcherContract):
    searcher = Random


def test_draws_follow_the_priors() -> None:
    """Coordinates are uniform in the cube, so values are distributed as their priors say."""
    units, _ = replay(make("random", spaces.CONTINUOUS, 0), spaces.CONTINUOUS, 2000)
    assert np.abs(np.sort(units, axis=0) - np.linspace(0, 1, 2000)[:, None]).max() < 0.05


def test_draws_follow_given_probabilities() -> None:
    """A category's share of the draws is its probability, as long as it is not used up."""
    space = Space((Categorical("kind", ("a", "b"), probabilities=(0.9, 0.1)), *spaces.LINE.parameters))
    units, _ = replay(make("random", space, 0), space, 1000)
    assert np.mean([values["kind"] == "b" for values in space.values(units)]) == pytest.approx(0.1, abs=0.03)


def test_never_waits() -> None:
    """No trial of a random search depends on a result."""
    assert not any(make("random", spaces.MIXED, 0).uses_results(number) for number in range(10))
