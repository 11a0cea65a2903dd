"""Tests of what the model has learned, in the metric's own units."""

import numpy as np
import pytest

from hpsearch.analysis.learned import learn
from hpsearch.analysis.surface import best_of_random, pair
from hpsearch.searchers import Observations
from hpsearch.space import Floats, Number, Space

SPACE = Space((Number("a", 0, 1), Number("b", 0, 1)))


def observed(losses: Floats, units: Floats) -> Observations:
    """Results without learning curves."""
    return Observations(units, losses, np.zeros(len(losses), dtype=bool), [np.empty(0)] * len(losses))


@pytest.mark.parametrize("scale", [1.0, 1000.0])
@pytest.mark.parametrize("bottom", [0.001, 1.0])
def test_a_map_has_the_units_of_the_metric(scale: float, bottom: float) -> None:
    """A map is close to the function, whatever scale was modelled, and lowest where the function is."""
    units = np.random.default_rng(0).random((80, 2))
    learned = learn(SPACE, observed(scale * (bottom + (units[:, 0] - 0.5) ** 2), units))
    assert learned is not None
    found = pair(learned, 0, 1, 20)
    middles = (np.arange(20) + 0.5) / 20
    truth = scale * (bottom + (middles - 0.5) ** 2)
    assert np.abs(found.mean(axis=1) - truth).max() < 0.05 * truth.max()
    assert found.shape == (20, 20)
    assert found.mean(axis=1).argmin() in (8, 9, 10, 11)


def test_random_search_gets_better_with_more_trials() -> None:
    """The quantiles fall with the number of trials, are in order, and are those of random search."""
    rng = np.random.default_rng(0)
    units = rng.random((80, 2))
    learned = learn(SPACE, observed(0.2 + (units[:, 0] - 0.5) ** 2, units))
    assert learned is not None
    low, middle, high = best_of_random(learned, 50)
    assert (np.diff([low, middle, high], axis=0) >= 0).all()
    assert (np.diff(high) <= 1e-12).all()
    real = 0.2 + (rng.random((400, 5)) - 0.5) ** 2
    assert middle[4] == pytest.approx(np.median(real.min(axis=1)), abs=0.01)


def test_the_same_results_give_the_same_surface() -> None:
    """Two computations of a surface are equal bit by bit."""
    units = np.random.default_rng(0).random((40, 2))
    observations = observed(units[:, 0], units)
    first, second = learn(SPACE, observations), learn(SPACE, observations)
    assert first is not None
    assert second is not None
    assert (best_of_random(first, 20) == best_of_random(second, 20)).all()


@pytest.mark.parametrize("losses", [[1.0, 2.0], [1.0] * 20, [np.nan] * 20])
def test_too_few_or_equal_results_have_no_surface(losses: list[float]) -> None:
    """There is no surface if importance cannot be estimated."""
    units = np.random.default_rng(0).random((len(losses), 2))
    assert learn(SPACE, observed(np.array(losses), units)) is None
