"""How much a candidate promises: expected improvement."""

import math
from typing import cast

import numpy as np

from hpsearch.space import Floats

_erfc = cast("np.ufunc", np.frompyfunc(math.erfc, 1, 1))
_LOG_ROOT_2PI = 0.5 * math.log(2 * math.pi)


def log_expected_improvement(mean: Floats, deviation: Floats, best: float) -> Floats:
    """The logarithm of E[max(best − f, 0)] for f ~ N(mean, deviation²) (Jones et al., 1998, eq. 15).

    Its logarithm still tells candidates apart where the improvement itself is too small for a number
    (Ament et al., 2023). There the difference in the formula cancels, and its asymptotic series stands in.

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
    far = log_density - 2 * np.log(np.maximum(-z, 1.0))
    return np.asarray(np.log(deviation) + np.where(z > -6, near, far))
