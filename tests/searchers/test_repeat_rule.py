"""Tests of the rule that decides which configurations are run with more seeds."""

import math

import pytest

from hpsearch.searchers.repeat_rule import MARGIN, RepeatRule
from hpsearch.trial import Epoch, Metric, Result, Status


def result(number: int, value: float, error: float | None) -> Result:
    """A result, of several seeds if it has a standard error."""
    metrics = {"value": value} | ({} if error is None else {"value_se": error})
    return Result(number, Status.DONE, value, (Epoch(1, metrics, 0.0),))


@pytest.mark.parametrize(("goal", "sign"), [("minimize", 1), ("maximize", -1)])
def test_a_first_seed_near_the_best_mean_is_repeated(goal: str, sign: int) -> None:
    """It is within two deviations of the difference between one seed and the mean of three."""
    rule = RepeatRule(Metric("value", goal), 3)
    rule.add(result(0, sign * 0.1, None))
    rule.add(Result(1, Status.FAILED))
    assert rule.bound() is None
    rule.add(result(2, sign * 0.5, 0.1))
    rule.add(result(3, sign * 0.3, 0.2))
    variance = 3 * (0.1**2 + 0.2**2) / 2
    assert rule.bound() == pytest.approx(0.3 + MARGIN * math.sqrt(variance * 4 / 3))
    assert rule.counted == 4


def test_seeds_that_change_nothing_are_not_repeated_for_worse_values() -> None:
    """The bound is then the best value."""
    rule = RepeatRule(Metric("value"), 2)
    rule.add(result(0, 0.5, 0.0))
    assert rule.bound() == 0.5
