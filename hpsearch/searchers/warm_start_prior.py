"""Results of earlier searches, as a prior over where this one should look.

Good hyperparameters change with the data, but those of one application are often near those of another. So
earlier results choose some of the points of the coarse phase, and nothing else: they are not results of
this search, and once it has its own, only those decide. Until then they are weighed: an earlier search that
ranks the trials of this one as they turn out counts much, one that ranks them otherwise little or nothing.
"""

import contextlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hpsearch.searchers.acquisition import log_expected_improvement
from hpsearch.searchers.searcher import EarlierSearch, Indices, Observations, PriorObservation
from hpsearch.searchers.surrogate import Features, GaussianProcess, HyperparameterPrior, fit
from hpsearch.searchers.targets import comparable_losses, representatives, targets
from hpsearch.space import Floats, Space
from hpsearch.trial import Value

_CLIP = 0.75
_MOST_POINTS = 128
_STEPS = 30
_PRIOR_AGREEMENT, _PRIOR_PAIRS = 0.3, 4  # the rank correlation expected, and how many results that is worth


def match_observations(
    space: Space, values: Sequence[Mapping[str, Value]], losses: Floats
) -> list[PriorObservation]:
    """Translate the results of an earlier search to the parameters of this one.

    Parameters are matched by name. A value that this space does not have becomes the nearest one it has;
    where there is none near, as for an unknown category, the parameter is left out of the observation.

    Args:
        space: The space of this search.
        values: The values of the earlier trials.
        losses: Their losses, lower is better, NaN for a failure; shape (n,).

    Returns:
        At most one per trial; none when no parameter is shared or no trial has a loss.
    """
    if not np.isfinite(losses).any():
        return []
    prior_observations: list[PriorObservation] = []
    for tried, loss in zip(values, targets(losses, _CLIP).tolist(), strict=True):
        shared: dict[str, Value] = {}
        for parameter in space.parameters:
            if parameter.name in tried:
                with contextlib.suppress(LookupError):  # none is near
                    shared[parameter.name] = parameter.nearest(tried[parameter.name])
        if shared:
            prior_observations.append((shared, loss))
    return prior_observations


class WarmStart:
    """Earlier searches, each with a weight.

    Args:
        space: This search's.
        earlier: At least one.
    """

    def __init__(self, space: Space, earlier: Sequence[EarlierSearch]) -> None:
        self._earlier = earlier
        self._priors = [WarmStartPrior(space, each.observations) for each in earlier]

    def weights(self, observations: Observations) -> Floats:
        """How well each earlier search ranks the results of this one, shape (searches,).

        Spearman's rank correlation between the losses and what the earlier search expects of the same trials,
        shrunk while few are known; 0 where that is negative.

        Args:
            observations: Of this search.
        """
        losses = comparable_losses(observations)
        known = np.flatnonzero(np.isfinite(losses))
        found = np.empty(len(self._priors))
        for index, prior in enumerate(self._priors):
            agreement = 0.0
            if len(known) > 1:
                agreement = _rank_correlation(prior.mean(observations.units[known]), losses[known])
            total = len(known) * agreement + _PRIOR_PAIRS * _PRIOR_AGREEMENT
            found[index] = max(0.0, total / (len(known) + _PRIOR_PAIRS))
        return found

    def acquisition(self, units: Floats, tried: Floats, weights: Floats) -> Floats:
        """The weighted mean of the expected improvements by each earlier search, as a logarithm.

        Args:
            units: Canonical points, shape (n, d).
            tried: The points of this search's trials so far, shape (k, d).
            weights: From :meth:`weights`, not all 0.

        Returns:
            Shape (n,).
        """
        scores = [
            np.log(weight) + prior.acquisition(units, tried)
            for weight, prior in zip(weights, self._priors, strict=True)
            if weight > 0
        ]
        return np.asarray(np.logaddexp.reduce(scores, axis=0))

    def names(self, weights: Floats) -> dict[str, float]:
        """The weight of each earlier search that has one, by name."""
        return {
            each.name: round(float(weight), 2)
            for each, weight in zip(self._earlier, weights, strict=True)
            if weight > 0
        }


def _rank_correlation(a: Floats, b: Floats) -> float:
    """Spearman's, 0 if one of the two is constant; both of shape (n,)."""
    first, second = _centred_ranks(a), _centred_ranks(b)
    spread = float((first * first).sum() * (second * second).sum())
    return float((first * second).sum()) / math.sqrt(spread) if spread else 0.0


def _centred_ranks(values: Floats) -> Floats:
    """Twice the ranks, those of equal values alike, with mean 0; whole numbers, so exact everywhere."""
    others = values[:, None]
    return np.asarray((others > values).sum(axis=1) - (others < values).sum(axis=1), dtype=np.float64)


@dataclass(frozen=True)
class WarmStartPrior:
    """Observations of an earlier search, with a surrogate of their own.

    Attributes:
        space: This search's.
        prior_observations: At least one.
    """

    space: Space
    prior_observations: Sequence[PriorObservation]

    def mean(self, units: Floats) -> Floats:
        """What the earlier search expects at canonical points of shape (n, d), shape (n,)."""
        return self._surrogate.mean(units[:, self._columns])

    def acquisition(self, units: Floats, tried: Floats) -> Floats:
        """The acquisition of points by the earlier search alone, with this search's own trials pending.

        Args:
            units: Canonical points, shape (n, d).
            tried: The points of this search's trials so far, shape (k, d).

        Returns:
            The logarithm of the expected improvement, shape (n,).
        """
        features, points, losses, theta = self._fitted
        pending = tried[-_MOST_POINTS:, self._columns]
        surrogate = GaussianProcess(features, theta, np.concatenate([points, pending]), losses)
        mean, deviation = surrogate.predict(units[:, self._columns])
        return log_expected_improvement(mean, deviation, float(surrogate.means.min()))

    @cached_property
    def _surrogate(self) -> GaussianProcess:
        """Without the trials of this search."""
        features, points, losses, theta = self._fitted
        return GaussianProcess(features, theta, points, losses)

    @cached_property
    def _columns(self) -> Indices:
        """The columns of the parameters that occur in the observations."""
        names = {name for values, _ in self.prior_observations for name in values}
        return np.array([at for at, name in enumerate(self.space.names) if name in names], dtype=np.intp)

    @cached_property
    def _fitted(self) -> tuple[Features, Floats, Floats, Floats]:
        """The features of the shared parameters, the points, the losses, the hyperparameters."""
        # A parameter was active exactly if it is in the observation; conditions on others do not matter.
        shared = Space(tuple(replace(self.space.parameters[column], when={}) for column in self._columns))
        losses = np.array([loss for _, loss in self.prior_observations])
        rows = representatives(losses, _MOST_POINTS)
        points = shared.units([self.prior_observations[row][0] for row in rows])
        features, prior = Features(shared), HyperparameterPrior.about(shared.dimensions)
        observed = targets(losses[rows], 1.0)
        return features, points, observed, fit(features, prior, prior.mean, points, observed, _STEPS)
