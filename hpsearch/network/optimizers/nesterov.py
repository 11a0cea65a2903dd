"""Gradient descent with Nesterov's momentum."""

import numpy as np

from hpsearch.data.arrays import Array, cache_aligned
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.optimizers.optimizer import Optimizer


class Nesterov(Optimizer):
    """m ← β₁ m + g; θ ← θ − α (g + β₁ m).

    Sutskever et al. (2013), equations 3 and 4, in the form of PyTorch's SGD: the parameters include
    the next momentum step, so that g is the gradient at the parameters.
    """

    n_slots = 1

    def __init__(
        self, parameters: Array, gradient: Array, n_weights: int, hyperparameters: Hyperparameters
    ) -> None:
        super().__init__(parameters, gradient, n_weights, hyperparameters)
        self._scratch = cache_aligned(parameters.shape, parameters.dtype)

    def _direction(self, g: Array) -> Array:
        (m,) = self.slots
        np.multiply(m, self._beta1, m)
        np.add(m, g, m)
        np.multiply(m, self._beta1, self._scratch)
        np.add(g, self._scratch, g)
        return g
