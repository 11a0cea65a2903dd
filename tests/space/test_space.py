"""Tests of the space: priors, buckets, conditions, and the cube."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.space import INACTIVE, Categorical, Number, Space
from tests.strategies import categoricals, numbers, spaces

units = st.lists(st.floats(0, 1), min_size=1, max_size=20).map(np.array)


@given(numbers(), units)
def test_values_stay_inside_their_bounds(parameter: Number, at: np.ndarray) -> None:
    """Every value lies between the two bounds, and is an int exactly when the parameter is one."""
    for value in parameter.decode(at):
        assert parameter.min <= value <= parameter.max
        assert isinstance(value, int) == parameter.integer


@given(numbers() | categoricals(), units)
def test_decoding_a_canonical_coordinate_gives_the_value_back(parameter: Number, at: np.ndarray) -> None:
    """A value's canonical coordinate decodes to that value."""
    values = parameter.decode(at)
    back = parameter.decode(parameter.encode(values))
    assert back == values


@given(numbers().filter(lambda p: p.step is None), units)
def test_coordinates_of_a_continuous_parameter_survive_the_round_trip(
    parameter: Number, at: np.ndarray
) -> None:
    """Going to the value and back changes the coordinate only within the value's precision."""
    width = np.ptp(parameter.encode([parameter.min, parameter.max]))
    assert width == pytest.approx(1)
    # A narrow log_normal prior has the coarsest grid: a thousand values in twelve standard deviations.
    assert np.abs(parameter.encode(parameter.decode(at)) - at).max() < 5e-3


@given(numbers(), st.floats(0, 1), st.floats(0, 1))
def test_values_rise_with_their_coordinate(parameter: Number, one: float, other: float) -> None:
    """A larger coordinate never gives a smaller value."""
    low, high = parameter.decode(np.array(sorted([one, other])))
    assert low <= high


@given(st.integers(-50, 50), st.integers(2, 30))
def test_every_linear_integer_has_the_same_share(low: int, count: int) -> None:
    """The two ends of an integer range own as much of the cube as the values in between."""
    parameter = Number("n", low, low + count - 1, integer=True)
    grid = (np.arange(count * 100) + 0.5) / (count * 100)
    found = np.unique(parameter.decode(grid), return_counts=True)
    assert found[0].tolist() == list(range(low, low + count))
    assert set(found[1].tolist()) == {100}


@given(st.integers(1, 20), st.integers(2, 30))
def test_log_integers_own_the_logarithm_of_their_bucket(low: int, count: int) -> None:
    """The share of n under a log prior is log((n + 1/2) / (n - 1/2)), also at the ends."""
    parameter = Number("n", low, low + count - 1, "log", integer=True)
    grid = (np.arange(40_000) + 0.5) / 40_000
    shares = np.bincount(np.array(parameter.decode(grid)) - low, minlength=count) / 40_000
    n = np.arange(low, low + count)
    due = np.log((n + 0.5) / (n - 0.5))
    assert shares == pytest.approx(due / due.sum(), abs=1e-4)


@given(st.floats(1e-6, 10), st.floats(1.1, 1e6))
def test_the_middle_of_a_log_prior_is_the_geometric_mean(low: float, ratio: float) -> None:
    """Half of all log-uniform draws lie below sqrt(min * max)."""
    parameter = Number("x", low, low * ratio, "log")
    assert parameter.decode(np.array([0.5]))[0] == pytest.approx(math.sqrt(low * low * ratio), rel=1e-3)


def test_reverse_log_puts_half_its_mass_above_099() -> None:
    """On [0.9, 0.999], as many draws lie above 0.99 as below it, since 1 - x is log-uniform."""
    parameter = Number("momentum", 0.9, 0.999, "reverse_log")
    assert parameter.decode(np.array([0.5]))[0] == pytest.approx(0.99, rel=1e-12)
    draws = np.array(parameter.decode(np.random.default_rng(0).random(20_000)))
    assert (draws > 0.99).mean() == pytest.approx(0.5, abs=0.01)


def test_steps_are_written_as_the_user_would() -> None:
    """Multiples of a decimal step have no digits from binary rounding."""
    parameter = Number("dropout", 0.1, 0.5, step=0.1)
    assert sorted(set(parameter.decode(np.linspace(0, 1, 101)))) == [0.1, 0.2, 0.3, 0.4, 0.5]


