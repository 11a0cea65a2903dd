"""Coarse to fine: random samples over the whole space first, then around the best at ever finer scales.

A small Gaussian process chooses among the random candidates. The results it uses may be a few trials
behind; running trials count as pending, so that trials run at the same time do not crowd together.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from hpsearch.searchers.acquisition import log_expected_improvement
from hpsearch.searchers.candidates import NO_CENTRE, Candidates, Sampler, quasirandom_point, step_scale
from hpsearch.searchers.feasible_sequence import FeasibleSequence
from hpsearch.searchers.fit_cache import FitCache
from hpsearch.searchers.searcher import Indices, Observations, Proposal, SearcherContext, generator
from hpsearch.searchers.seen import LEFTOVER, Seen
from hpsearch.searchers.surrogate import Features, GaussianProcess, HyperparameterPrior
from hpsearch.searchers.targets import surrogate_targets
from hpsearch.searchers.warm_start_prior import WarmStart
from hpsearch.space import Floats

_SHIFT, _COARSE, _ZOOM, _WARM = 0, 1, 2, 3  # purposes of generators
_FEWEST_COARSE, _MOST_COARSE = 6, 12  # trials over the whole space before the first zoom
_FEWEST_RESULTS = 4  # for a surrogate
_MOST_POINTS = 160  # in a surrogate, so that the cost of a proposal does not grow
_CLIPS = 0.75, 0.95  # in turns: one resolves differences among good trials, one separates good from bad
_WHOLE_CANDIDATES, _ZOOM_CANDIDATES, _FINE_CANDIDATES = 120, 280, 200
_WARM_CANDIDATES = 500
_UNTESTED_EVERY, _TESTED = 6, 3
"""Until this search has three results that test the earlier ones, these choose every sixth trial; then all
trials of the coarse phase. So earlier results that mislead cost a trial or two."""
_CENTRES = 6  # the best trials so far, which candidates lie near
_WIDEST, _NARROWEST, _NARROW_AFTER = 0.4, 0.02, 256  # radius of the first zoom, of the last, its trial
_FINE_RADIUS = 0.15
_DIGITS = 4  # of a radius, in a proposal's origin


class CoarseToFine:
    """Random search that zooms in, with a surrogate to choose among its candidates.

    Args:
        context: The space, the seed, and what is known beforehand: points of the coarse phase are chosen
            by the results of earlier searches, as soon as those of this one agree with them; of what is left,
            every other point is one of the portfolio.
    """

    adaptive: ClassVar[bool] = True
    uses_prior_observations: ClassVar[bool] = True
    phases: ClassVar[Mapping[str, str]] = {
        "coarse": "one of the first points, random but evenly distributed over the whole space",
        "portfolio": "one of the first points, a configuration that did well on other data",
        "warm": "one of the first points, the best of random candidates by results known beforehand",
        "global": "the best of random candidates by the surrogate; it came from the whole space",
        "zoom": "the best of random candidates by the surrogate; it came from near a good trial",
        "fine": "the best of candidates close to the best candidate",
        **LEFTOVER,
    }

    def __init__(self, context: SearcherContext) -> None:
        self._space = space = context.space
        self._seed = seed = context.seed
        d = space.dimensions
        self._coarse_trials = min(_MOST_COARSE, max(_FEWEST_COARSE, int(1.5 * d + 2)))
        shift = generator(seed, 0, _SHIFT).random(d)
        self._coarse = FeasibleSequence(space, partial(quasirandom_point, shift=shift))
        self._warm_start = WarmStart(space, context.earlier) if context.earlier else None
        self._portfolio = space.snap(space.units(context.portfolio))
        self._seen = Seen(space)
        self._sampler = Sampler(space)
        self._features = Features(space)
        prior = HyperparameterPrior.about(d, context.repeats)
        self._fit_caches = {clip: FitCache(self._features, prior, clip, _MOST_POINTS) for clip in _CLIPS}

    def uses_results(self, number: int) -> bool:
        """Whether trial ``number`` comes after the coarse phase, or earlier searches are weighed for it."""
        return number >= self._coarse_trials or self._warm_start is not None

    def propose(self, number: int, observations: Observations) -> Proposal:
        """A point of the coarse phase, or the candidate with the highest acquisition."""
        self._seen.update(observations.units, observations.history)
        results = np.isfinite(observations.losses).sum()
        if number >= self._coarse_trials and results >= _FEWEST_RESULTS:
            return self._zoom(number, observations)
        if self._warm_start is not None and (results >= _TESTED or number % _UNTESTED_EVERY == 0):
            weights = self._warm_start.weights(observations)
            if weights.any():
                return self._warm(number, observations, self._warm_start, weights)
        if number % 2 == 0 and number // 2 < len(self._portfolio):
            member = self._portfolio[number // 2]
            if self._seen.unseen(member[None])[0]:
                return Proposal(member, {"phase": "portfolio", "member": number // 2 + 1})
        unit = self._coarse.point(number)
        if unit is not None and self._seen.unseen(unit[None])[0]:
            return Proposal(unit, {"phase": "coarse"})
        return self._leftover(number)

    def _leftover(self, number: int) -> Proposal:
        """Any untried configuration."""
        return Proposal(self._seen.draw(generator(self._seed, number, _COARSE)), {"phase": "leftover"})

    def _warm(
        self, number: int, observations: Observations, warm_start: WarmStart, weights: Floats
    ) -> Proposal:
        """The best of random candidates by the results of earlier searches."""
        rng = generator(self._seed, number, _WARM)
        acquisition = partial(warm_start.acquisition, tried=observations.units, weights=weights)
        first = self._best(self._sampler.sample_prior(rng, _WARM_CANDIDATES), acquisition)
        if first is None:
            return self._leftover(number)
        points = np.repeat(first.unit[None], _FINE_CANDIDATES, axis=0)
        lengths = np.ones(self._space.dimensions)
        near = self._sampler.perturb(rng, points, np.full(len(points), NO_CENTRE), _FINE_RADIUS, lengths)
        second = self._best(near, acquisition)
        chosen = second if second is not None and second.acquisition > first.acquisition else first
        return Proposal(chosen.unit, {"phase": "warm", "weights": warm_start.names(weights)})

    def _zoom(self, number: int, observations: Observations) -> Proposal:
        """The best of random candidates near good trials and elsewhere, or of further ones near that."""
        rng = generator(self._seed, number, _ZOOM)
        surrogate, rows = self._surrogate(observations, _CLIPS[number % len(_CLIPS)])
        acquisition = partial(_acquisition, surrogate, float(surrogate.means.min()))
        perturb = partial(self._sampler.perturb, rng, lengths=surrogate.lengths)
        best = rows[np.argsort(surrogate.means, kind="stable")[:_CENTRES]]
        shares = 1.0 / np.arange(1, len(best) + 1)
        centres = rng.choice(best, size=_ZOOM_CANDIDATES, p=shares / shares.sum())
        zoomed = perturb(observations.units[centres], centres, radius=self._radius(number))
        first = self._best(self._sampler.sample_prior(rng, _WHOLE_CANDIDATES) + zoomed, acquisition)
        if first is None:
            return self._leftover(number)
        points = np.repeat(first.unit[None], _FINE_CANDIDATES, axis=0)
        centres = np.full(_FINE_CANDIDATES, first.centre)
        second = self._best(perturb(points, centres, radius=_FINE_RADIUS), acquisition)
        if second is not None and second.acquisition > first.acquisition:
            return Proposal(second.unit, _origin(first, second, surrogate.lengths))
        return Proposal(first.unit, _origin(first, None, surrogate.lengths))

    def _surrogate(self, observations: Observations, clip: float) -> tuple[GaussianProcess, Indices]:
        """The surrogate of the results, and the trials that it was fitted to."""
        rows, observed = surrogate_targets(observations, _MOST_POINTS, clip)
        pending = observations.units[len(observations.losses) :][-_MOST_POINTS:]
        points = np.concatenate([observations.units[rows], pending])
        theta = self._fit_caches[clip].theta(observations)
        return GaussianProcess(self._features, theta, points, observed), rows

    def _best(self, candidates: Candidates, acquisition: Callable[[Floats], Floats]) -> "_Choice | None":
        """The untried candidate with the highest acquisition; None when all have been tried."""
        untried = candidates.where(self._seen.unseen(candidates.units))
        if not len(untried.units):
            return None
        scores = acquisition(untried.units)
        row = int(scores.argmax())
        return _Choice(
            untried.units[row], float(scores[row]), int(untried.centres[row]), float(untried.radii[row])
        )

    def _radius(self, number: int) -> float:
        """From the widest to the narrowest, geometrically in the logarithm of the trial's number."""
        pace = 3.0 * max(self._space.dimensions, 1)
        share = math.log1p((number - self._coarse_trials) / pace) / math.log1p(_NARROW_AFTER / pace)
        return float(_WIDEST * (_NARROWEST / _WIDEST) ** min(1.0, share))


def _acquisition(surrogate: GaussianProcess, best: float, units: Floats) -> Floats:
    """The logarithm of the expected improvement on ``best`` at points, shape (n,)."""
    return log_expected_improvement(*surrogate.predict(units), best)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A candidate that was chosen, and where it came from."""

    unit: Floats
    acquisition: float
    centre: int
    radius: float


def _origin(first: _Choice, second: _Choice | None, lengths: Floats) -> dict[str, Any]:
    """Why a candidate was proposed, as JSON data.

    Args:
        first: The best of the first candidates.
        second: The best of the candidates near it, if that is the one proposed.
        lengths: Length scale of each parameter, shape (d,).
    """
    origin: dict[str, Any] = {"phase": "global" if first.centre == NO_CENTRE else "zoom"}
    if first.centre != NO_CENTRE:
        origin |= {"around": first.centre, "radius": round(first.radius, _DIGITS)}
    if second is not None:
        origin |= {"phase": "fine", "fine_radius": round(second.radius, _DIGITS)}
    if origin["phase"] != "global":
        origin["step_scale"] = [round(each, _DIGITS) for each in step_scale(lengths).tolist()]
    return origin
