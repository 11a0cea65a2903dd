"""Passes of rows through the network: forward and backward for training, only forward for evaluation.

A pass is created for a fixed number of rows. It keeps all arrays that it needs and the layers
bound to them, so that running it creates none.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from hpsearch.data.arrays import Array, cache_aligned
from hpsearch.network.activations import load_activation
from hpsearch.network.layers import (
    BATCH_NORM_EPSILON,
    Layer,
    affine,
    batch_norm,
    dropout,
    log_softmax,
    product,
    softmax_cross_entropy,
)
from hpsearch.network.mlp import MLP

EVALUATION_ROWS = 128
"""Rows evaluated at a time; a shorter last block is padded with rows whose predictions are ignored."""


class TrainingPass:
    """The loss over a mini-batch and its gradient, in training mode.

    Args:
        network: Its parameters are read; its running statistics are updated.
        rows: The size of the mini-batch.
        gradient: The array for the gradient, laid out as ``network.parameters``.
        generators: The generators for dropout, one per network; may be replaced between runs.
    """

    def __init__(
        self, network: MLP, rows: int, gradient: Array, generators: list[np.random.Generator]
    ) -> None:
        stack, classes, dtype = len(network.parameters), network.sizes[-1], network.dtype
        smoothing = network.hyperparameters.label_smoothing
        self._network, self._gradient, self._generators = network, gradient, generators
        self._index, self._labels = np.empty((2, stack, rows), np.intp)
        self._x = cache_aligned((stack, rows, network.sizes[0]), dtype)
        self._targets = cache_aligned((classes, stack, rows), dtype)
        self._target_of = ((1 - smoothing) * np.eye(classes) + smoothing / classes).astype(dtype)
        self._loss = np.zeros((stack, 1, 1), dtype)
        self._statistics = np.zeros_like(network.running_stats)
        self._past = np.array(network.hyperparameters.batch_norm_momentum, dtype)
        self._present = self._weights_of_statistics(rows)
        self._layers = self._bind()

    def _weights_of_statistics(self, rows: int) -> Array:
        """The weight of a mini-batch's means and (unbiased) variances in the running statistics."""
        present = np.full_like(self._network.running_stats, 1 - self._past)
        for moments in self._network.moments(present):
            moments[:, 1] *= rows / max(rows - 1, 1)
        return present

    def _bind(self) -> list[Layer]:
        """Create the layers, from the first to the loss."""
        network, chosen = self._network, self._network.hyperparameters
        weights, biases = network.views(network.parameters)
        dweights, dbiases = network.views(self._gradient)
        statistics = network.moments(self._statistics)
        activation = load_activation(chosen.activation)
        layers: list[Layer] = []
        x, dx = self._x, None
        for i, units in enumerate(chosen.hidden_units):
            z, a, da = (cache_aligned((*x.shape[:2], units), x.dtype) for _ in range(3))
            if chosen.batch_norm:
                layers.append(affine(x, weights[i], None, z, da, dweights[i], None, dx))
                layers.append(batch_norm(z, biases[i], statistics[i], a, da, dbiases[i]))
            else:
                layers.append(affine(x, weights[i], biases[i], a, da, dweights[i], dbiases[i], dx))
            layers.append(activation.bind(a, da))
            x, dx = a, da
            if chosen.dropout:
                x = cache_aligned(a.shape, a.dtype)
                layers.append(dropout(a, x, da, chosen.dropout, self._generators))
        z, dz = (cache_aligned((len(x), network.sizes[-1], x.shape[1]), x.dtype) for _ in range(2))
        z_by_row, dz_by_row = z.swapaxes(1, 2), dz.swapaxes(1, 2)
        layers.append(affine(x, weights[-1], biases[-1], z_by_row, dz_by_row, dweights[-1], dbiases[-1], dx))
        layers.append(softmax_cross_entropy(z, self._targets.swapaxes(0, 1), self._loss, dz))
        return layers

    def forward(self, x: Array, y: Array, index: Array) -> list[float]:
        """The mean loss of each network over its mini-batch.

        Args:
            x: Features of all rows, (all rows, features).
            y: Classes of all rows, (all rows,).
            index: The rows of each network's mini-batch, (networks, rows).
        """
        np.copyto(self._index, index)
        # mode="clip" writes directly into the output; the default makes a copy first.
        x.take(self._index, 0, self._x, "clip")
        y.take(self._index, 0, self._labels, "clip")
        self._target_of.take(self._labels, 1, self._targets, "clip")
        for layer in self._layers:
            layer.forward()
        running = self._network.running_stats
        if running.size:
            np.multiply(running, self._past, running)
            np.multiply(self._statistics, self._present, self._statistics)
            np.add(running, self._statistics, running)
        losses: list[float] = self._loss.ravel().tolist()
        return losses

    def backward(self) -> None:
        """Compute the gradient of the last loss."""
        for layer in reversed(self._layers):
            layer.backward()


