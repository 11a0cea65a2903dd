"""The surrogate: a Gaussian process over the unit cube (Rasmussen & Williams, 2006; equations are theirs).

Matérn-5/2 kernel with one length scale per parameter, hyperparameters at the maximum of their
posterior. NumPy only, sized for a few hundred points and a few milliseconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from hpsearch.searchers.searcher import Indices
from hpsearch.space import Categorical, Floats, Space

JITTER = 1e-4
"""Added to the noise variance, so that covariance matrices of points close together have a root."""

_APART = 0.5  # distance, before length scales, of two categories that have no order
_BLOCK = 48  # triangular matrices up to this size are inverted directly


class Features:
    """Coordinates in which the Euclidean distance is that of the kernel.

    A parameter with an order keeps its unit coordinate; of a category every value has a column.

    Attributes:
        owners: The parameter of each column.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        widths = [1 if p.ordered else int(p.count) for p in space.parameters]
        self.owners: Indices = np.repeat(np.arange(space.dimensions), widths)
        self._starts = np.cumsum([0, *widths])

    def __call__(self, units: Floats) -> Floats:
        """The features, shape (n, columns), of canonical points, shape (n, d)."""
        features = np.zeros((len(units), len(self.owners)))
        rows = np.arange(len(units))
        active = self._space.active(units)
        for index, parameter in enumerate(self._space.parameters):
            start = self._starts[index]
            if isinstance(parameter, Categorical) and not parameter.ordered:
                column = start + parameter.index(units[:, index])
                features[rows, column] = active[:, index] * _APART / np.sqrt(2)
            else:
                features[:, start] = units[:, index]
        return features


@dataclass(frozen=True)
class HyperparameterPrior:
    """Normal priors over the logarithms θ of the kernel's hyperparameters, and their bounds.

    θ holds d length scales, then the signal's variance, then the noise's.
    """

    mean: Floats
    deviation: Floats
    low: Floats
    high: Floats

    @classmethod
    def about(cls, dimensions: int, repeats: int = 1) -> Self:
        """The prior for d parameters; length scales grow with d, as distances do.

        As d^¼, that is, at half the rate in the exponent that Hvarfner et al. (2024) take for distances in
        a full cube: most of a space's parameters matter little.

        A loss that is a mean over ``repeats`` seeds has a variance that many times smaller.
        """

        def theta(length: float, signal: float, noise: float) -> Floats:
            return np.concatenate([np.full(dimensions, length), [signal, noise]])

        return cls(
            mean=theta(-0.45 + 0.25 * np.log(max(dimensions, 1)), 0.0, -4.0 - np.log(repeats)),
            deviation=theta(0.85, 1.0, 2.0),
            low=theta(-3.5, -2.0, -9.0),
            high=theta(3.0, 2.5, 1.5),
        )


class GaussianProcess:
    """The posterior over standardised losses, given observed points and points whose results are pending.

    A pending point enters with its own posterior mean: it lowers the variance around it and leaves
    the mean alone (the "kriging believer" of Ginsbourger et al., 2010).

    Args:
        features: Maps points to features.
        theta: Logarithms of d length scales, signal variance, noise variance.
        units: Observed points, shape (n, d), then pending ones; shape (n + p, d) in all.
        targets: Standardised losses of the observed points, shape (n,); or several of them, shape (n, draws).

    Attributes:
        lengths: Length scale of each parameter, shape (d,).
    """

    def __init__(self, features: Features, theta: Floats, units: Floats, targets: Floats) -> None:
        self._features = features
        self.lengths = np.exp(theta[:-2])
        self._scales = 1 / self.lengths[features.owners]
        self._signal, noise = np.exp(theta[-2:])
        self._points = features(units) * self._scales
        self._covariance = self._signal * matern(squared_distances(self._points, self._points))
        self._observed = n = len(targets)
        diagonal = np.diag(np.full(len(units), noise + JITTER))
        self._root = _inverse_triangular(np.linalg.cholesky(self._covariance + diagonal))  # L⁻¹
        self._alpha = self._root[:n, :n].T @ (self._root[:n, :n] @ targets)  # (2.25)

    @cached_property
    def means(self) -> Floats:
        """Posterior means at the observed points, shape (n,)."""
        n = self._observed
        return np.asarray(self._covariance[:n, :n] @ self._alpha)

    @cached_property
    def left_out(self) -> Floats:
        """By how much each target differs from what the others predict there, shape (n,) (5.12)."""
        n = self._observed
        return np.asarray(self._alpha / np.square(self._root[:n, :n]).sum(axis=0))

    def predict(self, units: Floats) -> tuple[Floats, Floats]:
        """Posterior mean and standard deviation, without noise, at m points, each of shape (m,)."""
        cross = self._cross(units)
        mean = cross[:, : self._observed] @ self._alpha  # (2.25)
        whitened = cross @ self._root.T
        explained = np.einsum("ij,ij->i", whitened, whitened)
        return mean, np.sqrt(np.maximum(self._signal - explained, 1e-10))  # (2.26)

    def mean(self, units: Floats) -> Floats:
        """The posterior mean at m points, shape (m,); of several targets, shape (m, draws)."""
        return np.asarray(self._cross(units)[:, : self._observed] @ self._alpha)

    def _cross(self, units: Floats) -> Floats:
        """The prior covariance of m points with the observed and pending ones, shape (m, n + p)."""
        points = self._features(units) * self._scales
        cross = matern(squared_distances(points, self._points))
        cross *= self._signal
        return cross


