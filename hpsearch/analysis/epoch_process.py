"""A Gaussian process over configurations and epochs.

The loss of trial i at epoch t is m(t) + f(xᵢ, t) + uᵢ(t) + noise: the mean at an epoch, the effect of the
configuration, the effect of the trial's seed, and what is new at every epoch. Each is a Gaussian
process; over the logarithm of the epoch all are Ornstein-Uhlenbeck (as in the freeze-thaw model of Swersky et
al., 2014, losses at close epochs are correlated). More trials have early losses than late ones; that needs no
correction, because what decides whether a trial is stopped is among the data. Equation numbers are those of
Rasmussen & Williams (2006).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hpsearch.analysis.evidence import Evidence
from hpsearch.searchers.surrogate import (
    JITTER,
    Features,
    HyperparameterPrior,
    ascend,
    matern,
    matern_slope,
    squared_distances,
)
from hpsearch.space import Floats

_MEAN_VARIANCE = 2.0  # of m(t), in units of the targets' variance
_TRIAL, _PACE = (-4.0, 1.5, -9.0, 1.5), (0.5, 1.0, -2.0, 4.0)
"""Mean, deviation and bounds of the priors of two more hyperparameters, as logarithms: the variance of u, and
the length scale over the logarithm of the epoch, where the whole of training has length 1."""


def hyperparameter_prior(dimensions: int, levels: int, repeats: int) -> HyperparameterPrior:
    """The surrogate's prior; with several epochs also that of the trials' variance and of the epoch length.

    Args:
        dimensions: The number of parameters, d.
        levels: The number of epochs in the evidence.
        repeats: The number of seeds that each loss is a mean over.

    Returns:
        Of shape (d + 2,), or (d + 4,).
    """
    prior = HyperparameterPrior.about(dimensions, repeats)
    if levels == 1:
        return prior
    more = np.array([_TRIAL, _PACE]).T
    return HyperparameterPrior(
        *(
            np.concatenate([before, after])
            for before, after in zip((prior.mean, prior.deviation, prior.low, prior.high), more, strict=True)
        )
    )


@dataclass(frozen=True)
class EpochKernel:
    """The covariance of rows of evidence, as a function of hyperparameters.

    Attributes:
        features: Maps points to features.
        evidence: The rows.
    """

    features: Features
    evidence: Evidence

    @cached_property
    def points(self) -> Floats:
        """Features of each row's trial, shape (r, columns)."""
        return self.features(self.evidence.units)[self.evidence.trials]

    @cached_property
    def apart(self) -> Floats:
        """The distances between epochs, where the whole of training has length 1; shape (l, l)."""
        logarithms = np.log(self.evidence.epochs)
        logarithms /= logarithms[-1] or 1.0
        return np.asarray(np.abs(logarithms[:, None] - logarithms))

    @cached_property
    def means(self) -> Floats:
        """The covariance of m at two epochs, shape (l, l)."""
        return np.asarray(_MEAN_VARIANCE * np.exp(-self.apart))

    @cached_property
    def _apart(self) -> Floats:
        return self.apart[np.ix_(self.evidence.levels, self.evidence.levels)]

    @cached_property
    def _means(self) -> Floats:
        return self.means[np.ix_(self.evidence.levels, self.evidence.levels)]

    @cached_property
    def same(self) -> Floats:
        """1 where two rows belong to the same trial, shape (r, r)."""
        return np.equal.outer(self.evidence.trials, self.evidence.trials).astype(np.float64)

    def split(self, theta: Floats) -> tuple[Floats, float, float, float, float]:
        """Length scales by column, then the variances of f, noise and u, and the length scale over epochs."""
        count = len(self.evidence.units[0])
        signal, noise, *more = np.exp(theta[count:]).tolist()
        trial, pace = more or (0.0, 1.0)
        return np.exp(theta[:count])[self.features.owners], signal, noise, trial, pace

    def covariance(self, theta: Floats, *, function: bool = True) -> Floats:
        """The prior covariance of all rows, noise included, shape (r, r); optionally without f."""
        lengths, signal, noise, trial, pace = self.split(theta)
        whole = trial * self.same
        if function:
            scaled = self.points / lengths
            whole += signal * matern(squared_distances(scaled, scaled))
        whole *= np.exp(-self._apart / pace)
        whole += self._means
        whole[np.diag_indices(len(whole))] += noise + JITTER
        return np.asarray(whole)

    def log_likelihood(self, theta: Floats, targets: Floats) -> float:
        """The log marginal likelihood (2.30) up to a constant; -inf if rounding prevents a factorization."""
        try:
            lower = np.linalg.cholesky(self.covariance(theta))
        except np.linalg.LinAlgError:
            return -np.inf
        whitened = np.linalg.solve(lower, targets)
        return float(-0.5 * whitened @ whitened - np.log(lower.diagonal()).sum())

    def log_posterior(
        self, prior: HyperparameterPrior, theta: Floats, targets: Floats
    ) -> tuple[float, Floats]:
        """Log marginal likelihood (2.30) plus log prior, up to a constant, and its gradient by θ (5.9)."""
        lengths, signal, noise, trial, pace = self.split(theta)
        scaled = self.points / lengths
        squared = squared_distances(scaled, scaled)
        slope = matern_slope(squared)
        kernel, near = matern(squared), np.exp(-self._apart / pace)
        varying = (signal * kernel + trial * self.same) * near
        whole = varying + self._means
        whole[np.diag_indices(len(whole))] += noise + JITTER
        height = -float(np.log(np.linalg.cholesky(whole).diagonal()).sum())
        inverse = np.linalg.inv(whole)
        alpha = inverse @ targets
        excess = (theta - prior.mean) / prior.deviation
        height -= 0.5 * float(targets @ alpha + excess @ excess)
        pull = np.outer(alpha, alpha) - inverse
        nearby = pull * near
        weighted = signal * nearby * slope
        along = (weighted.sum(axis=1)[:, None] * scaled**2 - scaled * (weighted @ scaled)).sum(axis=0)
        count = len(self.evidence.units[0])
        gradient = [
            *np.bincount(self.features.owners, along, minlength=count),
            0.5 * signal * np.vdot(nearby, kernel),
            0.5 * noise * pull.trace(),
        ]
        if len(theta) > len(gradient):
            gradient += [
                0.5 * trial * np.vdot(nearby, self.same),
                0.5 * np.vdot(pull * varying, self._apart) / pace,
            ]
        return height, np.array(gradient) - excess / prior.deviation


