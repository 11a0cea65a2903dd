"""The Gaussian error linear unit, in its tanh form."""

import math

import numpy as np

from hpsearch.data.arrays import Array, cache_aligned
from hpsearch.network.activations.activation import Activation
from hpsearch.network.layers import Layer

C, K = math.sqrt(2 / math.pi), 0.044715
"""The constants of Hendrycks and Gimpel's approximation."""

LIMIT = 10.0
"""Beyond this, the approximate Φ is exactly 0 or 1, and the square of a number may overflow."""


def _bind(a: Array, da: Array) -> Layer:
    """A = Z p with p = (1 + tanh(C (Z + K Z³))) / 2, close to the normal distribution's Φ(Z).

    Hendrycks and Gimpel (2016), section 2. Since 1 − tanh² = 4 p (1 − p), the derivative is
    p + 2 C Z (1 + 3 K Z²) p (1 − p).
    """
    add, subtract, multiply, tanh = np.add, np.subtract, np.multiply, np.tanh
    maximum, minimum = np.maximum, np.minimum
    z, p = cache_aligned(a.shape, a.dtype), cache_aligned(a.shape, a.dtype)
    low, high, half, c, ck, c2, ck6 = (
        np.array(number, a.dtype) for number in (-LIMIT, LIMIT, 0.5, C, C * K, 2 * C, 6 * C * K)
    )

    def forward() -> None:
        maximum(a, low, out=z)
        minimum(z, high, out=z)
        multiply(z, z, p)
        multiply(p, ck, p)
        add(p, c, p)
        multiply(p, z, p)
        tanh(p, p)
        multiply(p, half, p)
        add(p, half, p)
        multiply(a, p, a)

    def backward() -> None:
        multiply(z, z, a)
        multiply(a, ck6, a)
        add(a, c2, a)
        multiply(a, z, a)
        multiply(p, p, z)  # z is not needed any more
        subtract(p, z, z)
        multiply(a, z, a)
        add(a, p, a)
        multiply(da, a, da)

    return Layer(forward, backward)


ACTIVATION = Activation(_bind, variance_gain=2)  # like relu, which has a similar shape
