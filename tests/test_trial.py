"""Tests of trials, results and metrics."""

import json
import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.trial import Epoch, Metric, Result, Rung, Status, Trial, real_number

finite = st.floats(allow_nan=False, allow_infinity=False)
values = st.dictionaries(st.text(min_size=1), st.one_of(st.booleans(), st.integers(), finite, st.text()))


@given(st.integers(0), values, st.integers(0, 2**32 - 1), st.lists(st.tuples(st.integers(1), finite)))
def test_a_trial_survives_json(number: int, chosen: dict, seed: int, rungs: list) -> None:
    """A trial written as JSON text and read back is equal, to the last bit of its numbers."""
    trial = Trial(number, chosen, seed, tuple(Rung(*rung) for rung in rungs), {"phase": "coarse"})
    assert Trial.from_json(json.loads(json.dumps(trial.to_json()))) == trial


@given(st.lists(st.dictionaries(st.text(), st.none() | finite)), finite)
def test_a_result_survives_json(metrics: list, value: float) -> None:
    """A result written as JSON text and read back is equal."""
    curve = tuple(Epoch(number, each, 0.5) for number, each in enumerate(metrics, 1))
    result = Result(4, Status.DONE, value, curve, {"test_error": None}, "why", 2.5)
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result


@pytest.mark.parametrize("status", Status)
def test_exactly_the_ranked_statuses_have_a_value(status: Status) -> None:
    """A done or stopped trial has a finite value, every other one none."""
    good, bad = (1.0, None) if status in (Status.DONE, Status.STOPPED) else (None, 1.0)
    assert Result(0, status, good).value == good
    with pytest.raises(ValueError, match="value"):
        Result(0, status, bad)
    with pytest.raises(ValueError, match="value"):
        Result(0, status, math.nan)


def curve(*values: float | None) -> list[Epoch]:
    """A learning curve of the metric m."""
    return [Epoch(number, {"m": value}, 0.0) for number, value in enumerate(values, 1)]


def losses(metric: Metric, epochs: list[Epoch]) -> list[float]:
    """The loss after each epoch."""
    return [loss for loss, _ in metric.worths(epochs)]


@pytest.mark.parametrize("wrong", [{"goal": "minimise"}, {"goal": "max"}, {"at": "first"}])
def test_a_metric_of_another_goal_is_refused(wrong: dict[str, Any]) -> None:
    """Otherwise it would be maximized, like everything that is not minimized."""
    with pytest.raises(ValueError, match=rf"must be .*; found '{next(iter(wrong.values()))}'"):
        Metric("m", **wrong)


def test_losses_follow_the_goal() -> None:
    """A metric to be maximized is negated, so that lower is better."""
    assert losses(Metric("m"), curve(3, 1, 2)) == [3, 1, 2]
    assert losses(Metric("m", "maximize"), curve(3, 1, 2)) == [-3, -1, -2]


def test_at_best_an_epoch_counts_the_best_so_far() -> None:
    """With metric.at: best, a trial that gets worse has the value of its best epoch."""
    assert losses(Metric("m", "minimize", "best"), curve(3, 1, 2)) == [3, 1, 1]
    assert losses(Metric("m", "maximize", "best"), curve(3, 1, 4, None)) == [-3, -3, -4, -4]


def test_losses_that_are_not_finite_are_nan() -> None:
    """A missing or null metric is NaN, never zero."""
    assert math.isnan(losses(Metric("m"), [Epoch(1, {}, 0.0)])[0])


@pytest.mark.parametrize(
    "value", [1, 1.5, np.float32(1.5), np.int64(3), np.array(2.0), Decimal("1.5"), Fraction(1, 2)]
)
def test_real_numbers_of_every_kind_are_metrics(value: object) -> None:
    """Python's and NumPy's numbers are accepted, and so are scalars in an array."""
    assert real_number(value) == float(value)


@pytest.mark.parametrize(
    "value", [None, True, "0.5", b"1", 1 + 2j, [1.0], np.zeros(3), np.complex128(1), np.ma.masked, object()]
)
def test_what_is_no_number_is_refused_by_its_type(value: object) -> None:
    """The error names the type that was found."""
    with pytest.raises(TypeError, match=type(value).__name__):
        real_number(value)


def test_an_integer_beyond_floats_is_infinite() -> None:
    """10**400 is a number, but too large for a float."""
    assert real_number(10**400) == math.inf


def both(*pairs: tuple[float, float | None]) -> tuple[Epoch, ...]:
    """A learning curve of the metric m, and of another one that breaks its ties."""
    return tuple(Epoch(number, {"m": m, "t": t}, 0.0) for number, (m, t) in enumerate(pairs, 1))


TIED = Metric("m", "minimize", "best", Metric("t", "maximize"))


def test_of_equal_epochs_the_one_with_the_better_tie_counts() -> None:
    """The best epoch is the first of those that none beats; a tie that is not finite is the worst."""
    assert TIED.epoch_of(both((2, 9), (1, None), (1, 3), (1, 5), (1, 5), (1, 4))).number == 4
    assert replace(TIED, ties=None).epoch_of(both((2, 9), (1, 0), (1, 3))).number == 2
    assert replace(TIED, at="last").epoch_of(both((1, 9), (2, 0))).number == 2


def test_equal_values_are_ordered_by_ties_then_by_number() -> None:
    """Results are ordered by loss, then by tie, then by number."""
    curves = [both((1, 3)), both((1, 5)), both((0, 0)), both((1, 3)), both((1, None)), ()]
    results = [
        Result(number, Status.DONE, curve[-1].metrics["m"] if curve else 1, curve)
        for number, curve in enumerate(curves)
    ]
    assert [result.number for result in sorted(results, key=TIED.order)] == [2, 1, 0, 3, 4, 5]
    assert [result.number for result in sorted(results, key=Metric("m").order)] == [2, 0, 1, 3, 4, 5]


@pytest.mark.parametrize("metric", [TIED, Metric("m"), Metric("m", "maximize", "best")])
def test_metrics_are_json_and_back(metric: Metric) -> None:
    """A metric that was JSON is equal to the original."""
    assert Metric.from_json(json.loads(json.dumps(metric.to_json()))) == metric
