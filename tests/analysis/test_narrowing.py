"""Tests of where a search has narrowed to, and of coverage and ranking."""

import numpy as np
import pytest

from hpsearch.analysis.coverage import coverage
from hpsearch.analysis.narrowing import at_bounds, narrowing, thirds
from hpsearch.space import Categorical, Number, Space

SPACE = Space(
    (
        Number("rate", 1e-4, 1, "log"),
        Number("layers", 1, 5, integer=True),
        Categorical("kind", ("x", "y")),
        Number("beta", 0.9, 0.999, "reverse_log", when={"kind": ("y",)}),
    )
)


def test_early_and_late_trials_are_separated() -> None:
    """Of nine trials, the first three are far apart, and the last three are near 0.01 and of one kind."""
    early = [
        {"rate": 1e-4, "layers": 1, "kind": "x"},
        {"rate": 1.0, "layers": 5, "kind": "y", "beta": 0.95},
        {"rate": 0.01, "layers": 3, "kind": "x"},
    ]
    late = [{"rate": 0.01, "layers": 2, "kind": "x"}] * 3
    found = {each.name: each for each in narrowing(SPACE, [*early, *early, *late])}
    assert found["rate"].early["low"] < 1e-3
    assert found["rate"].late == {"low": pytest.approx(0.01), "high": pytest.approx(0.01)}
    assert found["layers"].late == {"low": 2, "high": 2}
    assert found["kind"].early == {"value": "x", "share": pytest.approx(2 / 3)}
    assert found["kind"].late == {"value": "x", "share": 1.0}
    assert found["beta"].late is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"rate": 1e-4, "layers": 3, "kind": "x"}, [("rate", False)]),
        ({"rate": 0.95, "layers": 5, "kind": "x"}, [("rate", True), ("layers", True)]),
        ({"rate": 0.01, "layers": 1, "kind": "y", "beta": 0.95}, [("layers", False)]),
        ({"rate": 0.01, "layers": 2, "kind": "y", "beta": 0.999}, [("beta", True)]),
        ({"rate": 0.01, "layers": 2, "kind": "x"}, []),
    ],
)
def test_a_best_value_at_the_end_of_its_range_is_noticed(values: dict, expected: list) -> None:
    """It is noticed at either end of active continuous and integer parameters, but not for categories."""
    found = at_bounds(SPACE, SPACE.units([values])[0])
    assert [(each.name, each.end == "max") for each in found] == expected


@pytest.mark.parametrize("count", [1, 2, 4, 9, 10, 31, 100])
def test_a_range_holds_four_fifths_of_the_values(count: int) -> None:
    """The ends of the range are tried values; with few trials, the smallest and the largest."""
    space = Space((Number("x", 0, 1),))
    values = np.random.default_rng(count).random(3 * count)
    (found,) = narrowing(space, [{"x": value} for value in values.tolist()])
    late = values[2 * count :]
    low, high = found.late["low"], found.late["high"]
    assert {low, high} <= set(late.tolist())
    assert ((low <= late) & (late <= high)).mean() >= 0.8
    if count < 10:
        assert (low, high) == (late.min(), late.max())


def test_thirds_are_named_by_trials() -> None:
    """With two trials or one, each third still has one."""
    assert [tuple(map(list, thirds(count))) for count in (1, 2, 7)] == [
        ([0], [0]),
        ([0], [1]),
        ([0, 1], [5, 6]),
    ]


def test_a_bound_is_given_with_what_lies_beyond() -> None:
    """The bound is the end of the range, not the best value; the nearest value outside is given too."""
    values = {"rate": 1.05e-4, "layers": 5, "kind": "x"}
    rate, layers = at_bounds(SPACE, SPACE.units([values])[0])
    assert (rate.end, rate.bound) == ("min", pytest.approx(1e-4, rel=1e-12))
    assert 0 < rate.bound - rate.beyond < 1e-15
    assert (layers.end, layers.bound, layers.beyond) == ("max", 5, 6)


def test_coverage_of_many_draws_is_complete_and_even() -> None:
    """Each of ten slices of equal probability gets its tenth; a discrete parameter has a slice per value."""
    units = SPACE.snap(np.random.default_rng(0).random((4000, 4)))
    found = {each["parameter"]: each for each in coverage(SPACE, units)}
    assert found["rate"]["draws"] == pytest.approx([400] * 10, abs=80)
    assert found["layers"]["draws"] == pytest.approx([800] * 5, abs=120)
    assert sum(found["beta"]["draws"]) == SPACE.active(units)[:, 3].sum()
    assert all(each["covered"] == 1 for each in found.values())
    assert found["kind"]["quartiles"] is None


def test_coverage_of_few_draws_is_partial() -> None:
    """Three draws hit at most three slices of ten."""
    units = SPACE.snap(np.array([[0.05, 0.1, 0.1, 0.5], [0.06, 0.1, 0.1, 0.5], [0.95, 0.1, 0.1, 0.5]]))
    rate, *_, beta = coverage(SPACE, units)
    assert rate["covered"] == pytest.approx(0.2)
    assert beta["covered"] == 0
