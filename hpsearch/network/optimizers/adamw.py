"""Adam with decoupled weight decay."""

import numpy as np

from hpsearch.data.arrays import Array
from hpsearch.network.optimizers.adam import Adam


class AdamW(Adam):
    """W ← W − α λ W, then a step of Adam, whose g is the gradient of the loss alone.

    Loshchilov and Hutter (2019), algorithm 2, with the decay scaled by the learning rate as in PyTorch.
    """

    def _decay_weights(self, scratch: Array, learning_rate: float) -> None:
        np.multiply(self._weights, learning_rate * self._hyperparameters.weight_decay, scratch)
        np.subtract(self._weights, scratch, self._weights)
