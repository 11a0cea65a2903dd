"""Draws from the posterior of the model: of its hyperparameters, and of functions."""

from collections.abc import Iterator

import numpy as np

from hpsearch.analysis.epoch_process import EpochKernel, EpochProcess
from hpsearch.searchers.surrogate import JITTER, HyperparameterPrior
from hpsearch.space import Floats

_STEPS_APART = 12  # steps of the walk through hyperparameters between two draws
_WAVES = 256
_FREEDOM = 5  # degrees of freedom of the spectral density of Matérn-5/2: 2ν
_ROUNDING = 1e-9


class PosteriorDraws:
    """Functions of the configuration at the last epoch, drawn from the posterior of the model.

    A draw from the prior is a sum of cosine waves with random frequencies (Rahimi & Recht, 2007), whose
    density for Matérn-5/2 is a multivariate Student t, with weights that differ from epoch to epoch. It
    becomes a draw from the posterior by adding a correction for its error at the observed points (Wilson et
    al., 2020, equation 9).

    Args:
        kernel: The covariance of the rows of evidence.
        theta: Its hyperparameters.
        targets: The rows' losses on the scale of the model, standardised; shape (r,).
        count: How many draws.
        rng: The random generator.
    """

    def __init__(
        self, kernel: EpochKernel, theta: Floats, targets: Floats, count: int, rng: np.random.Generator
    ) -> None:
        self._features, rows = kernel.features, kernel.evidence
        lengths, signal, noise, trial, pace = kernel.split(theta)
        stretch = np.sqrt(rng.chisquare(_FREEDOM, (_WAVES, 1)) / _FREEDOM)
        normal = rng.standard_normal((_WAVES, len(lengths)))
        self._frequencies = (normal / stretch / lengths).T.astype(np.float32)  # cosines take the time
        self._phases = rng.uniform(0, 2 * np.pi, _WAVES).astype(np.float32)
        levels = len(rows.epochs)
        near = np.linalg.cholesky(np.exp(-kernel.apart / pace) + _ROUNDING * np.eye(levels))
        root = np.linalg.cholesky(kernel.means + _ROUNDING * np.eye(levels))
        weights = np.tensordot(near, rng.standard_normal((levels, _WAVES, count)), 1)
        weights *= np.sqrt(2 * signal / _WAVES)
        means = root @ rng.standard_normal((levels, count))
        seeds = np.einsum("kl,nlc->nkc", near, rng.standard_normal((len(rows.units), levels, count)))
        drawn = means[rows.levels] + np.sqrt(trial) * seeds[rows.trials, rows.levels]
        drawn += np.sqrt(noise + JITTER) * rng.standard_normal(drawn.shape)
        waves = self._waves(rows.units)[rows.trials]
        for level in range(levels):
            at = rows.levels == level
            drawn[at] += waves[at] @ weights[level]
        self._weights, self._mean = weights[-1].astype(np.float32), means[-1]
        self._correction = EpochProcess(kernel, theta, targets[:, None] - drawn)

    def __call__(self, units: Floats) -> Floats:
        """The draws' values at points of shape (m, d); shape (m, draws)."""
        return np.asarray(self._waves(units) @ self._weights + self._mean + self._correction.mean(units))

    def _waves(self, units: Floats) -> Floats:
        return np.asarray(np.cos(self._features(units).astype(np.float32) @ self._frequencies + self._phases))


def plausible(
    kernel: EpochKernel,
    prior: HyperparameterPrior,
    start: Floats,
    targets: Floats,
    count: int,
    rng: np.random.Generator,
) -> Iterator[Floats]:
    """Draws from the posterior of the hyperparameters, by elliptical slice sampling (Murray et al., 2010).

    Args:
        kernel: The covariance of the rows of evidence.
        prior: The prior over hyperparameters.
        start: Where to begin, preferably at their most probable values.
        targets: The rows' losses on the scale of the model, standardised; shape (r,).
        count: How many draws.
        rng: The random generator.

    Yields:
        Hyperparameters, of the shape of ``start``.
    """

    def log_likelihood(theta: Floats) -> float:
        if (theta < prior.low).any() or (theta > prior.high).any():
            return -np.inf
        return kernel.log_likelihood(theta, targets)

    theta, height = start, log_likelihood(start)
    for _ in range(count):
        for _ in range(_STEPS_APART):
            sideways = prior.deviation * rng.standard_normal(len(theta))
            least = height - rng.standard_exponential()
            angle = rng.uniform(0, 2 * np.pi)
            low, high = angle - 2 * np.pi, angle
            while True:
                proposed = prior.mean + (theta - prior.mean) * np.cos(angle) + sideways * np.sin(angle)
                proposed_height = log_likelihood(proposed)
                if proposed_height >= least:
                    break
                low, high = (angle, high) if angle < 0 else (low, angle)
                angle = rng.uniform(low, high)
            theta, height = proposed, proposed_height
        yield theta
