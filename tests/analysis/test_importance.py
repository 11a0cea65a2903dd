"""Tests of the importance of hyperparameters against functions whose variance is known."""

import numpy as np
import pytest

from hpsearch.analysis.importance import importance
from hpsearch.searchers import Visible
from hpsearch.space import Categorical, Floats, Number, Space

SPACE = Space((Number("a", 0, 1), Number("b", 0, 1), Number("c", 0, 1), Categorical("kind", ("x", "y", "z"))))


def observed(losses: Floats, units: Floats) -> Visible:
    """Results without learning curves."""
    return Visible(units, losses, np.zeros(len(losses), dtype=bool), [np.empty(0)] * len(losses))


def points(count: int) -> Floats:
    """Random canonical points."""
    return SPACE.snap(np.random.default_rng(1).random((count, 4)))


def function(u: Floats) -> Floats:
    """A main effect of a, an interaction of b and c, a step between categories."""
    return 12 * (u[:, 0] - 0.5) ** 2 + 6 * (u[:, 1] - 0.5) * (u[:, 2] - 0.5) + (u[:, 3] > 0.6)


def test_shares_are_those_of_the_function() -> None:
    """Within three points of 0.66, 0.21 and 0.18 of the variance; b and c do nothing alone."""
    units = points(160)
    everywhere = np.random.default_rng(2).random((200_000, 4))
    variances = {
        ("a",): np.var(12 * (everywhere[:, 0] - 0.5) ** 2),
        ("b", "c"): np.var(6 * (everywhere[:, 1] - 0.5) * (everywhere[:, 2] - 0.5)),
        ("kind",): 2 / 9,
    }
    total = sum(variances.values())
    effects = {effect.names: effect for effect in importance(SPACE, observed(function(units), units))}
    for names, variance in variances.items():
        assert effects[names].share == pytest.approx(variance / total, abs=0.04)
        assert effects[names].low <= effects[names].share <= effects[names].high
    assert effects["b",].share < 0.02
    assert effects["c",].share < 0.02


def test_the_largest_effect_comes_first() -> None:
    """Effects are sorted, and there is one for each parameter and pair."""
    units = points(60)
    effects = importance(SPACE, observed(function(units), units))
    assert effects[0].names == ("a",)
    assert len(effects) == 4 + 6
    assert [effect.share for effect in effects] == sorted((effect.share for effect in effects), reverse=True)


def test_few_results_leave_more_open() -> None:
    """The interval of a is wider from 20 results than from 120."""
    few, many = points(20), points(120)
    noise = np.random.default_rng(3).standard_normal(120) / 4
    wide, narrow = (
        next(
            effect
            for effect in importance(SPACE, observed(function(units) + noise[: len(units)], units))
            if effect.names == ("a",)
        )
        for units in (few, many)
    )
    assert wide.high - wide.low > narrow.high - narrow.low


@pytest.mark.parametrize(
    "losses",
    [
        np.arange(15.0),
        np.ones(40),
        np.full(40, np.nan),
        np.where(np.arange(40) < 10, np.arange(40.0), np.nan),
    ],
)
def test_nothing_is_said_when_too_little_is_known(losses: Floats) -> None:
    """Fewer than four results with a value for each parameter, or results that are all alike."""
    assert importance(SPACE, observed(losses, points(len(losses)))) == []


def test_the_same_results_have_the_same_importance() -> None:
    """Nothing is left to chance."""
    units = points(30)
    assert importance(SPACE, observed(function(units), units)) == importance(
        SPACE, observed(function(units), units)
    )


def test_conditional_parameters_and_failures_are_taken_as_they_are() -> None:
    """A parameter that is mostly inactive explains little; failed trials do no harm."""
    space = Space(
        (Number("x", 0, 1), Categorical("on", (True, False)), Number("y", 0, 1, when={"on": (True,)}))
    )
    units = space.snap(np.random.default_rng(0).random((50, 3)))
    losses = units[:, 0].copy()
    losses[::9] = np.nan
    effects = importance(space, observed(losses, units))
    assert effects[0].names == ("x",)
    assert effects[0].share > 0.5
