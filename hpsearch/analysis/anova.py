"""Which hyperparameters matter: the variance of the metric over the space, split by parameter and by pair.

Gaussian processes are fitted to all results, and functions are drawn from their posteriors. Each draw's
variance over the space splits into main effects and interactions (functional ANOVA: Hooker, 2007;
for hyperparameters Hutter, Hoos & Leyton-Brown, 2014). How far the draws differ says how sure it is:
they differ in the kernel's hyperparameters, in the function, and in the points they are averaged over.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import ThreadpoolController

from hpsearch.analysis.posterior import PosteriorDraws, plausible
from hpsearch.searchers.candidates import quasirandom_point
from hpsearch.searchers.searcher import Observations
from hpsearch.searchers.surrogate import Features, GaussianProcess, HyperparameterPrior, fit
from hpsearch.searchers.targets import surrogate_targets
from hpsearch.space import Floats, Space

TRIALS_PER_PARAMETER = 4
"""With fewer results per parameter there is no answer."""
MOST_PAIRED = 8
"""Pairs are formed among at most this many parameters, those with the largest main effects."""

_MOST_POINTS = 256
_CLIP, _FAR = 0.95, 3.0  # losses above this quantile and this many interquartile ranges count as equal
_STEPS = 40  # of the fit, which is done once
_MODELS, _DRAWS = 8, 12  # hyperparameters, functions for each of them
_POINTS = 2048  # over which the total variance is taken
_GRIDS = {1: (40, 16), 2: (12, 6)}
"""For one parameter and for two: values each is set to, and points that the others are averaged over."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a parameter, or two together, do.

    Attributes:
        names: The parameter, or the two.
        share: Of the variance over the space, between 0 and 1: the median over posterior draws.
        low: Its 5 % quantile.
        high: Its 95 % quantile.
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
        explained: The share of the differences between trials that the others' results predict (R² of
            leaving one out); 0 or less where they predict nothing, and the effects mean nothing.
    """

    effects: Sequence[Effect]
    explained: float


def importance(
    space: Space, observations: Observations, repeats: int = 1, seed: int = 0
) -> Importance | None:
    """Main effects and interactions of pairs.

    Args:
        space: What was searched.
        observations: All results.
        repeats: The number of seeds that each loss is a mean over.
        seed: For the posterior draws and the points they are averaged over.

    Returns:
        None when nothing is searched, or when there are too few results to tell, which is below
        :data:`TRIALS_PER_PARAMETER` for each parameter, or when all results are alike.
    """
    losses = observations.losses[np.isfinite(observations.losses)]
    d = space.dimensions
    if d == 0 or len(losses) < TRIALS_PER_PARAMETER * d or losses.max() == losses.min():
        return None
    with ThreadpoolController().limit(limits=1, user_api="blas"):  # their number changes the last bits
        return _importance(
            space, observations, HyperparameterPrior.about(d, repeats), np.random.default_rng(seed)
        )


def _importance(
    space: Space, observations: Observations, prior: HyperparameterPrior, rng: np.random.Generator
) -> Importance:
    rows, observed = surrogate_targets(observations, _MOST_POINTS, _clip(observations.losses))
    units, features = observations.units[rows], Features(space)
    best = fit(features, prior, prior.mean, units, observed, _STEPS)
    residuals = GaussianProcess(features, best, units, observed).left_out
    models = [
        PosteriorDraws(features, theta, units, observed, _DRAWS, rng)
        for theta in plausible(features, prior, best, units, observed, _MODELS, rng)
    ]
    sequence = np.array([quasirandom_point(number, np.zeros(space.dimensions)) for number in range(_POINTS)])
    variances = [
        _Variances(space, draws, (sequence + rng.random(space.dimensions)) % 1.0) for draws in models
    ]

    def shares(*columns: int) -> Floats:
        return np.concatenate([each.share(columns) for each in variances])

    columns = range(space.dimensions)
    main = [shares(column) for column in columns]
    effects = [_effect((space.names[column],), main[column]) for column in columns]
    largest = sorted(sorted(columns, key=lambda column: -effects[column].share)[:MOST_PAIRED])
    for first, second in itertools.combinations(largest, 2):
        effects.append(_effect((space.names[first], space.names[second]), shares(first, second)))
    explained = 1.0 - float(np.square(residuals).mean() / observed.var())
    return Importance(sorted(effects, key=lambda effect: -effect.share), explained)


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
        """What some parameters do together beyond what fewer of them do, as a share; shape (draws,).

        The others are averaged over points, so few that their mean is only near the expectation; the
        variance that this noise adds is subtracted.
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


def _clip(losses: Floats) -> float:
    """The quantile above which losses count as equal, so that a few outliers are not all of the variance."""
    low, high = np.nanquantile(losses, [0.25, 0.75])
    return max(_CLIP, float(np.mean(losses <= high + _FAR * (high - low))))


def _effect(names: tuple[str, ...], shares: Floats) -> Effect:
    low, middle, high = np.quantile(shares, [0.05, 0.5, 0.95])
    return Effect(names, float(middle), float(low), float(high))
