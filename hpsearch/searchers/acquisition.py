"""How good a candidate promises to be: log expected improvement, or a posterior draw."""

import math
from typing import cast

import numpy as np

from hpsearch.space import Floats

_erfc = cast("np.ufunc", np.frompyfunc(math.erfc, 1, 1))


def log_expected_improvement(mean: Floats, deviation: Floats, best: float) -> Floats:
    """The logarithm of E[max(best − f, 0)] for f ~ N(mean, deviation²).

    Where the improvement is improbable its asymptotic series replaces the difference of two nearly
    equal numbers (Ament et al., 2023, eq. 9).

    Args:
        mean: Posterior means, shape (n,).
        deviation: Posterior standard deviations, shape (n,).
        best: The loss to improve on.

    Returns:
        Shape (n,); finite.
    """
    z = (best - mean) / deviation
    density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    below = 0.5 * _erfc(-z / math.sqrt(2)).astype(np.float64)
    near = np.log(np.maximum(density + z * below, 1e-300))
    far = -0.5 * z * z - 0.5 * math.log(2 * math.pi) - 2 * np.log(np.maximum(-z, 1.0))
    return np.asarray(np.where(z > -6, near, far) + np.log(deviation))
