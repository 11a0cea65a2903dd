"""Tests of normal priors against SciPy and the standard library."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.config import parse_space
from hpsearch.errors import ConfigError
from hpsearch.space import Number
from hpsearch.space.priors.normal_distribution import normal_cdf, normal_quantile

stats = pytest.importorskip("scipy.stats")


def normal(mean: float, sd: float, low: float, high: float, **more: object) -> Number:
    """A parameter with a normal prior."""
    return Number("x", low, high, "normal", prior_parameters={"mean": mean, "sd": sd}, **more)


def one(section: dict[str, object]) -> Number:
    """The parameter for a config section."""
    (parameter,) = parse_space({"x": section}).parameters
    assert isinstance(parameter, Number)
    return parameter


@given(st.floats(-37, 37))
def test_the_distribution_function_is_that_of_scipy(z: float) -> None:
    """The relative error is below 1e-13, also far in the tails."""
    assert normal_cdf(np.array([z]))[0] == pytest.approx(stats.norm.cdf(z), rel=1e-13)


@given(st.floats(1e-300, 0.5) | st.floats(-300, -0.31).map(lambda exponent: 10**exponent))
def test_the_quantile_inverts_the_distribution_function(p: float) -> None:
    """Φ⁻¹ agrees with SciPy's, which is computed in another way, and is odd around ½."""
    z = normal_quantile(np.array([p, 1 - p]))
    assert z[0] == pytest.approx(stats.norm.ppf(p), rel=1e-13)
    assert normal_cdf(z)[0] == pytest.approx(p, rel=1e-12 * (1 + z[0] ** 2))
    if p > 0.01:
        assert z[1] == pytest.approx(-z[0], rel=1e-9, abs=1e-15)


def test_the_quantile_is_that_of_the_standard_library() -> None:
    """The same algorithm is used: they agree to the last digits, on both sides of all seams."""
    p = np.array(
        [1e-20, 1e-11, 1.4e-11, 0.01, 0.0749999, 0.0750001, 0.3, 0.5, 0.7, 0.9249999, 0.9250001, 0.99]
    )
    expected = [statistics.NormalDist().inv_cdf(each) for each in p.tolist()]
    assert normal_quantile(p) == pytest.approx(expected, rel=1e-15, abs=0)


def test_the_quantile_of_certainty_is_infinite() -> None:
    """0 and 1 have no finite quantile."""
    assert normal_quantile(np.array([0.0, 1.0])).tolist() == [-math.inf, math.inf]


@pytest.mark.parametrize(("low", "high"), [(-6, 6), (-1, 2), (1, 6), (-6, -3), (5, 5.9)])
def test_draws_have_the_truncated_normal_distribution(low: float, high: float) -> None:
    """The value at coordinate u is the u-quantile of SciPy's truncated normal distribution."""
    mean, sd = 3.0, 0.5
    u = (np.arange(200) + 0.5) / 200
    expected = stats.truncnorm(low, high, mean, sd).ppf(u)
    found = normal(mean, sd, mean + low * sd, mean + high * sd).decode(u)
    assert found == pytest.approx(expected, abs=(high - low) * sd * 1e-4)


@given(st.integers(-5, 5), st.floats(0.3, 20))
def test_a_whole_number_has_the_probability_of_what_rounds_to_it(mean: int, sd: float) -> None:
    """Integer draws are rounded normal draws: the share of n is Φ at n + ½ minus Φ at n − ½."""
    number = one({"prior": "normal", "mean": mean, "sd": sd, "type": "int"})
    u = (np.arange(20_000) + 0.5) / 20_000
    drawn = np.array(number.decode(u))
    for n in range(mean - 3, mean + 4):
        expected = stats.norm.cdf(n + 0.5, mean, sd) - stats.norm.cdf(n - 0.5, mean, sd)
        assert (drawn == n).mean() == pytest.approx(expected, abs=2e-4)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_without_bounds_values_lie_within_6_standard_deviations(mean: float, sd: float) -> None:
    """This makes the ends of the cube finite."""
    number = one({"prior": "normal", "mean": mean, "sd": sd})
    ends = number.decode(np.array([0.0, 1e-300, 1.0 - 1e-16, 1.0]))
    assert ends == sorted(ends)
    assert ends[0] == pytest.approx(mean - 6 * sd, rel=1e-9, abs=1e-9 * sd)
    assert ends[-1] == pytest.approx(mean + 6 * sd, rel=1e-9, abs=1e-9 * sd)


def test_values_without_bounds_are_multiples_of_the_step() -> None:
    """It is as if every normal draw were rounded to a multiple."""
    number = one({"prior": "normal", "mean": 0.1, "sd": 0.1, "step": 0.25})
    assert number.decode(number.encode([-0.4, 0.1, 0.2, 0.8])) == [-0.5, 0.0, 0.25, 0.75]
    assert (number.min, number.max) == (-0.5, 0.75)


def test_one_bound_is_enough() -> None:
    """The other bound is 6 standard deviations from the mean."""
    number = one({"prior": "normal", "mean": 1, "sd": 0.5, "min": 0})
    assert (number.min, number.max) == (0, 4)
    assert number.decode(np.array([0.0]))[0] == 0


@pytest.mark.parametrize(
    ("section", "low", "high"),
    [
        ({"min": -100, "max": 100}, -6, 6),
        ({"min": -100, "max": 100, "step": 3}, -7, 5),
        ({"min": -100, "max": -5}, -6, -5),
        ({"type": "int", "step": 5}, -5, 5),
    ],
)
def test_a_wider_range_is_cut(section: dict[str, object], low: float, high: float) -> None:
    """It is cut to 6 standard deviations around the mean; steps keep their values."""
    number = one({"prior": "normal", "mean": 0, "sd": 1, **section})
    assert number.decode(np.array([0.0, 1.0])) == [low, high]


def test_near_is_a_matter_of_standard_deviations() -> None:
    """A value far outside the range is near nothing, even though Φ there is almost Φ at the bound."""
    number = normal(0, 1, -2, 2)
    assert number.nearest(2.5) == 2
    with pytest.raises(LookupError):
        number.nearest(50)


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ({"prior": "normal", "mean": 0}, "x.sd: is missing: prior: normal needs it"),
        ({"prior": "normal", "sd": 1}, "x.mean: is missing: prior: normal needs it"),
        ({"prior": "normal", "mean": 0, "sd": 0}, "x.sd: must be above 0; found 0"),
        ({"prior": "normal", "mean": 0, "sd": 1e308}, "x.sd: must be smaller"),
        (
            {"prior": "normal", "mean": 0, "sd": 1, "min": 9, "max": 20},
            "x.min: must be at most 6, 6 standard",
        ),
        ({"prior": "normal", "mean": 0, "sd": 1, "max": -9}, "x.max: must be at least -6, 6 standard"),
        ({"prior": "normal", "mean": 0, "sd": 1, "min": 2, "max": 1}, "x.min: must not be above max (1)"),
        (
            {"prior": "normal", "mean": 0, "sd": 1, "values": [1, 2]},
            "x: must have either min and max, or values",
        ),
        ({"mean": 0, "min": 0, "max": 1}, "x.mean: can only be used with prior: normal"),
        ({"sd": 1, "values": [1, 2]}, "x.sd: can only be used with prior: normal"),
    ],
)
def test_what_is_wrong_with_a_normal_prior_is_explained(section: dict[str, object], text: str) -> None:
    """Each mistake is reported with its key and the rule."""
    with pytest.raises(ConfigError) as caught:
        one(section)
    assert text in str(caught.value)
