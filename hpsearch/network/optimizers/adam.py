"""Adam."""

import math

import numpy as np

from hpsearch.data.arrays import Array
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.optimizers.optimizer import Optimizer


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; θ ← θ − α m̂ / (√v̂ + ε).

    Kingma and Ba (2015), algorithm 1; m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) correct for the start at 0.
    """

    n_slots = 2

    def carry_over(self, before: Hyperparameters) -> None:
        """Scale the sums so that m̂ and v̂, the averages corrected for the start at 0, do not change."""
        if self.steps:
            after, (m, v) = self._hyperparameters, self.slots
            m *= self._weight_of_past(after.momentum) / self._weight_of_past(before.momentum)
            v *= self._weight_of_past(after.beta2) / self._weight_of_past(before.beta2)

    def _weight_of_past(self, beta: float) -> float:
        """1 + β + … + βᵗ⁻¹: the sum of a slot's weights after t steps."""
        return (1 - beta**self.steps) / (1 - beta)

    def _prepare(self, learning_rate: float) -> None:
        chosen = self._hyperparameters
        weight = (1 - chosen.momentum) / (1 - chosen.momentum**self.steps)
        root = math.sqrt((1 - chosen.beta2) / (1 - chosen.beta2**self.steps))
        self._alpha.fill(learning_rate * weight / root)
        self._epsilon.fill(chosen.epsilon / root)

    def _direction(self, g: Array) -> Array:
        m, v = self.slots
        np.multiply(m, self._beta1, m)
        np.add(m, g, m)
        np.multiply(v, self._beta2, v)
        np.multiply(g, g, g)
        np.add(v, g, v)
        np.sqrt(v, g)
        np.add(g, self._epsilon, g)
        np.divide(m, g, g)
        return g
