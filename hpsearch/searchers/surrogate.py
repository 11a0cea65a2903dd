"""The surrogate: a Gaussian process over the unit cube (Rasmussen & Williams, 2006).

Matérn-5/2 kernel with one length scale per parameter, hyperparameters at the maximum of their
posterior. NumPy only, sized for a few hundred points and a few milliseconds.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hpsearch.space import Categorical, Floats, Space

_JITTER = 1e-4
_DIFFERENT = 0.7  # distance, before length scales, of two categories that have no order
_BLOCK = 48  # below this size a triangular matrix is inverted directly


class Features:
    """Coordinates in which the Euclidean distance is that of the kernel.

    A parameter with an order keeps its unit coordinate; a category becomes one column per value.

    Args:
        space: What is searched.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        widths = [
            len(p.values) if isinstance(p, Categorical) and not p.ordered else 1 for p in space.parameters
        ]
        self.owners = np.repeat(np.arange(space.dimensions), widths)  # the parameter of each column
        self._starts = np.concatenate([[0], np.cumsum(widths)]).astype(np.intp)

    def __call__(self, units: Floats) -> Floats:
        """The features, shape (n, columns), of canonical points, shape (n, d)."""
        features = np.zeros((len(units), len(self.owners)))
        rows = np.arange(len(units))
        active = self._space.active(units)
        for index, parameter in enumerate(self._space.parameters):
            start = self._starts[index]
            if isinstance(parameter, Categorical) and not parameter.ordered:
                columns = start + parameter.index(units[:, index])
                features[rows, columns] = _DIFFERENT / np.sqrt(2) * active[:, index]
            else:
                features[:, start] = units[:, index]
        return features


@dataclass(frozen=True)
class Beliefs:
    """Normal priors over the logarithms of the kernel's hyperparameters, and their bounds.

    The vector θ holds d length scales, then the signal's variance, then the noise's.
    """

    mean: Floats
    deviation: Floats
    low: Floats
    high: Floats

    @classmethod
    def about(cls, dimensions: int) -> "Beliefs":
        """The beliefs for a space of that many parameters; length scales grow with √d (Hvarfner, 2024)."""
        d = max(dimensions, 1)

        def vector(length: float, signal: float, noise: float) -> Floats:
            return np.concatenate([np.full(dimensions, length), [signal, noise]])

        return cls(
            mean=vector(-0.3 + 0.25 * np.log(d), 0.0, -4.0),
            deviation=vector(1.0, 1.0, 2.0),
            low=vector(-3.5, -2.0, -9.0),
            high=vector(3.0, 2.5, 1.5),
        )


def _matern(squared: Floats) -> tuple[Floats, Floats]:
    """Matérn-5/2 of squared distances, and minus twice its derivative by them (eq. 4.17)."""
    root = np.sqrt(5.0 * squared)
    decay = np.exp(-root)
    slope = (5.0 / 3.0) * (1.0 + root) * decay
    return (1.0 + root + root * root / 3.0) * decay, slope


def _squared_distances(a: Floats, b: Floats) -> Floats:
    """‖a_i − b_j‖² as one matrix product, shape (n, m)."""
    squared = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1) - 2.0 * (a @ b.T)
    return np.asarray(np.maximum(squared, 0.0))


def _inverse_triangular(lower: Floats) -> Floats:
    """The inverse of a lower triangular matrix, by halves: NumPy has no triangular solver."""
    n = len(lower)
    if n <= _BLOCK:
        return np.asarray(np.tril(np.linalg.inv(lower)))
    half = n // 2
    inverse = np.zeros_like(lower)
    top, bottom = _inverse_triangular(lower[:half, :half]), _inverse_triangular(lower[half:, half:])
    inverse[:half, :half] = top
    inverse[half:, half:] = bottom
    inverse[half:, :half] = -bottom @ (lower[half:, :half] @ top)
    return inverse


