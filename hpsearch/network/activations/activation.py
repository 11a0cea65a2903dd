"""Everything the network has to know about an activation."""

from collections.abc import Callable
from typing import NamedTuple

from hpsearch.data.arrays import Array
from hpsearch.network.layers import Layer


class Activation(NamedTuple):
    """An elementwise function and its derivative.

    Attributes:
        bind: Creates the layer for an array A, (networks, rows, units), and its gradient, of the same shape.
            Forward replaces A by the function's value; backward replaces the gradient with respect to the
            value by that with respect to the argument, and may use A for scratch.
        variance_gain: The variance of the initial weights before it, times the number of inputs; it keeps the
            size of the activations about the same from layer to layer.
    """

    bind: Callable[[Array, Array], Layer]
    variance_gain: float
