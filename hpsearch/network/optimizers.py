"""How a gradient becomes a step.

An optimizer works on one flat array of all parameters, with one flat array (a slot) per moving average,
so a step is a few operations whatever the number of layers, and none of them creates an array.

A moving average is kept as the plain discounted sum m ← β m + g, which saves an operation over
m ← β m + (1 − β) g; the factor 1 − β goes into the step size and ε instead.
"""

import math
from abc import ABC, abstractmethod
from functools import partial
from typing import ClassVar

import numpy as np

from hpsearch.data.arrays import Array, cache_aligned
from hpsearch.network.hyperparameters import Hyperparameters


class Optimizer(ABC):
    """Moves parameters θ against their gradient g, in place.

    Attributes:
        slots: The moving averages, each (networks, parameters).
        steps: How many steps were made.
    """

    n_slots: ClassVar[int]

    def __init__(self, parameters: Array, gradient: Array, hyperparameters: Hyperparameters) -> None:
        # NumPy is faster with a number in an array without axes than with a Python number.
        number = partial(np.array, dtype=parameters.dtype)
        self.slots = [cache_aligned(parameters.shape, parameters.dtype) for _ in range(self.n_slots)]
        self.steps = 0
        self._parameters, self._gradient = parameters, gradient
        self._hyperparameters = hyperparameters
        self._alpha, self._epsilon = number(0.0), number(hyperparameters.epsilon)
        self._beta1, self._beta2 = number(hyperparameters.momentum), number(hyperparameters.beta2)

    def step(self, learning_rate: float) -> None:
        """Make one step of size α; it uses up the gradient."""
        self.steps += 1
        self._prepare(learning_rate)
        direction = self._direction(self._gradient)
        np.multiply(direction, self._alpha, self._gradient)
        np.subtract(self._parameters, self._gradient, self._parameters)

    def _prepare(self, learning_rate: float) -> None:
        """Set α, and ε where it changes from step to step."""
        self._alpha.fill(learning_rate)

    @abstractmethod
    def _direction(self, g: Array) -> Array:
        """Renew the moving averages, and give what α is multiplied with; ``g`` is free for scratch."""


class Sgd(Optimizer):
    """θ ← θ − α g."""

    n_slots = 0

    def _direction(self, g: Array) -> Array:
        return g


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


class RMSprop(Optimizer):
    """v ← β₂ v + (1 − β₂) g²; θ ← θ − α g / (√v + ε).

    Tieleman and Hinton (2012, lecture 6.5), with ε outside the root as in PyTorch.
    """

    n_slots = 1

    def __init__(self, parameters: Array, gradient: Array, hyperparameters: Hyperparameters) -> None:
        super().__init__(parameters, gradient, hyperparameters)
        self._scratch = cache_aligned(parameters.shape, parameters.dtype)

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


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; θ ← θ − α m̂ / (√v̂ + ε).

    Kingma and Ba (2015), algorithm 1; m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) make up for the start at 0.
    """

    n_slots = 2

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


OPTIMIZER_CLASSES: dict[str, type[Optimizer]] = {
    "sgd": Sgd,
    "momentum": Momentum,
    "rmsprop": RMSprop,
    "adam": Adam,
}
"""By the name of the hyperparameter ``optimizer``."""
