"""Tests of the importance of hyperparameters against functions whose variance is known."""

from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from hpsearch.analysis.anova import MOST_PAIRED, Effect, importance
from hpsearch.analysis.epoch_process import fit
from hpsearch.searchers import Observations
from hpsearch.space import Categorical, Floats, Number, Space

SPACE = Space((Number("a", 0, 1), Number("b", 0, 1), Number("c", 0, 1), Categorical("kind", ("x", "y", "z"))))


def observed(losses: Floats, units: Floats) -> Observations:
    """Results without learning curves."""
    return Observations(units, losses, np.zeros(len(losses), dtype=bool), [np.empty(0)] * len(losses))


def effects_of(losses: Floats, units: Floats, space: Space = SPACE, seed: int = 0) -> dict[tuple, Effect]:
    """The effects by name."""
    found = importance(space, observed(losses, units), seed=seed)
    assert found is not None
    return {effect.names: effect for effect in found.effects}


def points(count: int) -> Floats:
    """Random canonical points."""
    return SPACE.snap(np.random.default_rng(1).random((count, 4)))


def function(u: Floats) -> Floats:
    """A function with a main effect of a, an interaction of b and c, and a step between categories."""
    return 12 * (u[:, 0] - 0.5) ** 2 + 6 * (u[:, 1] - 0.5) * (u[:, 2] - 0.5) + (u[:, 3] > 0.6)


def test_shares_are_those_of_the_function() -> None:
    """Shares are within two points of 0.63, 0.20 and 0.17 of the variance; b and c have no main effect."""
    units = points(160)
    everywhere = np.random.default_rng(2).random((200_000, 4))
    variances = {
        ("a",): np.var(12 * (everywhere[:, 0] - 0.5) ** 2),
        ("b", "c"): np.var(6 * (everywhere[:, 1] - 0.5) * (everywhere[:, 2] - 0.5)),
        ("kind",): 2 / 9,
    }
    total = sum(variances.values())
    effects = effects_of(function(units), units)
    for names, variance in variances.items():
        assert effects[names].share == pytest.approx(variance / total, abs=0.02)
        assert effects[names].low <= effects[names].share <= effects[names].high
    assert effects["b",].share < 0.02
    assert effects["c",].share < 0.02


LINE = Space((Number("x", 0, 1), Number("y", 0, 1)))


def test_intervals_hold_the_truth() -> None:
    """Of 10 x + y, x explains 100/101 and y 1/101, which is in the intervals for each of six data sets."""
    for seed in range(6):
        units = np.random.default_rng(seed).random((40, 2))
        effects = effects_of(10 * units[:, 0] + units[:, 1], units, LINE)
        assert effects["x",].low <= 100 / 101 <= effects["x",].high
        assert effects["y",].low <= 1 / 101 <= effects["y",].high


def test_shares_hardly_depend_on_the_seed() -> None:
    """The choice of points to average over changes the shares of 10 x + y by less than a third of a point."""
    units = np.random.default_rng(0).random((40, 2))
    losses = 10 * units[:, 0] + units[:, 1]
    shares = [effects_of(losses, units, LINE, seed)["x",].share for seed in range(4)]
    assert max(shares) - min(shares) < 0.003


def test_the_largest_effect_comes_first() -> None:
    """Effects are sorted, and there is one for each parameter and each pair."""
    units = points(60)
    effects = list(effects_of(function(units), units).values())
    assert effects[0].names == ("a",)
    assert len(effects) == 4 + 6
    assert [effect.share for effect in effects] == sorted((effect.share for effect in effects), reverse=True)


def test_pairs_are_of_the_parameters_that_do_most() -> None:
    """If there are too many parameters for pairs, those with the smallest effects are in no pair."""
    d = MOST_PAIRED + 2
    space = Space(tuple(Number(f"x{column}", 0, 1) for column in range(d)))
    units = np.random.default_rng(4).random((4 * d, d))
    effects = effects_of(5 * units[:, 0] + units[:, 1], units, space)
    assert len(effects) == d + MOST_PAIRED * (MOST_PAIRED - 1) // 2
    assert ("x0", "x1") in effects


def test_few_results_leave_more_open() -> None:
    """The interval of a is wider from 20 results than from 120."""
    few, many = points(20), points(120)
    noise = np.random.default_rng(3).standard_normal(120) / 4
    wide, narrow = (effects_of(function(units) + noise[: len(units)], units)["a",] for units in (few, many))
    assert wide.high - wide.low > narrow.high - narrow.low


def test_matrix_products_have_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Matrix products use one thread on any machine; more would change the last digits."""
    threads: list[int] = []

    def noting_fit(*arguments: Any) -> Floats:
        threads.extend(each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas")
        return fit(*arguments)

    monkeypatch.setattr("hpsearch.analysis.learned.fit", noting_fit)
    units = points(16)
    with threadpool_limits(limits=2, user_api="blas"):
        importance(SPACE, observed(function(units), units))
    assert set(threads) == {1}


def test_what_is_explained_tells_noise_from_an_effect() -> None:
    """Less than half of pure noise is explained, and nearly all of a smooth function."""
    units = points(40)
    noise = importance(SPACE, observed(np.random.default_rng(5).standard_normal(40), units))
    smooth = importance(SPACE, observed(function(units), units))
    assert noise is not None
    assert smooth is not None
    assert noise.explained < 0.5
    assert smooth.explained > 0.9


def test_the_mean_of_more_seeds_is_believed_more() -> None:
    """With repeats the prior over noise is lower, so the shares differ."""
    units = points(40)
    losses = function(units) + np.random.default_rng(6).standard_normal(40) / 2
    once, often = (importance(SPACE, observed(losses, units), repeats) for repeats in (1, 50))
    assert once != often


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
    """There is no answer with fewer than four results with a value per parameter, or if all are equal."""
    assert importance(SPACE, observed(losses, points(len(losses)))) is None


@pytest.mark.parametrize("loss", [1.0, np.nan])
def test_nothing_is_said_where_nothing_is_searched(loss: float) -> None:
    """There is no answer without parameters, whether or not trials have values."""
    nowhere = Space((), {"x": 1})
    assert importance(nowhere, observed(np.full(3, loss), np.empty((3, 0)))) is None


def test_the_same_results_have_the_same_importance() -> None:
    """The importance of the same results is always the same."""
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
    effects = list(effects_of(losses, units, space).values())
    assert effects[0].names == ("x",)
    assert effects[0].share > 0.5


def test_an_interaction_is_no_main_effect() -> None:
    """The factors of a product around 0 have no main effects; averaging over few points adds none."""
    units = np.random.default_rng(7).random((80, 2))
    effects = effects_of((units[:, 0] - 0.5) * (units[:, 1] - 0.5), units, LINE)
    assert effects["x", "y"].share > 0.9
    assert effects["x",].share < 0.02
    assert effects["y",].share < 0.02


@pytest.mark.filterwarnings("error")
def test_huge_losses_do_not_overflow() -> None:
    """The effects of losses up to 1e300 equal those of losses up to 1."""
    units = points(24)
    losses = function(units)
    huge = effects_of(losses * 2.0**990, units)
    assert huge == effects_of(losses, units)
