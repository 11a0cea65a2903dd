"""Draws from the posterior of the surrogate: of its hyperparameters, and of functions."""

from collections.abc import Iterator

import numpy as np

from hpsearch.searchers.surrogate import JITTER, Features, GaussianProcess, HyperparameterPrior, log_posterior
from hpsearch.space import Floats

_STEPS_APART = 4  # of the walk through hyperparameters, between two draws
_WAVES = 256
_FREEDOM = 5  # degrees of freedom of the spectral density of Matérn-5/2: 2ν


class PosteriorDraws:
    """Functions drawn from the posterior of a Gaussian process.

    A draw from the prior is a sum of cosine waves with random frequencies (Rahimi & Recht, 2007), whose
    density for Matérn-5/2 is a multivariate Student t. It becomes one from the posterior by adding what
    explains its own error at the observed points (Wilson et al., 2020, equation 9).

    Args:
        features: Maps points to features.
        theta: Logarithms of d length scales, signal variance, noise variance.
        units: Observed points, shape (n, d).
        targets: Standardised losses, shape (n,).
        count: How many draws.
        rng: Where they come from.
    """

    def __init__(
        self,
        features: Features,
        theta: Floats,
        units: Floats,
        targets: Floats,
        count: int,
        rng: np.random.Generator,
    ) -> None:
        self._features = features
        stretch = np.sqrt(rng.chisquare(_FREEDOM, (_WAVES, 1)) / _FREEDOM)
        normal = rng.standard_normal((_WAVES, len(features.owners)))
        frequencies = (normal / stretch * np.exp(-theta[:-2])[features.owners]).T
        self._frequencies = frequencies.astype(np.float32)  # cosines are what takes the time
        self._phases = rng.uniform(0, 2 * np.pi, _WAVES).astype(np.float32)
        signal, noise = np.exp(theta[-2:])
        self._weights = np.sqrt(2 * signal / _WAVES) * rng.standard_normal((_WAVES, count))
        error = np.sqrt(noise + JITTER) * rng.standard_normal((len(units), count))
        missing = targets[:, None] - self._prior(units) - error
        self._correction = GaussianProcess(features, theta, units, missing)

    def __call__(self, units: Floats) -> Floats:
        """The draws' values at points of shape (m, d); shape (m, draws)."""
        return self._prior(units) + self._correction.mean(units)

    def _prior(self, units: Floats) -> Floats:
        angles = self._features(units).astype(np.float32) @ self._frequencies + self._phases
        return np.asarray(np.cos(angles) @ self._weights)


def plausible(
    features: Features,
    prior: HyperparameterPrior,
    start: Floats,
    units: Floats,
    targets: Floats,
    count: int,
    rng: np.random.Generator,
) -> Iterator[Floats]:
    """Draws from the posterior of the hyperparameters, by elliptical slice sampling (Murray et al., 2010).

    Args:
        features: Maps points to features.
        prior: The prior over hyperparameters.
        start: Where to begin, preferably at their most probable values; shape (d + 2,).
        units: Observed points, shape (n, d).
        targets: Standardised losses, shape (n,).
        count: How many draws.
        rng: Where they come from.

    Yields:
        Hyperparameters, shape (d + 2,).
    """
    points = features(units)

    def log_likelihood(theta: Floats) -> float:
        if (theta < prior.low).any() or (theta > prior.high).any():
            return -np.inf
        height, _ = log_posterior(features.owners, prior, theta, points, targets)
        return height + 0.5 * float(np.square((theta - prior.mean) / prior.deviation).sum())

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
