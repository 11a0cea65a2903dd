"""The network's parameters.

Hidden layer l computes A = activation(γ (Z − μ) / σ + β) of Z = A₋₁ W, or A = activation(A₋₁ W + b) without
batch normalisation; softmax of A W + b follows the last. With no hidden layer it is softmax regression.

All parameters are in one flat array, the weights first; so are the running statistics of batch normalisation.
As in :mod:`~hpsearch.network.layers`, the leading axis of every array is for networks that train
together and differ only by their seeds.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from hpsearch.data.arrays import Array, cache_aligned
from hpsearch.network.activations import load_activation
from hpsearch.network.hyperparameters import Hyperparameters


class Views(NamedTuple):
    """The parts of a flat array of parameters, or of their gradient, by layer.

    Attributes:
        weights: (networks, inputs, units).
        biases: With batch normalisation, the shift β and the scale γ, (networks, 2, units); without it, the
            bias, (networks, 1, units).
    """

    weights: list[Array]
    biases: list[Array]


class MLP:
    """Networks of the same shape that differ only by their seeds.

    Attributes:
        hyperparameters: The same for every network.
        sizes: The number of features, of the units of every hidden layer, and of classes.
        n_weights: How many of a network's parameters are weights.
        parameters: (networks, parameters), the weights first.
        running_stats: Running means and variances of batch normalisation,
            (networks, 2 × hidden units).

    Args:
        features: How many features a row has.
        classes: How many classes there are.
        hyperparameters: See above.
        seeds: One per network.
        dtype: float32 or float64.
        initial: Parameters and running statistics to start from, copied; drawn at random if None.

    Raises:
        ValueError: ``initial`` has the wrong shape or type.
    """

    def __init__(
        self,
        features: int,
        classes: int,
        hyperparameters: Hyperparameters,
        seeds: Sequence[int],
        dtype: np.dtype[Any],
        initial: tuple[Array, Array] | None = None,
    ) -> None:
        self.hyperparameters = hyperparameters
        self.sizes = (features, *hyperparameters.hidden_units, classes)
        per_hidden_layer = 2 if hyperparameters.batch_norm else 1
        rows = [per_hidden_layer] * len(hyperparameters.hidden_units) + [1]
        self._weight_shapes = list(zip(self.sizes, self.sizes[1:], strict=False))
        self._bias_shapes = list(zip(rows, self.sizes[1:], strict=True))
        self._moment_shapes = [shape for shape in self._bias_shapes if shape[0] == 2]
        self.n_weights = _size(self._weight_shapes)
        shapes = (
            (len(seeds), self.n_weights + _size(self._bias_shapes)),
            (len(seeds), _size(self._moment_shapes)),
        )
        if initial is not None:  # before memory of these sizes is allocated
            for array, shape in zip(initial, shapes, strict=True):
                if array.shape != shape or array.dtype != dtype:
                    raise ValueError(
                        f"parameters and running_stats must be {dtype} of the shapes {shapes}; "
                        f"found {array.dtype} of the shape {array.shape}"
                    )
        self.parameters, self.running_stats = (cache_aligned(shape, dtype) for shape in shapes)
        if initial is None:
            self._initialise(seeds)
        else:
            self.parameters[:], self.running_stats[:] = initial

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of every number in it: float32 or float64."""
        return self.parameters.dtype

    def views(self, flat: Array) -> Views:
        """The parts of :attr:`parameters`, or of an array laid out alike."""
        weights, biases = flat[:, : self.n_weights], flat[:, self.n_weights :]
        return Views(_views(weights, self._weight_shapes), _views(biases, self._bias_shapes))

    def moments(self, flat: Array) -> list[Array]:
        """The parts of :attr:`running_stats`, or of an array laid out alike.

        Returns:
            For every layer with batch normalisation, means and variances, (networks, 2, units).
        """
        return _views(flat, self._moment_shapes)

    def _initialise(self, seeds: Sequence[int]) -> None:
        weights, biases = self.views(self.parameters)
        gain = load_activation(self.hyperparameters.activation).variance_gain
        for network, seed in enumerate(seeds):
            rng = np.random.default_rng([seed, 0])
            for layer in weights:
                variance = (gain if layer is not weights[-1] else 1) / layer.shape[1]
                draw = rng.standard_normal(layer.shape[1:])  # the same numbers for any dtype
                layer[network] = draw * math.sqrt(variance)
        for pair in (*biases, *self.moments(self.running_stats)):
            pair[:, 1:] = 1  # the scales γ, and the variances


def _size(shapes: Iterable[tuple[int, ...]]) -> int:
    return sum(map(math.prod, shapes))


def _views(flat: Array, shapes: Iterable[tuple[int, ...]]) -> list[Array]:
    """Consecutive parts of every row of ``flat`` as arrays (networks, *shape), without a copy."""
    views, start = [], 0
    for shape in shapes:
        end = start + math.prod(shape)
        views.append(flat[:, start:end].reshape(len(flat), *shape))
        start = end
    return views
