"""The acquisition function: expected improvement."""

import math
from typing import cast

import numpy as np

from hpsearch.space import Floats

_erfc = cast("np.ufunc", np.frompyfunc(math.erfc, 1, 1))
_SEAM = 6.0  # standard deviations from the best, beyond which the series is more accurate
_LOG_ROOT_2PI = 0.5 * math.log(2 * math.pi)


def log_expected_improvement(mean: Floats, deviation: Floats, best: float) -> Floats:
    """The logarithm of E[max(best − f, 0)] for f ~ N(mean, deviation²) (Jones et al., 1998, eq. 15).

    The logarithm still distinguishes candidates where the improvement itself is too small for float64
    (Ament et al., 2023). There the difference in the formula cancels, so the first terms of the asymptotic
    series for the tail of the normal distribution replace it (Abramowitz & Stegun, 1964, 26.2.12).

    Args:
        mean: Posterior means, shape (n,).
        deviation: Posterior standard deviations, shape (n,), positive.
        best: The loss to improve on.

    Returns:
        Shape (n,).
    """
    z = (best - mean) / deviation
    log_density = -0.5 * z * z - _LOG_ROOT_2PI
    below = 0.5 * _erfc(-z / math.sqrt(2)).astype(np.float64)
    near = np.log(np.maximum(np.exp(log_density) + z * below, 1e-300))
    square = np.maximum(z * z, _SEAM**2)
    far = log_density - np.log(square) + np.log1p((-3 + (15 - 105 / square) / square) / square)
    return np.asarray(np.log(deviation) + np.where(z > -_SEAM, near, far))
