"""The surrogate's hyperparameters, fitted at fixed numbers of results, each time from the fit before."""

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

import numpy as np

from hpsearch.searchers.searcher import Observations
from hpsearch.searchers.surrogate import Features, HyperparameterPrior, fit
from hpsearch.searchers.targets import surrogate_targets
from hpsearch.space import Floats

_GROWTH = 1.15  # of the data between two fits
_COLD_STEPS, _WARM_STEPS = 12, 5


@dataclass(frozen=True, slots=True)
class _Fit:
    """Hyperparameters, and the results that they were fitted to."""

    observations: Observations
    theta: Floats


class FitCache:
    """Hyperparameters as a function of the results alone.

    A resumed search fits at the same numbers of results as an uninterrupted one, starting from the first,
    so both propose the same. Each fit is kept with the results that it belongs to.

    Args:
        features: Maps points to features.
        prior: The prior over hyperparameters.
        clip: See :func:`hpsearch.searchers.targets.targets`.
        most_points: The largest number of results in a fit.
    """

    def __init__(self, features: Features, prior: HyperparameterPrior, clip: float, most_points: int) -> None:
        self._features = features
        self._prior = prior
        self._clip = clip
        self._most_points = most_points
        self._known: dict[int, _Fit] = {}

    def theta(self, observations: Observations) -> Floats:
        """The hyperparameters for these results, shape (d + 2,)."""
        due = list(takewhile(lambda size: size <= len(observations.losses), _sizes()))
        for index in range(len(due), 0, -1):
            known = self._known.get(due[index - 1])
            if known is not None and _is_prefix(known.observations, observations):
                return self._fit_on(observations, due[index:], known.theta, _WARM_STEPS)
        return self._fit_on(observations, due, self._prior.mean, _COLD_STEPS)

    def _fit_on(self, observations: Observations, sizes: list[int], theta: Floats, steps: int) -> Floats:
        """Fit at each of the sizes in turn, the first with ``steps`` steps from ``theta``."""
        for size in sizes:
            part = _copy_of_first(observations, size)
            if not np.isfinite(part.losses).any():
                continue
            rows, observed = surrogate_targets(part, self._most_points, self._clip)
            theta = fit(self._features, self._prior, theta, part.units[rows], observed, steps)
            self._known[size] = _Fit(part, theta)
            steps = _WARM_STEPS
        return theta


def _sizes() -> Iterator[int]:
    """The numbers of results at which a fit is due."""
    size = 4
    while True:
        yield size
        size = max(size + 1, int(size * _GROWTH))


def _copy_of_first(observations: Observations, size: int) -> Observations:
    part = replace(
        observations,
        units=observations.units[:size],
        losses=observations.losses[:size],
        stopped=observations.stopped[:size],
        curves=observations.curves[:size],
        ties=observations.ties[:size],
    )
    if part.history is not None:  # nobody changes what it begins with
        return part
    copies = (part.units.copy(), part.losses.copy(), part.stopped.copy())
    return Observations(*copies, tuple(part.curves), tuple(part.ties))


def _is_prefix(first: Observations, observations: Observations) -> bool:
    """Whether the results in ``first`` are the first ones of ``observations``."""
    if first.history is not None and first.history is observations.history:
        return True
    size = len(first.losses)
    return (
        np.array_equal(first.losses, observations.losses[:size], equal_nan=True)
        and np.array_equal(first.units, observations.units[:size])
        and np.array_equal(first.stopped, observations.stopped[:size])
        and _same_curves(first.curves, observations.curves[:size])
        and _same_curves(first.ties, observations.ties[:size])
    )


def _same_curves(some: Sequence[Floats], others: Sequence[Floats]) -> bool:
    """Whether the curves are equal; usually they are the same objects, which is quick to check."""
    return all(map(operator.is_, some, others)) or all(
        np.array_equal(a, b, equal_nan=True) for a, b in zip(some, others, strict=True)
    )
