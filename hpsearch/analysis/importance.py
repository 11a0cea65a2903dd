"""Which hyperparameters matter: the variance of what was learnt, split by parameter and by pair.

A Gaussian process is fitted to all results, and functions are drawn from its posterior. Each draw's
variance over the space splits into main effects and interactions (functional ANOVA: Hooker, 2007;
for hyperparameters Hutter, Hoos & Leyton-Brown, 2014). The spread over the draws says how sure it is.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpsearch.analysis.posterior import PosteriorDraws
from hpsearch.searchers.base import Visible
from hpsearch.searchers.surrogate import Beliefs, Features, fit
from hpsearch.searchers.targets import extrapolated, representatives, targets
from hpsearch.space import Floats, Space

TRIALS_PER_PARAMETER = 4
"""With fewer results for each parameter, nothing is said."""

_MOST_POINTS = 256
_CLIP = 0.95  # a few very bad trials must not be all there is to explain
_STEPS = 40  # of the fit, which is done once
_DRAWS = 40
_BACKGROUND = 64  # points that the other parameters are averaged over
_LEVELS, _PAIR_LEVELS = 16, 6  # values that a parameter, and each of a pair, is set to


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


def importance(space: Space, visible: Visible, seed: int = 0) -> list[Effect]:
    """Main effects and interactions of pairs, the largest first.

    Args:
        space: What was searched.
        visible: All results.
        seed: For the posterior draws and the points they are averaged over.

    Returns:
        An effect for each parameter and each pair; empty when there are too few results to tell, which
        is below :data:`TRIALS_PER_PARAMETER` for each parameter, or when all results are alike.
    """
    d = space.dimensions
    losses = extrapolated(visible.losses, visible.stopped, visible.curves)
    if np.isfinite(losses).sum() < TRIALS_PER_PARAMETER * d or np.nanmax(losses) == np.nanmin(losses):
        return []
    rows = representatives(losses, _MOST_POINTS)
    units, observed = visible.units[rows], targets(losses[rows], _CLIP)
    features, beliefs = Features(space), Beliefs.about(d)
    theta = fit(features, beliefs, beliefs.mean, units, observed, _STEPS)
    rng = np.random.default_rng(seed)
    draws = PosteriorDraws(features, theta, units, observed, _DRAWS, rng)
    background = rng.random((_BACKGROUND, d))
    total = draws(space.snap(rng.random((_BACKGROUND * _LEVELS, d)))).var(axis=0)  # (draws,)
    main = [_closed_variance(space, draws, background, [column], _LEVELS) for column in range(d)]
    effects = [_effect((space.names[column],), main[column] / total) for column in range(d)]
    for first, second in itertools.combinations(range(d), 2):
        both = _closed_variance(space, draws, background, [first, second], _PAIR_LEVELS)
        interaction = np.maximum(both - main[first] - main[second], 0.0)
        effects.append(_effect((space.names[first], space.names[second]), interaction / total))
    return sorted(effects, key=lambda effect: -effect.share)


def _closed_variance(
    space: Space, draws: PosteriorDraws, background: Floats, columns: Sequence[int], levels: int
) -> Floats:
    """The variance of the mean over all other parameters, shape (draws,).

    The mean of so few background points is not quite their expectation; what its noise adds to the
    variance is taken off again.
    """
    middles = (np.arange(levels) + 0.5) / levels
    settings = np.array(list(itertools.product(middles, repeat=len(columns))))
    points = np.repeat(background[None], len(settings), axis=0)  # (settings, background, d)
    points[:, :, columns] = settings[:, None, :]
    values = draws(space.snap(points.reshape(-1, space.dimensions)))
    values = values.reshape(len(settings), len(background), -1)
    means = values.mean(axis=1)
    residual = values - means[:, None] - values.mean(axis=0) + means.mean(axis=0)
    noise = np.square(residual).sum(axis=(0, 1)) / (len(background) - 1) / len(background) / len(settings)
    return np.asarray(np.maximum(means.var(axis=0) - noise, 0.0))


def _effect(names: tuple[str, ...], shares: Floats) -> Effect:
    low, middle, high = np.quantile(np.minimum(shares, 1.0), [0.05, 0.5, 0.95])
    return Effect(names, float(middle), float(low), float(high))
