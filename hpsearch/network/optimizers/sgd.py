"""Stochastic gradient descent."""

from hpsearch.data.arrays import Array
from hpsearch.network.optimizers.optimizer import Optimizer


class Sgd(Optimizer):
    """θ ← θ − α g."""

    n_slots = 0

    def _direction(self, g: Array) -> Array:
        return g
