"""What the surrogate has learned, in the metric's own units: for pictures of the space."""

from dataclasses import dataclass

import numpy as np
from threadpoolctl import ThreadpoolController

from hpsearch.analysis.anova import TRIALS_PER_PARAMETER
from hpsearch.analysis.posterior import PosteriorDraws
from hpsearch.searchers.candidates import quasirandom_point
from hpsearch.searchers.searcher import Observations
from hpsearch.searchers.surrogate import Features, GaussianProcess, HyperparameterPrior, fit
from hpsearch.searchers.targets import comparable_losses, surrogate_targets
from hpsearch.space import Floats, Space

_MOST_POINTS, _CLIP, _STEPS = 256, 0.95, 40
_DRAWS, _POINTS = 48, 2048  # functions drawn, and points of the prior on which each is looked at
_WIDE = 50.0  # the worst loss over the best, both positive, from which on logarithms are learned
_CHANCES = 15  # quantiles of the best of some random trials, for each draw


@dataclass(frozen=True, slots=True)
class Surface:
    """A surrogate fitted to all results.

    Attributes:
        space: What was searched.
        explained: See :class:`hpsearch.analysis.anova.Importance`.
        scale: The loss that a difference of 1 in the surrogate's targets is.
        offset: The loss that a target of 0 is.
        logarithmic: Whether the surrogate has learned logarithms of the losses.
    """

    space: Space
    explained: float
    scale: float
    offset: float
    logarithmic: bool
    _process: GaussianProcess
    _draws: PosteriorDraws

    def pair(self, first: int, second: int, cells: int, others: int = 24) -> Floats:
        """The mean loss over two parameters, averaged over values of the others.

        Args:
            first: The column of one parameter.
            second: The column of the other.
            cells: How many cells each parameter's range is cut into.
            others: How many values of the other parameters.

        Returns:
            Shape (cells, cells); rows are cells of the first parameter.
        """
        middles = (np.arange(cells) + 0.5) / cells
        points = np.repeat(_points(self.space, others)[None], cells * cells, axis=0)
        points[:, :, first] = np.repeat(middles, cells)[:, None]
        points[:, :, second] = np.tile(middles, cells)[:, None]
        units = self.space.snap(points.reshape(-1, self.space.dimensions))
        means = self._process.mean(units).reshape(cells, cells, others).mean(axis=2)
        return self._losses(means)

    def best_of_random(self, most: int) -> Floats:
        """What random search would have reached after each number of trials, up to ``most``.

        The losses of random configurations are taken from functions that the results allow, so the
        spread is that of luck and of what is not known.

        Returns:
            The 5 %, 50 % and 95 % quantiles of the best loss, shape (3, most).
        """
        units = self.space.snap(_points(self.space, _POINTS))
        losses = np.sort(self._losses(self._draws(units)), axis=0)  # (points, draws)
        chances = (np.arange(_CHANCES) + 0.5) / _CHANCES
        counts = np.arange(1, most + 1)
        # The best of n is below the quantile p of one with the chance 1 − (1 − p)ⁿ.
        quantiles = 1.0 - (1.0 - chances[:, None]) ** (1.0 / counts)
        rows = np.minimum((quantiles * _POINTS).astype(np.intp), _POINTS - 1)  # (chances, most)
        best = losses[rows].transpose(0, 2, 1).reshape(-1, most)
        return np.asarray(np.quantile(best, [0.05, 0.5, 0.95], axis=0))

    def _losses(self, targets: Floats) -> Floats:
        losses = self.offset + self.scale * targets
        return np.asarray(10.0**losses if self.logarithmic else losses)


def surface(space: Space, observations: Observations, repeats: int = 1, seed: int = 0) -> Surface | None:
    """The surrogate of all results.

    Args:
        space: What was searched.
        observations: All results.
        repeats: Over how many seeds each loss is a mean.
        seed: For the functions drawn.

    Returns:
        None where :func:`hpsearch.analysis.anova.importance` has none.
    """
    losses = observations.losses[np.isfinite(observations.losses)]
    d = space.dimensions
    if d == 0 or len(losses) < TRIALS_PER_PARAMETER * d or losses.max() == losses.min():
        return None
    logarithmic = bool(losses.min() > 0 and losses.max() / _WIDE >= losses.min())
    if logarithmic:
        observations = _logarithms(observations)
    with ThreadpoolController().limit(limits=1, user_api="blas"):  # their number changes the last digits
        prior, features = HyperparameterPrior.about(d, repeats), Features(space)
        rows, targets = surrogate_targets(observations, _MOST_POINTS, _CLIP)
        units = observations.units[rows]
        theta = fit(features, prior, prior.mean, units, targets, _STEPS)
        process = GaussianProcess(features, theta, units, targets)
        draws = PosteriorDraws(features, theta, units, targets, _DRAWS, np.random.default_rng(seed))
        carried = comparable_losses(observations)[rows]
        scale, offset = _units_of_loss(carried, targets)
        explained = 1.0 - float(np.square(process.left_out).mean() / targets.var())
        return Surface(space, explained, scale, offset, logarithmic, process, draws)


def _logarithms(observations: Observations) -> Observations:
    with np.errstate(divide="ignore", invalid="ignore"):
        losses = np.log10(observations.losses)
        curves = [np.where(curve > 0, np.log10(curve), np.nan) for curve in observations.curves]
    return Observations(observations.units, losses, observations.stopped, curves, observations.ties)


def _units_of_loss(losses: Floats, targets: Floats) -> tuple[float, float]:
    """Scale and offset of the line from targets to losses, through its best and its worst unclipped point."""
    finite = np.isfinite(losses)
    best = int(np.flatnonzero(finite)[losses[finite].argmin()])
    inside = np.flatnonzero(finite & (targets < targets.max()))
    if not len(inside) or targets[inside].max() == targets[best]:
        worst = int(np.flatnonzero(finite)[losses[finite].argmax()])
        inside = np.array([worst])
    other = int(inside[targets[inside].argmax()])
    span = float(targets[other] - targets[best]) or 1.0
    scale = float(losses[other] - losses[best]) / span
    return scale, float(losses[best] - scale * targets[best])


def _points(space: Space, count: int) -> Floats:
    return np.array([quasirandom_point(number, np.zeros(space.dimensions)) for number in range(count)])
