"""Coarse to fine: random samples over the whole space first, then around the best at ever finer scales.

A small Gaussian process chooses among the random candidates.
"""

from dataclasses import dataclass

import numpy as np

from hpsearch.searchers.acquisition import log_expected_improvement
from hpsearch.searchers.base import Proposal, Visible, generator
from hpsearch.searchers.candidates import Neighbourhood, spread
from hpsearch.searchers.surrogate import Beliefs, Features, GaussianProcess, fit
from hpsearch.searchers.tried import Tried
from hpsearch.space import Floats, Space

_SHIFT, _COARSE, _ZOOM = 0, 1, 2  # purposes of generators
_FEWEST_RESULTS = 4
_MOST_POINTS = 256  # the surrogate sees at most this many results
_GROWTH = 1.15  # of the data between two fits
_COLD_STEPS, _WARM_STEPS = 12, 5
_CANDIDATES, _FINE_CANDIDATES = 400, 200
_GLOBAL_SHARE = 0.3
_CENTRES = 6
_WIDEST, _NARROWEST = 0.4, 0.02  # radii of the first and the last zoom
_FINE_RADIUS = 0.15
_CLIP = 0.75


@dataclass(frozen=True, slots=True)
class _Fit:
    """Hyperparameters, and what they were fitted to."""

    units: Floats
    losses: Floats
    theta: Floats


