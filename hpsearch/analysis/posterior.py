"""Functions drawn from the posterior of the surrogate, to be evaluated anywhere."""

import numpy as np

from hpsearch.searchers.surrogate import Features
from hpsearch.space import Floats

_WAVES = 512
_FREEDOM = 5  # degrees of freedom of the spectral density of Matérn-5/2: 2ν


class PosteriorDraws:
    """Draws in the weight-space view of a Gaussian process (Rasmussen & Williams, 2006, section 2.1).

    The kernel is that of many cosine waves with random frequencies (Rahimi & Recht, 2007), whose density
    for Matérn-5/2 is a multivariate Student t. A draw from the prior becomes one from the posterior by
    adding what explains its own error at the observed points (Wilson et al., 2020, equation 9).

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
        columns = len(features.owners)
        self._features = features
        stretch = np.sqrt(rng.chisquare(_FREEDOM, (_WAVES, 1)) / _FREEDOM)
        normal = rng.standard_normal((_WAVES, columns))
        self._frequencies = (normal / stretch * np.exp(-theta[:-2])[features.owners]).T
        self._phases = rng.uniform(0, 2 * np.pi, _WAVES)
        signal, noise = np.exp(theta[-2:])
        self._amplitude = np.sqrt(2 * signal / _WAVES)
        observed = self._waves(units)  # (n, waves)
        prior = rng.standard_normal((_WAVES, count))
        measured = targets[:, None] + np.sqrt(noise) * rng.standard_normal((len(units), count))
        covariance = observed @ observed.T + (noise + 1e-6) * np.eye(len(units))
        correction = np.linalg.solve(covariance, measured - observed @ prior)
        self._weights = prior + observed.T @ correction

    def __call__(self, units: Floats) -> Floats:
        """The draws' values at points of shape (m, d); shape (m, draws)."""
        return np.asarray(self._waves(units) @ self._weights)

    def _waves(self, units: Floats) -> Floats:
        return np.asarray(self._amplitude * np.cos(self._features(units) @ self._frequencies + self._phases))