class EpochProcess:
    """The posterior given rows of evidence.

    Args:
        kernel: The covariance of the rows.
        theta: Its hyperparameters.
        targets: The rows' losses on the scale of the model, shape (r,); or several of each, shape (r, draws).
    """

    def __init__(self, kernel: EpochKernel, theta: Floats, targets: Floats) -> None:
        self._kernel, self._theta, self._targets = kernel, theta, targets
        self._inverse: Floats = np.asarray(np.linalg.inv(kernel.covariance(theta)), dtype=np.float64)
        self._alpha = self._inverse @ targets
        lengths, signal, _, _, pace = kernel.split(theta)
        self._lengths = lengths
        self._points = kernel.points / lengths
        levels = kernel.evidence.levels
        self._near = signal * np.exp(-kernel.apart[-1] / pace)[levels]
        self._means = kernel.means[-1][levels]

    def mean(self, units: Floats) -> Floats:
        """The posterior mean of m + f at the last epoch, shape (n,) or (n, draws), at points (n, d)."""
        points = self._kernel.features(units) / self._lengths
        cross = matern(squared_distances(points, self._points))
        cross *= self._near
        cross += self._means
        return np.asarray(cross @ self._alpha)

    def left_out(self) -> tuple[Floats, Floats]:
        """Predictions of the last loss of each trial from the other trials.

        A trial's own epochs are not used for its prediction: they are all left out together (5.12 for
        blocks).

        Returns:
            The difference between each loss and its prediction, and its variance, both of shape (n,).
        """
        return _left_out(self._kernel.evidence, self._inverse, self._alpha)

    def left_out_of_means(self) -> Floats:
        """The difference between each trial's last loss and the prediction of m alone, shape (n,)."""
        whole = self._kernel.covariance(self._theta, function=False)
        inverse: Floats = np.asarray(np.linalg.inv(whole), dtype=np.float64)
        return _left_out(self._kernel.evidence, inverse, inverse @ self._targets)[0]


def _left_out(evidence: Evidence, inverse: Floats, alpha: Floats) -> tuple[Floats, Floats]:
    count = len(evidence.units)
    by_trial = np.argsort(evidence.trials, kind="stable")  # the last loss of each comes first
    blocks = np.split(by_trial, np.cumsum(np.bincount(evidence.trials, minlength=count))[:-1])
    covariances = [np.linalg.inv(inverse[np.ix_(rows, rows)])[0] for rows in blocks]
    differences = [row @ alpha[rows] for row, rows in zip(covariances, blocks, strict=True)]
    return np.array(differences), np.array([row[0] for row in covariances])


def fit(
    kernel: EpochKernel, prior: HyperparameterPrior, start: Floats, targets: Floats, steps: int
) -> Floats:
    """Hyperparameters at the maximum of their posterior, by Rprop (Riedmiller & Braun, 1993).

    Args:
        kernel: The covariance of the rows.
        prior: The prior over hyperparameters.
        start: Where to begin.
        targets: The rows' losses on the scale of the model, standardised; shape (r,).
        steps: How many steps to take.
    """
    return ascend(prior, start, steps, lambda theta: kernel.log_posterior(prior, theta, targets))