class CoarseToFine:
    """Random search that zooms in, with a surrogate to choose among its candidates.

    Args:
        space: What may be tried.
        seed: The search's seed.
        trials: How many trials are planned: fewer than 64 shorten the coarse phase.
    """

    def __init__(self, space: Space, seed: int, trials: int) -> None:
        self._space = space
        self._seed = seed
        d = space.dimensions
        plan = trials / 4 if trials < 64 else 99.0
        self._coarse_trials = int(max(6, min(plan, 1.5 * d + 2)))
        self._shift = generator(seed, 0, _SHIFT).random(d)
        self._tried = Tried(space)
        self._features = Features(space)
        self._neighbourhood = Neighbourhood(space)
        self._beliefs = Beliefs.about(d)
        self._fits: dict[int, _Fit] = {}

    def looks(self, number: int) -> bool:
        """Whether trial ``number`` comes after the coarse phase."""
        return number >= self._coarse_trials

    def propose(self, number: int, visible: Visible) -> Proposal:
        """See :meth:`hpsearch.searchers.base.Searcher.propose`."""
        self._tried.update(visible.units)
        if not self.looks(number) or np.isfinite(visible.losses).sum() < _FEWEST_RESULTS:
            return self._coarse(number)
        return self._zoom(number, visible)

    def _coarse(self, number: int) -> Proposal:
        """A point spread over the space; any other when it has been tried."""
        unit = self._space.snap(spread(number, self._shift)[None])
        if self._tried.fresh(unit)[0]:
            return Proposal(unit[0], {"phase": "coarse"})
        return Proposal(self._tried.draw(generator(self._seed, number, _COARSE)), {"phase": "coarse"})

    def _zoom(self, number: int, visible: Visible) -> Proposal:
        rng = generator(self._seed, number, _ZOOM)
        theta = self._theta(visible)
        kept = _representatives(visible.losses)
        targets = _targets(visible.losses[kept])
        seen = len(visible.losses)
        gp = GaussianProcess(
            self._features,
            theta,
            np.concatenate([visible.units[kept], visible.units[seen:]]),
            targets,
        )
        means = gp.means
        centres = np.argsort(means, kind="stable")[:_CENTRES]
        radius = self._radius(number)
        logs = theta[:-2]
        reach = np.clip(np.exp(logs - logs.mean()), 0.3, 3.0) if len(logs) else np.ones(0)
        ranks = 1.0 / np.arange(1, len(centres) + 1)
        n_global = int(_CANDIDATES * _GLOBAL_SHARE)
        chosen = rng.choice(len(centres), size=_CANDIDATES - n_global, p=ranks / ranks.sum())
        scales = radius * 2.0 ** (-2.0 * rng.random(len(chosen)))
        local = self._neighbourhood.around(rng, visible.units[kept[centres[chosen]]], scales, reach)
        whole = self._space.snap(rng.random((n_global, self._space.dimensions)))
        candidates = np.concatenate([whole, local])
        candidates = candidates[self._tried.fresh(candidates)]
        best = float(means.min())
        if not len(candidates):
            return Proposal(self._tried.draw(rng), {"phase": "global", "radius": 1.0})
        thompson = number >= 40 and number % 2 == 1
        normals = rng.standard_normal(_CANDIDATES + _FINE_CANDIDATES)

        def score(units: Floats, noise: Floats) -> Floats:
            mean, deviation = gp.predict(units)
            if thompson:
                return -(mean + deviation * noise[: len(units)])
            return log_expected_improvement(mean, deviation, best)

        scores = score(candidates, normals)
        winner = candidates[scores.argmax()]
        scales = _FINE_RADIUS * 2.0 ** (-2.0 * rng.random(_FINE_CANDIDATES))
        winners = np.repeat(winner[None], _FINE_CANDIDATES, axis=0)
        fine = self._neighbourhood.around(rng, winners, scales, reach)
        fine = fine[self._tried.fresh(fine)]
        unit = winner
        if len(fine):
            fine_scores = score(fine, normals[_CANDIDATES:])
            if fine_scores.max() > scores.max():
                unit = fine[fine_scores.argmax()]
        origin = {
            "phase": "zoom",
            "radius": radius,
            "around": [int(i) for i in kept[centres]],
            "acquisition": "thompson" if thompson else "expected_improvement",
        }
        return Proposal(unit, origin)

    def _radius(self, number: int) -> float:
        span = 3.0 * max(self._space.dimensions, 1)
        t = min(1.0, np.log1p((number - self._coarse_trials) / span) / np.log1p(256 / span))
        return float(_WIDEST * (_NARROWEST / _WIDEST) ** t)

    def _theta(self, visible: Visible) -> Floats:
        """Hyperparameters fitted to the largest prefix of the results at which a fit is due."""
        theta, steps = self._beliefs.mean, _COLD_STEPS
        for size in _fit_sizes(len(visible.losses), _FEWEST_RESULTS):
            units, losses = visible.units[:size], visible.losses[:size]
            known = self._fits.get(size)
            if np.isfinite(losses).sum() < 2:
                continue
            if (
                known is None
                or not np.array_equal(known.losses, losses, equal_nan=True)
                or not np.array_equal(known.units, units)
            ):
                kept = _representatives(losses)
                fitted = fit(self._features, self._beliefs, theta, units[kept], _targets(losses[kept]), steps)
                known = self._fits[size] = _Fit(units.copy(), losses.copy(), fitted)
            theta, steps = known.theta, _WARM_STEPS
        return theta


def _fit_sizes(results: int, first: int) -> list[int]:
    sizes, size = [], first
    while size <= results:
        sizes.append(size)
        size = max(size + 1, int(size * _GROWTH))
    return sizes


def _representatives(losses: Floats) -> np.ndarray:
    """Rows of the results that the surrogate sees: the best half of it and a spread of the rest."""
    if len(losses) <= _MOST_POINTS:
        return np.arange(len(losses))
    order = np.argsort(losses, kind="stable")  # NaN last
    half = _MOST_POINTS // 2
    rest = order[half:]
    picks = rest[np.linspace(0, len(rest) - 1, _MOST_POINTS - half).astype(np.intp)]
    return np.sort(np.concatenate([order[:half], picks]))


def _targets(losses: Floats) -> Floats:
    """Losses as the surrogate sees them: failures as the worst, the worst quarter alike, standardised."""
    finite = np.isfinite(losses)
    filled = np.where(finite, losses, losses[finite].max())
    clipped = np.minimum(filled, np.sort(filled)[int(_CLIP * (len(filled) - 1))])
    scaled = clipped / (np.abs(clipped).max() or 1.0)  # so that no square overflows or vanishes
    centred = scaled - scaled.mean()
    return np.asarray(centred / (centred.std() or 1.0))
