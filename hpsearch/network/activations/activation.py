"""What the network has to know of an activation."""

from collections.abc import Callable
from typing import NamedTuple

from hpsearch.data.arrays import Array
from hpsearch.network.layers import Layer


class Activation(NamedTuple):
    """An elementwise function and its derivative.

    Attributes:
        bind: Makes the layer for an array A, (networks, rows, units), and its gradient, of the same shape.
            Forward replaces A by the function's value; backward replaces the gradient of the value by that
            of the argument, and may use A for scratch.
        variance_gain: The variance of the first weights before it, times the number of inputs; what keeps the
            size of the activations about the same from layer to layer.
    """

    bind: Callable[[Array, Array], Layer]
    variance_gain: float
