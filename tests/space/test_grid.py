"""Properties of the decimal grids that continuous values are drawn from."""

import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hpsearch.space import PRIORS, Number, Space
from tests.strategies import RANGES

units = st.lists(st.floats(0, 1), min_size=1, max_size=20).map(np.array)
precisions = st.none() | st.integers(1, 15)


@st.composite
def continuous(draw: st.DrawFn) -> Number:
    """A continuous parameter with any prior and precision, whose range may be narrow."""
    prior = draw(st.sampled_from(sorted(PRIORS)))
    low, high, own = draw(RANGES[prior])
    if draw(st.booleans()):
        high = low + (high - low) * 10 ** -draw(st.floats(0, 8))
    return Number(
        "x", low, max(high, low * (1 + 1e-9)), prior, None, prior_parameters=own, precision=draw(precisions)
    )


def digits(value: float) -> int:
    """The number of significant digits that a number is written with."""
    return len(Decimal(repr(value)).normalize().as_tuple().digits)


def decimals(value: float) -> int:
    """The number of digits after the point that a number is written with."""
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return -exponent


@given(continuous(), units)
def test_a_value_survives_its_coordinate(number: Number, at: np.ndarray) -> None:
    """Decoding the coordinate of a drawn value gives exactly that value."""
    values = number.decode(at)
    assert number.decode(number.encode(values)) == values


@example(
    Number(
        "x",
        0.09827356100242382,
        0.5736429889059471,
        "log_normal",
        prior_parameters={"mean": 1.2940961807829634, "sd": 0.646868492467921},
        precision=15,
    ),
    np.array([0.65]),
)
@given(continuous(), units)
def test_snapping_is_idempotent(number: Number, at: np.ndarray) -> None:
    """A snapped coordinate is the coordinate of a value, and is not changed by snapping."""
    snapped = number.snap(at)
    assert np.array_equal(number.snap(snapped), snapped)
    assert np.array_equal(number.encode(number.decode(at)), snapped)


@given(continuous(), units)
def test_rounding_keeps_the_order(number: Number, at: np.ndarray) -> None:
    """A larger coordinate never gets a smaller value or a smaller snapped coordinate."""
    at = np.sort(at)
    assert (np.diff(number.decode(at)) >= 0).all()
    assert (np.diff(number.snap(at)) >= 0).all()


@given(continuous())
def test_the_bounds_are_values(number: Number) -> None:
    """They are drawn exactly as written, however many digits they have."""
    assert number.decode(np.array([0.0, 1.0])) == [number.min, number.max]


@given(continuous(), units)
def test_drawn_values_have_few_digits(number: Number, at: np.ndarray) -> None:
    """No value but a bound is written with more digits than the precision; of 1 - x for reverse_log."""
    drawn = [value for value in number.decode(at) if value not in (number.min, number.max)]
    for value in map(float, drawn):
        written = float(1 - Decimal(repr(value))) if number.prior == "reverse_log" else value
        assert digits(written) <= (number.precision or 15)


@given(continuous().filter(lambda number: number.precision is None and number.max - number.min > 1e-6))
def test_a_range_has_a_thousand_values(number: Number) -> None:
    """Narrow ranges have more digits, unless float64 cannot tell the values apart."""
    at = np.linspace(0, 1, 20_001)
    exact = replace(number, precision=15)
    enough = min(1000, len(set(exact.decode(at))))
    assert len(set(number.decode(at))) >= 0.9 * enough or number.prior in ("normal", "log_normal")


@pytest.mark.parametrize(
    ("low", "high", "places"),
    [(0, 1, 4), (0, 0.5, 5), (0, 1e7, -3), (1000, 1001, 4), (0.2, 0.3, 5), (0, 1e-9, 13)],
)
def test_a_linear_grid_has_the_power_of_ten_below_a_ten_thousandth(
    low: float, high: float, places: int
) -> None:
    """All values are multiples of the power of ten below (max - min) / 10,000."""
    number = Number("x", low, high)
    values = np.array(number.decode(np.linspace(0, 1, 1_000_001)))
    assert max(map(decimals, values[values != 0].tolist())) == places
    step = 10.0**-places
    assert np.allclose(np.diff(np.unique(values)), step, rtol=1e-3)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (Number("x", 1e-4, 1, "log"), [0.001, 0.01, 0.1]),
        (Number("x", 0.9, 0.999, "reverse_log"), [0.96838, 0.99, 0.996838]),
        (Number("x", 0, 1), [0.25, 0.5, 0.75]),
        (Number("x", 1e-4, 1, "log", precision=2), [0.001, 0.01, 0.1]),
        (Number("x", 0.5, 0.6, "log"), [0.5233, 0.5477, 0.5733]),
        (Number("x", 0, 250, precision=2), [60, 120, 190]),
        (Number("x", 1e-300, 1e-200, "log"), [1e-275, 1e-250, 1e-225]),
    ],
    ids=str,
)
def test_quartiles_by_hand(number: Number, expected: list[float]) -> None:
    """These are the medians and quartiles of each prior, rounded on its own grid."""
    assert number.decode(np.array([0.25, 0.5, 0.75])) == expected


def test_bounds_with_many_digits_are_values_among_values_with_few() -> None:
    """The decimal number nearest to a bound is left out, so that no two values are too close."""
    number = Number("x", 0.123456789, 0.987654321)
    assert number.decode(np.array([0.0, 1e-6, 2e-5, 1.0])) == [0.123456789, 0.123456789, 0.12347, 0.987654321]


@given(st.floats(-9, 9), st.floats(1e-9, 1e-1))
def test_last_bits_of_a_logarithm_change_nothing(exponent: float, width: float) -> None:
    """If exp and log were off by a few bits, nearly all numbers would round to the same values."""
    number = Number("x", 10**exponent, 10**exponent * (1 + width) ** 20, "log")
    at = np.random.default_rng(0).random(50)
    off = number.decode(at * (1 + 4e-16))
    assert sum(a != b for a, b in zip(number.decode(at), off, strict=True)) <= 1


@given(continuous(), st.floats(0, 1))
def test_a_value_that_was_given_stays_as_it_is(number: Number, share: float) -> None:
    """It need not be on the grid: it is accepted, and completed without rounding."""
    value = min(max(number.min + share * (number.max - number.min), number.min), number.max)
    space = Space((number,))
    assert not list(space.problems({"x": value}))
    assert space.complete({"x": value}) == {"x": value}
    assert math.isfinite(space.units([{"x": value}])[0, 0])
