"""Whether one search found more than another, or was only luckier.

The best of a search depends on luck in two ways: which trials it happened to try, and how well its value
was measured. The first is estimated by drawing the same number of trials again from those of the search (the
bootstrap of Efron, 1979), or, if a config was searched with several seeds, by drawing among these searches;
the second is the standard error of the best value.
"""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpsearch.space import Floats

__all__ = ["Difference", "SearchSample", "best_so_far", "difference"]

_DRAWS = 4000
_SEED = 20_230_601
_OUTSIDE = 0.05
"""The share of draws below an interval, and above it."""


@dataclass(frozen=True, slots=True)
class SearchSample:
    """The values that a search found.

    Attributes:
        losses: The losses of its trials with a value, lower is better; shape (n,), n > 0.
        error: The standard error of the best; 0 if it is not known.
    """

    losses: Floats
    error: float = 0.0


@dataclass(frozen=True, slots=True)
class Difference:
    """How far the best loss of some searches is above that of others, on average over searches.

    Attributes:
        loss: The difference as found.
        low: The lower end of its 90 % interval.
        high: The upper end.
        chance: The share of draws in which it is above zero: the others are better.
    """

    loss: float
    low: float
    high: float
    chance: float

    @property
    def is_noise(self) -> bool:
        """Whether the interval contains zero."""
        return self.low <= 0 <= self.high


def best_so_far(losses: Sequence[float]) -> tuple[Floats, Floats]:
    """The best loss after each trial, and what the best of the same number of draws from them would reach.

    Args:
        losses: Trial by trial; NaN for a trial without a value.

    Returns:
        The best, and the loss that 95 % of the draws reach or beat; both of shape (n,), infinite before the
        first value. If n values are drawn n times with replacement, the smallest draw is above the k-th
        smallest value with probability (1 − k/n)ⁿ.
    """
    seen: list[float] = []
    best, reached = np.full(len(losses), np.inf), np.full(len(losses), np.inf)
    for index, loss in enumerate(losses):
        if np.isfinite(loss):
            bisect.insort(seen, loss)
        count = len(seen)
        if count:
            place = int(np.ceil(count * (1 - _OUTSIDE ** (1 / count)) - 1e-9))
            best[index], reached[index] = seen[0], seen[min(max(place, 1), count) - 1]
    return best, reached


def difference(ours: Sequence[SearchSample], theirs: Sequence[SearchSample]) -> Difference:
    """How far the best of one config's searches is above that of another's.

    Args:
        ours: Searches that differ only by their seed.
        theirs: Others.
    """
    rng = np.random.default_rng(_SEED)
    found = np.mean([each.losses.min() for each in ours]) - np.mean([each.losses.min() for each in theirs])
    drawn = _drawn(ours, rng) - _drawn(theirs, rng)
    low, high = np.quantile(drawn, [_OUTSIDE, 1 - _OUTSIDE])
    # Draws are worse than what they are drawn from, so report the difference as found.
    shift = found - np.median(drawn)
    chance = np.mean((drawn + shift > 0) + 0.5 * (drawn + shift == 0))
    return Difference(float(found), float(low + shift), float(high + shift), float(chance))


def _drawn(searches: Sequence[SearchSample], rng: np.random.Generator) -> Floats:
    """The mean of the best losses of resampled searches; shape (draws,)."""
    which = rng.integers(len(searches), size=(_DRAWS, len(searches)))
    best = np.empty(which.shape)
    for number, search in enumerate(searches):
        ordered = np.sort(search.losses)
        count = len(ordered)
        rows = which == number
        share = rng.random(int(rows.sum()))
        # Draw between values too: in most draws the smallest is the best itself, which would understate luck.
        places = np.minimum(count * (1 - share ** (1 / count)), count - 1)
        smallest = np.interp(places, np.arange(count), ordered)
        best[rows] = smallest + search.error * rng.standard_normal(len(share))
    return np.asarray(best.mean(axis=1))
