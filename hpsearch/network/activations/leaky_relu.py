"""The leaky rectified linear unit."""

import numpy as np

from hpsearch.data.arrays import Array, cache_aligned
from hpsearch.network.activations.activation import Activation
from hpsearch.network.layers import Layer

LEAK = 0.01
"""Slope below zero."""


def _bind(a: Array, da: Array) -> Layer:
    """A = max(A, LEAK · A), in place; the derivative at 0 is the mean of those on both sides."""
    maximum, multiply, add, sign = np.maximum, np.multiply, np.add, np.sign
    leak, scratch = np.array(LEAK, a.dtype), cache_aligned(a.shape, a.dtype)
    centre, half = np.array((1 + LEAK) / 2, a.dtype), np.array((1 - LEAK) / 2, a.dtype)

    def forward() -> None:
        multiply(a, leak, scratch)
        maximum(a, scratch, out=a)

    def backward() -> None:
        sign(a, scratch)
        multiply(scratch, half, scratch)
        add(scratch, centre, scratch)
        multiply(da, scratch, da)

    return Layer(forward, backward)


ACTIVATION = Activation(_bind, variance_gain=2)  # He et al. (2015), equation 15, leaving out LEAK²