def test_a_step_that_does_not_meet_the_maximum_ends_below_it() -> None:
    """Values are min, min + step, … up to the maximum, which need not be one of them."""
    parameter = Number("n", 2, 12, step=3, integer=True)
    assert sorted(set(parameter.decode(np.linspace(0, 1, 101)))) == [2, 5, 8, 11]
    assert parameter.count == 4


def test_categories_are_drawn_with_their_probabilities() -> None:
    """Each value owns its probability's share of the cube."""
    parameter = Categorical("optimizer", ("sgd", "adam", "rmsprop"), (0.5, 0.3, 0.2))
    grid = (np.arange(1000) + 0.5) / 1000
    drawn = parameter.decode(grid)
    assert [drawn.count(value) for value in parameter.values] == [500, 300, 200]


def test_booleans_are_not_numbers() -> None:
    """True and 1 are different values, although they are equal in Python."""
    parameter = Categorical("batch_norm", (False, True))
    assert parameter.accepts(True)
    assert not parameter.accepts(1)
    assert not Number("n", 0, 3, integer=True).accepts(True)


@given(spaces(), st.integers(0, 2**32 - 1))
def test_snapping_keeps_the_configuration(space: Space, seed: int) -> None:
    """A point and its canonical point are the same configuration, and snapping twice changes nothing."""
    points = np.random.default_rng(seed).random((20, space.dimensions))
    snapped = space.snap(points)
    assert np.array_equal(space.snap(snapped), snapped)
    for ours, theirs in zip(space.values(points), space.values(snapped), strict=True):
        assert ours.keys() == theirs.keys()
        for name, value in ours.items():
            assert theirs[name] == value


@given(spaces(), st.integers(0, 2**32 - 1))
def test_units_inverts_values(space: Space, seed: int) -> None:
    """The canonical point of a configuration is the snapped point that it came from."""
    points = np.random.default_rng(seed).random((20, space.dimensions))
    assert np.array_equal(space.units(space.values(points)), space.snap(points))


@given(spaces(), st.integers(0, 2**32 - 1))
def test_every_value_of_a_configuration_is_accepted(space: Space, seed: int) -> None:
    """A space accepts what it returns."""
    points = np.random.default_rng(seed).random((20, space.dimensions))
    for values in space.values(points):
        assert not list(space.problems(values))


def chain() -> Space:
    """A space with a chain of conditions: b hangs on a, c on b."""
    return Space(
        (
            Categorical("c", (1, 2, 3), when={"b": (2, 3)}),
            Number("b", 1, 4, integer=True, when={"a": ("x",)}),
            Categorical("a", ("x", "y")),
        )
    )


def test_an_inactive_parameter_is_absent_and_sits_in_the_middle() -> None:
    """With a = y neither b nor c is active, in any order in the space."""
    space = chain()
    snapped = space.snap(np.array([[0.9, 0.9, 0.9]]))
    assert space.values(snapped) == [{"a": "y"}]
    assert snapped[0, :2].tolist() == [INACTIVE, INACTIVE]


def test_a_condition_on_a_constant_is_decided_once_and_for_all() -> None:
    """A parameter whose condition names a constant is always active, or never."""
    beta2 = Number("beta2", 0.9, 0.99, when={"optimizer": ("adam",)})
    point = np.array([[0.5]])
    assert Space((beta2,), {"optimizer": "adam"}).active(point).all()
    assert not Space((beta2,), {"optimizer": "sgd"}).active(point).any()


@given(spaces().filter(lambda space: space.size <= 2000))
def test_size_counts_the_different_configurations(space: Space) -> None:
    """The size is the length of the list of all points, and all their configurations differ."""
    points = space.every_point()
    assert len(points) == space.size
    configurations = {
        tuple(sorted((k, repr(v)) for k, v in values.items())) for values in space.values(points)
    }
    assert len(configurations) == space.size


def test_size_of_a_chain_of_conditions_is_counted_by_hand() -> None:
    """With a = y there is 1; with a = x and b = 1 or 4, 2; with a = x, b = 2 or 3 and any c, 6."""
    assert chain().size == 9


def test_a_continuous_parameter_makes_a_space_infinite() -> None:
    """Its points then cannot be listed."""
    space = Space((Number("x", 0, 1),))
    assert space.size == math.inf
    with pytest.raises(ValueError, match="continuous"):
        space.every_point()


