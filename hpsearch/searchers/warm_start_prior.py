"""Results of earlier searches, as a prior over where this one should look.

Good hyperparameters change with the data, but those of one application are often near those of another. So
earlier results choose some of the points of the coarse phase, and nothing else: they are not results of
this search, and once it has its own, only those decide.
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hpsearch.searchers.acquisition import log_expected_improvement
from hpsearch.searchers.searcher import Indices, PriorObservation
from hpsearch.searchers.surrogate import Features, GaussianProcess, HyperparameterPrior, fit
from hpsearch.searchers.targets import representatives, targets
from hpsearch.space import Floats, Space
from hpsearch.trial import Value

_CLIP = 0.75
_MOST_POINTS = 128
_STEPS = 30


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


@dataclass(frozen=True)
class WarmStartPrior:
    """Observations of earlier searches, with a surrogate of their own.

    Attributes:
        space: This search's.
        prior_observations: At least one.
    """

    space: Space
    prior_observations: Sequence[PriorObservation]

    def acquisition(self, units: Floats, tried: Floats) -> Floats:
        """The acquisition of points by earlier searches alone, with this search's own trials pending.

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
