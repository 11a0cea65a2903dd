import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.searchers.acquisition import log_expected_improvement


def single(mean: float, deviation: float, best: float) -> float:
    """The value for a single candidate."""
    return float(log_expected_improvement(np.array([mean]), np.array([deviation]), best)[0])


@given(st.floats(-3, 3), st.floats(0.1, 3), st.floats(-3, 3))
def test_agrees_with_an_average_over_quantiles(mean: float, deviation: float, best: float) -> None:
    """It is the logarithm of the mean improvement."""
    grid = np.linspace(-12, 12, 20001)
    density = np.exp(-0.5 * grid**2) / math.sqrt(2 * math.pi)
    improvement = np.maximum(best - (mean + deviation * grid), 0) * density
    expected = float(improvement.sum() * (grid[1] - grid[0]))
    if expected > 1e-10:
        assert math.exp(single(mean, deviation, best)) == pytest.approx(expected, rel=1e-2, abs=1e-10)


def test_far_from_the_best_it_still_tells_candidates_apart() -> None:
    """Where the improvement itself underflows, its logarithm is finite and monotonic."""
    means = np.linspace(0, 400, 4001)
    values = log_expected_improvement(means, np.ones_like(means), 0.0)
    assert np.all(np.isfinite(values))
    assert np.all(np.diff(values) < 0)


def test_the_two_formulas_meet() -> None:
    """Where one replaces the other, a candidate farther away still promises less."""
    means = np.linspace(5.9, 6.1, 2001)
    values = log_expected_improvement(means, np.ones_like(means), 0.0)
    assert np.all(np.diff(values) < 0)
    assert np.diff(values) == pytest.approx(np.diff(values).mean(), abs=1e-3)


def test_scales_with_its_unit() -> None:
    """Measuring losses in another unit adds a constant."""
    assert single(3.0, 1.0, 2.0) + math.log(10) == pytest.approx(single(30.0, 10.0, 20.0))
