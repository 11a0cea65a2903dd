"""How a gradient becomes a step.

An optimizer works on one flat array of all parameters, with one flat array (a slot) per moving average,
so a step is a few operations whatever the number of layers, and none of them creates an array.

A moving average is kept as the plain discounted sum m ← β m + g, which saves an operation over
m ← β m + (1 − β) g; the factor 1 − β goes into the step size and ε instead.
"""

import math
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hpsearch.network.hyperparameters import Hyperparameters

Array = NDArray[Any]


class Optimizer(ABC):
    """Moves parameters θ against their gradient g, in place.

    Attributes:
        slots: The moving averages, (slots, networks, parameters).
        steps: How many steps were made.
    """

    n_slots: ClassVar[int]

    def __init__(self, parameters: Array, gradient: Array, hyperparameters: Hyperparameters) -> None:
        self.slots = np.zeros((self.n_slots, *parameters.shape), parameters.dtype)
        self.steps = 0
        self._parameters = parameters
        self._gradient = gradient
        self._hyperparameters = hyperparameters

    def step(self, learning_rate: float) -> None:
        """Make one step of size α; what the gradient array holds afterwards is of no use."""
        self.steps += 1
        self._move(self._parameters, self._gradient, learning_rate)

    @abstractmethod
    def _move(self, theta: Array, g: Array, alpha: float) -> None:
        """Change ``theta``; ``g`` is free for scratch."""


class Sgd(Optimizer):
    """θ ← θ − α g."""

    n_slots = 0

    def _move(self, theta: Array, g: Array, alpha: float) -> None:
        np.multiply(g, alpha, g)
        np.subtract(theta, g, theta)


class Momentum(Optimizer):
    """m ← β₁ m + g; θ ← θ − α m.

    Polyak (1964), in the form of Sutskever et al. (2013) and of PyTorch's SGD.
    """

    n_slots = 1

    def _move(self, theta: Array, g: Array, alpha: float) -> None:
        (m,) = self.slots
        np.multiply(m, self._hyperparameters.momentum, m)
        np.add(m, g, m)
        np.multiply(m, alpha, g)
        np.subtract(theta, g, theta)


class RMSprop(Optimizer):
    """v ← β₂ v + (1 − β₂) g²; θ ← θ − α g / (√v + ε).

    Tieleman and Hinton (2012, lecture 6.5), with ε outside the root as in PyTorch.
    """

    n_slots = 1

    def __init__(self, parameters: Array, gradient: Array, hyperparameters: Hyperparameters) -> None:
        super().__init__(parameters, gradient, hyperparameters)
        self._scratch = np.empty_like(parameters)

    def _move(self, theta: Array, g: Array, alpha: float) -> None:
        chosen, (v,), scratch = self._hyperparameters, self.slots, self._scratch
        root = math.sqrt(1 - chosen.beta2)
        np.multiply(v, chosen.beta2, v)
        np.multiply(g, g, scratch)
        np.add(v, scratch, v)
        np.sqrt(v, scratch)
        np.add(scratch, chosen.epsilon / root, scratch)
        np.divide(g, scratch, g)
        np.multiply(g, alpha / root, g)
        np.subtract(theta, g, theta)


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; θ ← θ − α m̂ / (√v̂ + ε).

    Kingma and Ba (2015), algorithm 1; m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) make up for the start at 0.
    """

    n_slots = 2

    def _move(self, theta: Array, g: Array, alpha: float) -> None:
        chosen, (m, v) = self._hyperparameters, self.slots
        weight = (1 - chosen.momentum) / (1 - chosen.momentum**self.steps)
        root = math.sqrt((1 - chosen.beta2) / (1 - chosen.beta2**self.steps))
        np.multiply(m, chosen.momentum, m)
        np.add(m, g, m)
        np.multiply(v, chosen.beta2, v)
        np.multiply(g, g, g)
        np.add(v, g, v)
        np.sqrt(v, g)
        np.add(g, chosen.epsilon / root, g)
        np.divide(m, g, g)
        np.multiply(g, alpha * weight / root, g)
        np.subtract(theta, g, theta)


OPTIMIZER_CLASSES: dict[str, type[Optimizer]] = {
    "sgd": Sgd,
    "momentum": Momentum,
    "rmsprop": RMSprop,
    "adam": Adam,
}
"""By the name of the hyperparameter ``optimizer``."""
