"""RMSprop."""

import math

import numpy as np

from hpsearch.data.arrays import Array, cache_aligned
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.optimizers.optimizer import Optimizer


class RMSprop(Optimizer):
    """v ← β₂ v + (1 − β₂) g²; θ ← θ − α g / (√v + ε).

    Tieleman and Hinton (2012, lecture 6.5), with ε outside the square root as in PyTorch.
    """

    n_slots = 1

    def __init__(
        self, parameters: Array, gradient: Array, n_weights: int, hyperparameters: Hyperparameters
    ) -> None:
        super().__init__(parameters, gradient, n_weights, hyperparameters)
        self._scratch = cache_aligned(parameters.shape, parameters.dtype)

    def carry_over(self, before: Hyperparameters) -> None:
        """Scale the sum so that the average v does not change."""
        (v,) = self.slots
        v *= (1 - before.beta2) / (1 - self._hyperparameters.beta2)

    def _prepare(self, learning_rate: float) -> None:
        root = math.sqrt(1 - self._hyperparameters.beta2)
        self._alpha.fill(learning_rate / root)
        self._epsilon.fill(self._hyperparameters.epsilon / root)

    def _direction(self, g: Array) -> Array:
        (v,), root = self.slots, self._scratch
        np.multiply(v, self._beta2, v)
        np.multiply(g, g, root)
        np.add(v, root, v)
        np.sqrt(v, root)
        np.add(root, self._epsilon, root)
        np.divide(g, root, g)
        return g
