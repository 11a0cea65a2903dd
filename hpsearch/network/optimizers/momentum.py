"""Gradient descent with momentum."""

import numpy as np

from hpsearch.data.arrays import Array
from hpsearch.network.optimizers.optimizer import Optimizer


class Momentum(Optimizer):
    """m ← β₁ m + g; θ ← θ − α m.

    Polyak (1964), in the form of Sutskever et al. (2013) and of PyTorch's SGD.
    """

    n_slots = 1

    def _direction(self, g: Array) -> Array:
        (m,) = self.slots
        np.multiply(m, self._beta1, m)
        np.add(m, g, m)
        return m