@pytest.mark.parametrize(
    ("values", "name", "text"),
    [
        ({"a": "x", "b": 5}, "b", "must be a whole number from"),
        ({"a": "z"}, "a", "must be one of x, y"),
        ({"a": "x"}, "b", "must have a value"),
        ({"a": "y", "b": 1}, "b", "is not active"),
        ({"a": "y", "d": 1}, "d", "is not a parameter"),
    ],
)
def test_problems_name_what_is_wrong(values: dict[str, object], name: str, text: str) -> None:
    """Anything that is not a configuration of the space is explained for each parameter."""
    assert any(found == name and text in what for found, what in chain().problems(values))


def test_a_constant_has_no_other_value() -> None:
    """Its own value may be given; any other value is a problem."""
    space = Space((Number("x", 0, 1),), {"r": 7})
    assert not list(space.problems({"x": 0.5, "r": 7}))
    assert list(space.problems({"x": 0.5, "r": 8})) == [("r", "is the constant 7")]


def test_a_completed_configuration_is_one_that_could_have_been_drawn() -> None:
    """Whole numbers become integers; steps and categories are the space's own; continuous values stay."""
    space = Space(
        (
            Number("layers", 1, 3, integer=True),
            Number("dropout", 0, 0.5, step=0.1),
            Categorical("batch_size", (16, 32)),
            Number("rate", 1e-4, 1, "log"),
        )
    )
    given = {"layers": 2.0, "dropout": 0.30000000000000004, "batch_size": np.int64(16), "rate": 1e-3}
    completed = space.complete(given)
    assert completed == {"layers": 2, "dropout": 0.3, "batch_size": 16, "rate": 1e-3}
    assert [type(value) for value in completed.values()] == [int, float, int, float]


@given(numbers(), st.floats(allow_nan=False))
def test_the_nearest_value_is_one_of_its_own(number: Number, value: float) -> None:
    """There is none if it is further away than half the range."""
    try:
        nearest = number.nearest(value)
    except LookupError:
        assert not number.accepts(value)
        return
    assert number.accepts(nearest)
    if number.accepts(value):
        near = 1e-6 * (number.step or number.max - number.min)
        assert nearest == pytest.approx(value, abs=near)


def test_near_is_a_matter_of_scale() -> None:
    """A rate three times the largest counts as the largest; one a thousand times as large says nothing."""
    rate = Number("rate", 1e-4, 1, "log")
    assert rate.nearest(3.0) == 1.0
    assert Categorical("batch_size", (16, 32, 64)).nearest(40) == 32
    kind = Categorical("kind", ("a", "b", None))
    assert kind.nearest(None) is None
    for parameter, far in [*((rate, x) for x in (1e3, 0, -1, "a", True)), (kind, "c"), (kind, 0)]:
        with pytest.raises(LookupError):
            parameter.nearest(far)


def test_the_ends_of_a_range_are_exact() -> None:
    """They survive logarithm and exponential to the last bit."""
    rate = Number("rate", 1e-4, 0.3, "log")
    assert rate.decode(rate.encode([1e-4, 0.3])) == [1e-4, 0.3]


ORDERED = [((1, 2, 3), True), ((3, 2), True), ((1, 3, 2), False), (("a", "b"), False), ((False, True), False)]


@pytest.mark.parametrize(("values", "ordered"), ORDERED)
def test_numbers_that_rise_or_fall_are_ordered(values: tuple[int, ...], ordered: bool) -> None:
    """Only such neighbours are similar."""
    assert Categorical("c", values).ordered is ordered


def test_decoding_is_vectorised_over_all_parameters_at_once() -> None:
    """Ten thousand configurations of a mixed space are decoded in one call."""
    space = Space(
        (Number("lr", 1e-4, 1, "log"), Categorical("o", ("a", "b")), Number("n", 1, 9, integer=True))
    )
    points = np.random.default_rng(1).random((10_000, 3))
    values = space.values(points)
    assert len(values) == 10_000
    assert all(row.keys() == {"lr", "o", "n"} for row in itertools.islice(values, 10))


@given(spaces(), st.integers(0, 2**32 - 1))
def test_points_of_many_are_the_points_of_each(space: Space, seed: int) -> None:
    """They agree to the last bit: a resumed search reads at once what originally came one by one."""
    values = space.values(np.random.default_rng(seed).random((13, space.dimensions)))
    alone = np.concatenate([space.units([each]) for each in values])
    assert space.units(values).tobytes() == alone.tobytes()
