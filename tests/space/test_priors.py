"""Properties of every prior; a new one adds its ranges to ``tests.strategies.RANGES``."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.space import PRIORS, Number
from tests.strategies import RANGES, Range


@st.composite
def bound(draw: st.DrawFn) -> Number:
    """A continuous parameter with any prior."""
    name = draw(st.sampled_from(sorted(RANGES)))
    low, high, own = draw(RANGES[name])
    return Number("x", low, high, name, prior_parameters=own)


def test_every_prior_is_tested() -> None:
    """A prior without a strategy would not be tested."""
    assert RANGES.keys() == PRIORS.keys()


@pytest.mark.parametrize("name", PRIORS)
@given(st.data())
def test_the_ranges_of_the_laws_are_valid(name: str, data: st.DataObject) -> None:
    """No prior rejects what its strategy draws."""
    found: Range = data.draw(RANGES[name])
    low, high, own = found
    assert own.keys() == PRIORS[name].keys.keys()
    assert not list(PRIORS[name].invalid_parameters(**own))
    assert not list(PRIORS[name].invalid_bounds(low, high, **own))


@given(bound(), st.floats(-1, 2))
def test_position_is_0_and_1_at_the_bounds_and_rises(number: Number, share: float) -> None:
    """A number outside the range is below 0 or above 1."""
    assert number.position(number.min) == pytest.approx(0, abs=1e-9)
    assert number.position(number.max) == pytest.approx(1, abs=1e-9)
    value = number.min + share * (number.max - number.min)
    position = number.position(value)
    if share <= 0 or share >= 1:
        assert math.isnan(position) or (position >= 1 - 1e-9 if share >= 1 else position <= 1e-9)
    else:
        assert -1e-9 <= position <= 1 + 1e-9


@given(bound(), st.integers(2, 30))
def test_a_bucket_has_the_probability_of_the_numbers_nearest_to_its_value(number: Number, count: int) -> None:
    """A step changes no probabilities: draws are those of the continuous prior, rounded."""
    step = (number.max - number.min) / count
    stepped = Number(
        "x", number.min, number.max, number.prior, step, prior_parameters=number.prior_parameters
    )
    low, high = PRIORS[number.prior].bucket_ends(number.min, step, stepped.count)
    continuous = Number("x", low, high, number.prior, prior_parameters=number.prior_parameters, precision=15)
    grid = (np.arange(500) + 0.5) / 500
    indices = np.rint((np.array(continuous.decode(grid)) - number.min) / step).clip(0, stepped.count - 1)
    drawn = np.rint((np.array(stepped.decode(grid)) - number.min) / step)
    assert np.mean(indices != drawn) < 0.01