class EvaluationPass:
    """The probability of every class, in evaluation mode.

    Dropout drops nothing, and batch normalisation uses the running statistics, so it is an affine map that
    is folded into the weights. The prediction for a row does not depend on the other rows.
    """

    def __init__(self, network: MLP) -> None:
        self._network = network
        self._weights, biases = network.views(np.zeros_like(network.parameters))
        self._biases = [bias[:, :1] for bias in biases]
        self._x = cache_aligned((1, EVALUATION_ROWS, network.sizes[0]), network.dtype)
        self._z = cache_aligned((len(network.parameters), network.sizes[-1], EVALUATION_ROWS), network.dtype)
        self._steps = self._bind()

    def _bind(self) -> list[Callable[[], object]]:
        """Create the steps from the features to the log-probabilities."""
        activation = load_activation(self._network.hyperparameters.activation)
        steps, x = list[Callable[[], object]](), self._x
        *hidden, (weights, bias) = zip(self._weights, self._biases, strict=True)
        for hidden_weights, hidden_bias in hidden:
            a = cache_aligned((len(weights), EVALUATION_ROWS, hidden_weights.shape[2]), x.dtype)
            steps.append(product(x, hidden_weights, a))
            steps.append(partial(np.add, a, hidden_bias, a))
            steps.append(activation.bind(a, a).forward)
            x = a
        z = self._z.swapaxes(1, 2)
        steps.append(product(x, weights, z))
        steps.append(partial(np.add, z, bias, z))
        steps.append(partial(log_softmax, self._z))
        return steps

    def log_probabilities(self, x: Array) -> Array:
        """The logarithm of every class's probability, (networks, rows, classes).

        Args:
            x: (rows, features).
        """
        result = np.empty((len(self._z), len(x), self._network.sizes[-1]), self._network.dtype)
        with np.errstate(all="ignore"):
            self._fold()
            for start in range(0, len(x), EVALUATION_ROWS):
                block = x[start : start + EVALUATION_ROWS]
                self._x[0, : len(block)] = block
                for step in self._steps:
                    step()
                result[:, start : start + len(block)] = self._z.swapaxes(1, 2)[:, : len(block)]
        return result

    def _fold(self) -> None:
        """Fold batch normalisation into the weights: γ (A W − μ) / σ + β = A (W γ/σ) + (β − μ γ/σ)."""
        weights, biases = self._network.views(self._network.parameters)
        moments = self._network.moments(self._network.running_stats)
        for i, (own_weights, own_bias) in enumerate(zip(self._weights, self._biases, strict=True)):
            if biases[i].shape[1] == 1:
                own_weights[:], own_bias[:] = weights[i], biases[i]
            else:
                mean, variance = moments[i][:, :1], moments[i][:, 1:]
                slope = biases[i][:, 1:] / np.sqrt(variance + variance.dtype.type(BATCH_NORM_EPSILON))
                np.multiply(weights[i], slope, own_weights)
                np.subtract(biases[i][:, :1], mean * slope, own_bias)
