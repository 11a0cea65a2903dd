"""Tests of whether one search found more than another."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.analysis.comparison import SearchSample, best_so_far, difference

LOSSES = st.lists(st.one_of(st.floats(-5, 5), st.just(float("nan"))), min_size=1, max_size=40)


@given(LOSSES)
def test_the_best_so_far_only_falls_and_luck_is_above_it(losses: list[float]) -> None:
    """The bound for the same number of draws is one of the values, and not better than the best."""
    best, reached = best_so_far(losses)
    assert len(best) == len(reached) == len(losses)
    known = np.isfinite(best)
    assert (np.diff(best[known]) <= 0).all()
    assert (reached[known] >= best[known]).all()
    assert set(reached[known]) <= set(losses)


def test_draws_reach_the_bound_as_often_as_is_said() -> None:
    """At least 95 % of draws with replacement reach the bound; fewer reach the value before it."""
    values = np.arange(30.0)
    _, reached = best_so_far(values.tolist())
    draws = np.random.default_rng(0).choice(values, size=(20_000, 30)).min(axis=1)
    bound = reached[-1]
    assert np.mean(draws <= bound) > 0.945
    assert np.mean(draws <= bound - 1) < 0.95


def test_a_clear_difference_is_more_than_noise() -> None:
    """A clear difference is more than noise, unless the values are as uncertain as the difference."""
    rng = np.random.default_rng(1)
    near, far = (SearchSample(rng.random(50) + shift) for shift in (0.0, 3.0))
    apart = difference([far], [near])
    assert not apart.is_noise
    assert apart.chance == 1
    assert difference([SearchSample(far.losses, 4.0)], [near]).is_noise


def test_luck_is_rarely_taken_for_a_difference() -> None:
    """If all values come from one distribution, about one search in ten seems to differ."""
    rng = np.random.default_rng(2)
    pairs = rng.random((100, 2, 50))
    noise = [difference([SearchSample(a)], [SearchSample(b)]).is_noise for a, b in pairs]
    assert 84 <= sum(noise) <= 98


def test_searches_of_other_seeds_show_the_noise() -> None:
    """The difference is that of the averages, and its interval reflects the spread over seeds."""
    ours = [SearchSample(np.array([value] * 9)) for value in (1.0, 3.0)]
    theirs = [SearchSample(np.array([1.5] * 9))]
    found = difference(ours, theirs)
    assert found.loss == 0.5
    assert (found.low, found.high) == (-0.5, 1.5)
