"""The common part of all optimizers: the arrays that they work on, and one step.

An optimizer works on one flat array of all parameters, with one flat array (a slot) per moving average,
so a step takes a few operations whatever the number of layers, and none of them creates an array.

A moving average is stored as the plain discounted sum m ← β m + g, which saves an operation compared with
m ← β m + (1 − β) g; the factor 1 − β is in the step size and ε instead.
"""

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

    Args:
        parameters: (networks, parameters), the weights first.
        gradient: The gradient of the loss, laid out as ``parameters``; a step overwrites it.
        n_weights: How many of a network's parameters are weights; ``weight_decay`` shrinks only these.
        hyperparameters: The source of its constants.
    """

    n_slots: ClassVar[int]

    def __init__(
        self, parameters: Array, gradient: Array, n_weights: int, hyperparameters: Hyperparameters
    ) -> None:
        # NumPy is faster with a number in an array without axes than with a Python number.
        number = partial(np.array, dtype=parameters.dtype)
        self.slots = [cache_aligned(parameters.shape, parameters.dtype) for _ in range(self.n_slots)]
        self.steps = 0
        self._parameters, self._gradient = parameters, gradient
        self._hyperparameters = hyperparameters
        self._alpha, self._epsilon = number(0.0), number(hyperparameters.epsilon)
        self._beta1, self._beta2 = number(hyperparameters.momentum), number(hyperparameters.beta2)
        self._weights, self._dweights = parameters[:, :n_weights], gradient[:, :n_weights]
        self._decay = np.empty_like(self._weights) if hyperparameters.weight_decay else None

    def step(self, learning_rate: float) -> None:
        """Make one step of size α; overwrites the gradient."""
        self.steps += 1
        self._prepare(learning_rate)
        if self._decay is not None:
            self._decay_weights(self._decay, learning_rate)
        direction = self._direction(self._gradient)
        np.multiply(direction, self._alpha, self._gradient)
        np.subtract(self._parameters, self._gradient, self._parameters)

    def carry_over(self, before: Hyperparameters) -> None:  # noqa: B027 -- plain sums mean the same anyway
        """Convert slots that were filled with other hyperparameters to the present ones.

        Args:
            before: The hyperparameters that they were filled with.
        """

    def _prepare(self, learning_rate: float) -> None:
        """Set α, and ε if it changes from step to step."""
        self._alpha.fill(learning_rate)

    def _decay_weights(self, scratch: Array, learning_rate: float) -> None:
        """Add λ W to the gradient, as if the loss had the penalty λ/2 · Σ W²."""
        np.multiply(self._weights, self._hyperparameters.weight_decay, scratch)
        np.add(self._dweights, scratch, self._dweights)

    @abstractmethod
    def _direction(self, g: Array) -> Array:
        """Update the slots, and return the factor of α; ``g`` may be used for scratch."""
