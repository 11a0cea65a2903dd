"""Which hyperparameters matter: the variance of the metric over the space, split by parameter and by pair.

Gaussian processes are fitted to all results, and functions are drawn from their posteriors. Each draw's
variance over the space splits into main effects and interactions (functional ANOVA: Hooker, 2007;
for hyperparameters Hutter, Hoos & Leyton-Brown, 2014). The spread of the draws shows the uncertainty:
they differ in the kernel's hyperparameters, in the function, and in the points they are averaged over. The
intervals are wider than that spread; the factor was calibrated on functions with known shares.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import ThreadpoolController

from hpsearch.analysis.learned import Learned, learn
from hpsearch.analysis.posterior import PosteriorDraws
from hpsearch.searchers.candidates import quasirandom_point
from hpsearch.searchers.searcher import Observations
from hpsearch.space import Floats, Space

MOST_PAIRED = 8
"""Pairs are formed among at most this many parameters, those with the largest main effects."""

_LEAST = 1e-4  # smaller shares count as none
_POINTS = 2048  # for the total variance
_WIDER = 1.5
"""The factor by which intervals are wider than those of the posterior, in log odds. The model alone expects
stronger interactions than there are, and large shares were above its intervals too often
(benchmarks/importance.py)."""

_GRIDS = {1: (40, 16), 2: (12, 6)}
"""For one parameter and for two: how many values each is set to, and how many points the others are averaged
over."""


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of a parameter, or of two together.

    Attributes:
        names: The parameter, or the two.
        share: Its share of the variance over the space, between 0 and 1: the median over posterior draws.
        low: The true share is below this with a probability of 5 %.
        high: The true share is above this with a probability of 5 %.
    """

    names: tuple[str, ...]
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Importance:
    """What the results say about the parameters.

    Attributes:
        effects: Main effects and interactions of pairs, the largest first.
        explained: See :class:`hpsearch.analysis.learned.Learned`; at 0 or less the effects mean nothing.
        compressed: Whether the shares are of the variance of log(1 + (loss − best) / unit), which resolves
            differences between good trials, instead of the metric itself.
        trials: How many trials they were learned from.
    """

    effects: Sequence[Effect]
    explained: float
    compressed: bool = False
    trials: int = 0


def importance(
    space: Space, observations: Observations, repeats: int = 1, seed: int = 0
) -> Importance | None:
    """Main effects and interactions of pairs.

    Args:
        space: What was searched.
        observations: All results.
        repeats: The number of seeds that each loss is a mean over.
        seed: The seed for the posterior draws and the points they are averaged over.

    Returns:
        None if :func:`hpsearch.analysis.learned.learn` has no answer.
    """
    learned = learn(space, observations, repeats, seed)
    if learned is None:
        return None
    # The number of threads changes the last bits.
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        effects = _effects(learned, np.random.default_rng([seed, 1]))
    compressed = learned.scale.unit is not None
    return Importance(effects, learned.explained, compressed, learned.trials)


def _effects(learned: Learned, rng: np.random.Generator) -> list[Effect]:
    space = learned.space
    sequence = np.array([quasirandom_point(number, np.zeros(space.dimensions)) for number in range(_POINTS)])
    variances = [
        _Variances(space, draws, (sequence + rng.random(space.dimensions)) % 1.0) for draws in learned.models
    ]

    def shares(*columns: int) -> Floats:
        return np.concatenate([each.share(columns) for each in variances])

    columns = range(space.dimensions)
    effects = [_effect((space.names[column],), shares(column)) for column in columns]
    largest = sorted(sorted(columns, key=lambda column: -effects[column].share)[:MOST_PAIRED])
    for first, second in itertools.combinations(largest, 2):
        effects.append(_effect((space.names[first], space.names[second]), shares(first, second)))
    return sorted(effects, key=lambda effect: -effect.share)


class _Variances:
    """The variance over the space of functions drawn from one model, and its parts.

    Args:
        space: What was searched.
        draws: The functions.
        points: Evenly distributed over the cube, shape (n, d).
    """

    def __init__(self, space: Space, draws: PosteriorDraws, points: Floats) -> None:
        self._space = space
        self._draws = draws
        self._points = points
        self._total = draws(space.snap(points)).var(axis=0)  # (draws,)

    def share(self, columns: Sequence[int]) -> Floats:
        """The joint effect of some parameters beyond that of fewer of them, as a share; shape (draws,).

        The others are averaged over points. There are so few that the mean is only close to the
        expectation; the variance that this noise adds is subtracted.
        """
        levels, count = _GRIDS[len(columns)]
        middles = (np.arange(levels) + 0.5) / levels
        settings = np.array(list(itertools.product(middles, repeat=len(columns))))
        points = np.repeat(self._points[None, :count], len(settings), axis=0)  # (settings, count, d)
        points[:, :, columns] = settings[:, None, :]
        values = self._draws(self._space.snap(points.reshape(-1, self._space.dimensions)))
        grid = tuple(range(len(columns)))
        values = values.reshape(*(levels for _ in grid), count, -1)
        for axis in grid:
            values = values - values.mean(axis=axis, keepdims=True)
        noise = values.var(axis=len(grid), ddof=1).mean(axis=grid) / count
        variance = np.square(values.mean(axis=len(grid))).mean(axis=grid)
        return np.asarray(np.clip((variance - noise) / self._total, 0.0, 1.0))


def _effect(names: tuple[str, ...], shares: Floats) -> Effect:
    quantiles = np.quantile(shares, [0.05, 0.5, 0.95])
    odds = (quantiles + _LEAST) / (1 + _LEAST - quantiles)
    wider = odds[1] * (odds / odds[1]) ** _WIDER
    low, _, high = ((1 + 2 * _LEAST) * wider / (1 + wider) - _LEAST).tolist()
    share = float(quantiles[1])
    return Effect(names, share, min(max(low, 0.0), share), max(min(high, 1.0), share))
