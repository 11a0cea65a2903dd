"""The hyperbolic tangent."""

import numpy as np

from hpsearch.data.arrays import Array, cache_aligned
from hpsearch.network.activations.activation import Activation
from hpsearch.network.layers import Layer


def _bind(a: Array, da: Array) -> Layer:
    """The hyperbolic tangent of A, in place; its derivative is 1 − A²."""
    multiply, subtract = np.multiply, np.subtract
    scratch = cache_aligned(a.shape, a.dtype)

    def forward() -> None:
        np.tanh(a, a)

    def backward() -> None:
        multiply(a, a, scratch)
        multiply(da, scratch, scratch)
        subtract(da, scratch, da)

    return Layer(forward, backward)


ACTIVATION = Activation(_bind, variance_gain=1)  # LeCun et al. (1998), equation 16
