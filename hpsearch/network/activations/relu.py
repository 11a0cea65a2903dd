"""The rectified linear unit."""

import numpy as np

from hpsearch.data.arrays import Array, cache_aligned
from hpsearch.network.activations.activation import Activation
from hpsearch.network.layers import Layer


def _bind(a: Array, da: Array) -> Layer:
    """A = max(A, 0), in place; the derivative at 0 is 0."""
    maximum, minimum, multiply = np.maximum, np.minimum, np.multiply
    zeros = cache_aligned(a.shape, a.dtype)  # an array, because NumPy is half as fast with a scalar
    # Where A > 0, its bits read as an integer are also above 0: min(bits, 1) is the derivative, and a
    # product of bits with 1 or 0 keeps or clears them. (The bits of −0 make the product 0 or −0.)
    integer = np.dtype(f"i{a.itemsize}")
    bits, dbits = a.view(integer), da.view(integer)
    ones = cache_aligned(a.shape, integer)
    ones.fill(1)

    def forward() -> None:
        maximum(a, zeros, out=a)

    def backward() -> None:
        minimum(bits, ones, out=bits)
        multiply(dbits, bits, dbits)

    return Layer(forward, backward)


ACTIVATION = Activation(_bind, variance_gain=2)  # He et al. (2015), equation 10
