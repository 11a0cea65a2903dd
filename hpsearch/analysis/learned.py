"""A model of the metric at the last epoch as a function of the configuration, fitted to all results."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import ThreadpoolController

from hpsearch.analysis.epoch_process import EpochKernel, EpochProcess, fit, hyperparameter_prior
from hpsearch.analysis.evidence import chosen_trials, evidence
from hpsearch.analysis.posterior import PosteriorDraws, plausible
from hpsearch.analysis.scales import COMPRESSIONS, Scale
from hpsearch.searchers.searcher import Observations
from hpsearch.searchers.surrogate import Features, HyperparameterPrior
from hpsearch.space import Floats, Space

TRIALS_PER_PARAMETER = 4
"""With fewer results per parameter there is no answer."""

_STEPS = 30  # for the fit on each scale
_MODELS, _DRAWS = 8, 12  # sets of hyperparameters, functions for each set
_MARGIN = (
    3.0  # by which the log likelihood of a compressed scale must be better than that of losses as they are
)


@dataclass(frozen=True, slots=True)
class Learned:
    """What the results say about the metric over the space.

    Attributes:
        space: What was searched.
        scale: The scale on which losses were modelled: the one that predicts left-out trials best.
        explained: The share of the differences between trials at the same epoch, on that scale, that the
            other trials predict (R² when each trial is left out, with all its epochs); 0 or less if they
            predict nothing.
        trials: How many trials it was learned from.
        models: Functions drawn from posteriors with several sets of hyperparameters; they return targets.
        mean: The value of a target of 0 on the scale.
        deviation: The size of a difference of 1 between targets on the scale.
    """

    space: Space
    scale: Scale
    explained: float
    trials: int
    models: Sequence[PosteriorDraws]
    mean: float
    deviation: float

    def losses(self, targets: Floats) -> Floats:
        """Targets as losses; of any shape."""
        return self.scale.backward(self.mean + self.deviation * targets)


def learn(space: Space, observations: Observations, repeats: int = 1, seed: int = 0) -> Learned | None:
    """Fit the model.

    Args:
        space: What was searched.
        observations: All results.
        repeats: The number of seeds that each loss is a mean over.
        seed: The seed for drawing the functions.

    Returns:
        None if nothing is searched, if there are too few results (fewer than
        :data:`TRIALS_PER_PARAMETER` for each parameter), or if all results are alike.
    """
    losses = observations.losses[np.isfinite(observations.losses)]
    d = space.dimensions
    if d == 0 or len(losses) < TRIALS_PER_PARAMETER * d or losses.max() == losses.min():
        return None
    # The number of threads changes the last bits.
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        rows = evidence(_some(space, observations))
        kernel = EpochKernel(Features(space), rows)
        prior = hyperparameter_prior(d, len(rows.epochs), repeats)
        best = _best_fit(kernel, prior)
        rng = np.random.default_rng(seed)
        models = [
            PosteriorDraws(kernel, theta, best.targets, _DRAWS, rng)
            for theta in plausible(kernel, prior, best.theta, best.targets, _MODELS, rng)
        ]
        explained = _explained(kernel, best)
        return Learned(space, best.scale, explained, len(rows.units), models, best.mean, best.deviation)


def _some(space: Space, observations: Observations) -> Observations:
    count = len(observations.losses)
    stopped = bool(observations.stopped.any())
    chosen = chosen_trials(space, observations.units[:count], observations.losses, stopped=stopped)
    curves = [observations.curves[row] for row in chosen]
    return Observations(
        observations.units[chosen], observations.losses[chosen], observations.stopped[chosen], curves
    )


@dataclass(frozen=True, slots=True)
class _Fit:
    """Hyperparameters on one scale.

    Attributes:
        scale: The scale.
        theta: The most probable hyperparameters there.
        targets: The rows' losses on the scale, standardised; shape (r,).
        mean: The number that was subtracted from the losses.
        deviation: The number that they were then divided by.
    """

    scale: Scale
    theta: Floats
    targets: Floats
    mean: float
    deviation: float

    def score(self, kernel: EpochKernel) -> float:
        """The log likelihood of the last loss of every trial, given the other trials."""
        rows = kernel.evidence
        off, variances = EpochProcess(kernel, self.theta, self.targets).left_out()
        slopes = self.scale.log_slope(rows.losses[: len(rows.units)]) - np.log(self.deviation)
        return float((slopes - 0.5 * (np.log(2 * np.pi * variances) + off**2 / variances)).sum())


def _best_fit(kernel: EpochKernel, prior: HyperparameterPrior) -> _Fit:
    """The fit on the scale that predicts left-out trials best; a compressed one has to be clearly better."""
    start, scored = prior.mean, []
    for compression in COMPRESSIONS:
        found = _fitted(kernel, prior, start, compression)
        scored.append((found.score(kernel) - (_MARGIN if compression else 0.0), found))
        start = found.theta
    return max(scored, key=lambda each: each[0])[1]


def _fitted(
    kernel: EpochKernel, prior: HyperparameterPrior, start: Floats, compression: float | None
) -> _Fit:
    scale = Scale.of(kernel.evidence.losses, compression)
    modelled = scale.forward(kernel.evidence.losses)
    unit = 2.0 ** (np.frexp(np.abs(modelled).max())[1] - 1)  # prevents overflow in squares of huge losses
    mean, deviation = unit * float((modelled / unit).mean()), unit * float((modelled / unit).std()) or 1.0
    targets = (modelled - mean) / deviation
    return _Fit(scale, fit(kernel, prior, start, targets, _STEPS), targets, mean, deviation)


def _explained(kernel: EpochKernel, found: _Fit) -> float:
    """R² when each trial is left out."""
    process = EpochProcess(kernel, found.theta, found.targets)
    off, _ = process.left_out()
    return 1.0 - float(np.square(off).sum() / np.square(process.left_out_of_means()).sum())