def fit(
    features: Features, prior: HyperparameterPrior, start: Floats, units: Floats, targets: Floats, steps: int
) -> Floats:
    """Hyperparameters at the maximum of their posterior, by Rprop (Riedmiller & Braun, 1993).

    Args:
        features: Maps points to features.
        prior: The prior over hyperparameters.
        start: Where to begin, shape (d + 2,).
        units: Observed points, shape (n, d).
        targets: Standardised losses, shape (n,).
        steps: How many steps to take.

    Returns:
        The best hyperparameters met, shape (d + 2,).
    """
    points = features(units)
    return ascend(
        prior,
        start,
        steps,
        lambda theta: log_posterior(features.owners, prior, theta, points, targets),
    )


def ascend(
    prior: HyperparameterPrior,
    start: Floats,
    steps: int,
    height_and_gradient: Callable[[Floats], tuple[float, Floats]],
) -> Floats:
    """The highest point met by Rprop within the prior's bounds.

    Args:
        prior: Has the bounds.
        start: Where to begin, shape (k,).
        steps: How many steps to take.
        height_and_gradient: A number to make large, and its gradient, shape (k,).
    """
    theta, best, highest = start, start, -np.inf
    step, previous = np.full(len(start), 0.25), np.zeros(len(start))
    for _ in range(steps + 1):
        height, gradient = height_and_gradient(theta)
        if height > highest:
            best, highest = theta, height
        step = np.clip(np.where(gradient * previous < 0, step * 0.5, step * 1.3), 1e-3, 0.6)
        theta = np.clip(theta + step * np.sign(gradient), prior.low, prior.high)
        previous = gradient
    return best


def log_posterior(
    owners: Indices, prior: HyperparameterPrior, theta: Floats, points: Floats, targets: Floats
) -> tuple[float, Floats]:
    """Log marginal likelihood (2.30) plus log prior, less constants, and its gradient by θ (5.9).

    Args:
        owners: The parameter of each feature.
        prior: The prior over hyperparameters.
        theta: Logarithms of d length scales, signal variance, noise variance.
        points: Features of the observed points, shape (n, columns).
        targets: Standardised losses, shape (n,).

    Returns:
        The logarithm, and its gradient, shape (d + 2,).
    """
    d = len(theta) - 2
    scaled = points * np.exp(-theta[:-2])[owners]
    signal, noise = np.exp(theta[-2:])
    squared = squared_distances(scaled, scaled)
    slope = matern_slope(squared)
    kernel = matern(squared)
    lower = np.linalg.cholesky(signal * kernel + np.diag(np.full(len(points), noise + JITTER)))
    root = _inverse_triangular(lower)
    alpha = root.T @ (root @ targets)
    excess = (theta - prior.mean) / prior.deviation
    height = -0.5 * targets @ alpha - np.log(lower.diagonal()).sum() - 0.5 * excess @ excess
    # ½ tr((αα' − K⁻¹) ∂K/∂θ); by the log of a length scale, ∂K = signal · slope · squared distance along it.
    pull = np.outer(alpha, alpha) - root.T @ root
    weighted = signal * pull * slope
    along = (weighted.sum(axis=1)[:, None] * scaled**2 - scaled * (weighted @ scaled)).sum(axis=0)
    gradient = np.concatenate(
        [
            np.bincount(owners, along, minlength=d),
            [0.5 * signal * (pull * kernel).sum(), 0.5 * noise * pull.trace()],
        ]
    )
    return float(height), gradient - excess / prior.deviation


def matern(squared: Floats) -> Floats:
    """Matérn-5/2 (4.17) of squared distances r².

    Overwrites ``squared``: most of the time would go into memory for intermediate results.
    """
    root = np.multiply(squared, 5.0, out=squared)
    np.sqrt(root, out=root)
    kernel = 1 / 3 * root
    kernel += 1.0
    kernel *= root
    kernel += 1.0
    kernel *= np.exp(np.negative(root, out=root), out=root)
    return np.asarray(kernel)


def matern_slope(squared: Floats) -> Floats:
    """−2 times the derivative of :func:`matern` by r²."""
    root = np.sqrt(5.0 * squared)
    return np.asarray(5 / 3 * (1.0 + root) * np.exp(-root))


def squared_distances(a: Floats, b: Floats) -> Floats:
    """‖aᵢ − bⱼ‖², shape (n, m), by one matrix product."""
    squared = a @ (-2.0 * b.T)
    squared += np.square(a).sum(axis=1)[:, None]
    squared += np.square(b).sum(axis=1)
    return np.asarray(np.maximum(squared, 0.0, out=squared))


def _inverse_triangular(lower: Floats) -> Floats:
    """The inverse of a lower triangular matrix, by halves: NumPy has no triangular solver."""
    n = len(lower)
    if n <= _BLOCK:
        return np.asarray(np.tril(np.linalg.inv(lower)))
    half = n // 2
    top, bottom = _inverse_triangular(lower[:half, :half]), _inverse_triangular(lower[half:, half:])
    inverse = np.zeros_like(lower)
    inverse[:half, :half] = top
    inverse[half:, half:] = bottom
    inverse[half:, :half] = -bottom @ (lower[half:, :half] @ top)
    return inverse