class GaussianProcess:
    """The posterior over losses, given observations and points whose results are pending.

    A pending point enters with its own posterior mean: it lowers the variance around it and leaves
    the mean alone (the "kriging believer" of Ginsbourger et al., 2010).

    Args:
        features: Maps points to features.
        theta: Logarithms of d length scales, signal variance, noise variance.
        units: Observed points, shape (n, d), then pending ones, shape (n + p, d) in all.
        targets: Standardised losses of the observed points, shape (n,).
    """

    def __init__(self, features: Features, theta: Floats, units: Floats, targets: Floats) -> None:
        self._features = features
        self._weights = np.exp(-theta[:-2])[features.owners]
        self._signal, self._noise = np.exp(theta[-2:])
        self._points = features(units) * self._weights
        covariance = self._signal * _matern(_squared_distances(self._points, self._points))[0]
        covariance[np.diag_indices_from(covariance)] += self._noise + _JITTER
        self._root = _inverse_triangular(np.linalg.cholesky(covariance))  # L⁻¹
        n = len(targets)
        self._alpha = self._root[:n, :n].T @ (self._root[:n, :n] @ targets)
        self.observed = n

    def predict(self, units: Floats) -> tuple[Floats, Floats]:
        """Posterior mean and standard deviation of the noise-free loss at points, each shape (n,)."""
        cross = (
            self._signal * _matern(_squared_distances(self._features(units) * self._weights, self._points))[0]
        )
        mean = cross[:, : self.observed] @ self._alpha
        explained = ((cross @ self._root.T) ** 2).sum(axis=1)
        return mean, np.sqrt(np.maximum(self._signal - explained, 1e-10))

    @cached_property
    def means(self) -> Floats:
        """Posterior mean at the observed points, shape (n,)."""
        n = self.observed
        squared = _squared_distances(self._points[:n], self._points[:n])
        return np.asarray(self._signal * _matern(squared)[0] @ self._alpha)


def fit(
    features: Features, beliefs: Beliefs, start: Floats, units: Floats, targets: Floats, steps: int
) -> Floats:
    """Hyperparameters at the maximum of their posterior, by Rprop (Riedmiller & Braun, 1993).

    Args:
        features: Maps points to features.
        beliefs: The prior over hyperparameters.
        start: Where to begin, shape (d + 2,).
        units: Observed points, shape (n, d).
        targets: Standardised losses, shape (n,).
        steps: How many steps to take.

    Returns:
        The best hyperparameters met, shape (d + 2,).
    """
    points = features(units)
    theta, best, best_value = start.copy(), start, -np.inf
    step = np.full(len(theta), 0.25)
    last = np.zeros(len(theta))
    for _ in range(steps + 1):
        value, gradient = _log_posterior(features.owners, beliefs, theta, points, targets)
        if value > best_value:
            best, best_value = theta.copy(), value
        step = np.clip(np.where(gradient * last < 0, step * 0.5, step * 1.3), 1e-3, 0.6)
        last = gradient
        theta = np.clip(theta + step * np.sign(gradient), beliefs.low, beliefs.high)
    return best


def _log_posterior(
    owners: np.ndarray, beliefs: Beliefs, theta: Floats, points: Floats, targets: Floats
) -> tuple[float, Floats]:
    """Log marginal likelihood plus log prior, and its gradient by θ (eqs. 2.30 and 5.9)."""
    n, d = len(targets), len(theta) - 2
    scaled = points * np.exp(-theta[:-2])[owners]
    signal, noise = np.exp(theta[-2:])
    kernel, slope = _matern(_squared_distances(scaled, scaled))
    covariance = signal * kernel
    covariance[np.diag_indices(n)] += noise + _JITTER
    lower = np.linalg.cholesky(covariance)
    root = _inverse_triangular(lower)
    alpha = root.T @ (root @ targets)
    excess = (theta - beliefs.mean) / beliefs.deviation
    value = -0.5 * targets @ alpha - np.log(lower.diagonal()).sum() - 0.5 * excess @ excess
    # ½ tr((αα' − K⁻¹) ∂K/∂θ); by a length scale ∂K = signal · slope · (squared distance along it).
    pull = np.outer(alpha, alpha) - root.T @ root
    weighted = signal * pull * slope
    along = (weighted.sum(axis=1)[:, None] * scaled**2 - scaled * (weighted @ scaled)).sum(axis=0)
    gradient = np.concatenate(
        [
            np.bincount(owners, along, minlength=d)[:d],
            [0.5 * signal * (pull * kernel).sum(), 0.5 * noise * pull.trace()],
        ]
    )
    return float(value), gradient - excess / beliefs.deviation
