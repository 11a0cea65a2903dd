"""Tests of log-normal priors against SciPy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.config import parse_space
from hpsearch.errors import ConfigError
from hpsearch.space import Number

stats = pytest.importorskip("scipy.stats")


def one(mean: float, sd: float, **more: object) -> Number:
    """The parameter for a config section."""
    (parameter,) = parse_space({"x": {"prior": "log_normal", "mean": mean, "sd": sd, **more}}).parameters
    assert isinstance(parameter, Number)
    return parameter


@given(st.floats(-20, 20), st.floats(0.01, 5))
def test_draws_are_log_normal(mean: float, sd: float) -> None:
    """The value at coordinate u is the u-quantile of SciPy's distribution."""
    u = (np.arange(100) + 0.5) / 100
    expected = stats.lognorm(sd, scale=math.exp(mean)).ppf(u)
    assert one(mean, sd).decode(u) == pytest.approx(expected, rel=1e-3)


def test_bounds_cut_the_distribution() -> None:
    """Within them it keeps its shape: the quantiles are those of the truncated normal distribution."""
    u = (np.arange(100) + 0.5) / 100
    expected = np.exp(stats.truncnorm(-1, math.log(3), 0, 1).ppf(u))
    assert one(0, 1, min=math.exp(-1), max=3).decode(u) == pytest.approx(expected, rel=1e-3)


@given(st.floats(0, 3), st.floats(0.1, 2), st.sampled_from([1.0, 0.5, 3.0]))
def test_a_step_rounds_the_draws(mean: float, sd: float, step: float) -> None:
    """The values are multiples of the step, including 0 if draws round to it, with the right shares."""
    number = one(mean, sd, step=step)
    u = (np.arange(5000) + 0.5) / 5000
    drawn = np.array(number.decode(u))
    for value in (0.0, step, 2 * step):
        distribution = stats.lognorm(sd, scale=math.exp(mean))
        expected = distribution.cdf(value + step / 2) - distribution.cdf(value - step / 2)
        assert (drawn == value).mean() == pytest.approx(expected, abs=1e-3)


@given(st.floats(-50, 50), st.floats(0.01, 10))
def test_without_bounds_values_lie_within_6_standard_deviations(mean: float, sd: float) -> None:
    """This is true of their logarithms; the ends of the cube are finite and positive."""
    ends = one(mean, sd).decode(np.array([0.0, 1.0]))
    assert np.log(ends) == pytest.approx([mean - 6 * sd, mean + 6 * sd], abs=1e-9)


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"mean": 0, "sd": 200}, "x.sd: must be smaller: float64 cannot hold"),
        ({"mean": -500, "sd": 50}, "x.sd: must be smaller: float64 cannot hold values that are so near to 0"),
        ({"mean": 0, "sd": -1}, "x.sd: must be above 0"),
        ({"mean": 0, "sd": 1, "min": -1}, "x.min: must be at least 0 with the prior log_normal"),
        ({"mean": 0, "sd": 1, "min": 500, "max": 600}, "x.min: must be at most 403.429"),
    ],
)
def test_what_is_wrong_with_a_log_normal_prior_is_explained(keys: dict[str, float], text: str) -> None:
    """Each mistake is reported with its key and the rule."""
    with pytest.raises(ConfigError) as caught:
        one(**keys)
    assert text in str(caught.value)


def test_a_distribution_within_one_step_is_a_constant() -> None:
    """If all draws round to the same value, there is nothing to search."""
    space = parse_space(
        {"x": {"prior": "log_normal", "mean": -2, "sd": 0.1, "step": 1}, "y": {"min": 0, "max": 1}}
    )
    assert space.constants == {"x": 0.0}
