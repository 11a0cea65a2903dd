"""The network: its parameters, the gradient of its loss, and its predictions.

Hidden layer l computes A = activation(γ (Z − μ) / σ + β) of Z = A₋₁ W, or A = activation(A₋₁ W + b) without
batch normalisation; softmax of A W + b follows the last. With no hidden layer it is softmax regression.

All parameters lie in one flat array, the weights first; so do their gradients, and the moving averages of
batch normalisation. The layers work on views. As in :mod:`~hpsearch.network.layers`, the leading axis of
every array is for networks that train side by side and differ by their seeds alone.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.layers import (
    ACTIVATION_LAYERS,
    BATCH_NORM_EPSILON,
    Layer,
    affine,
    cache_aligned,
    batch_norm,
    dropout,
    log_softmax,
    softmax_cross_entropy,
)

Array = NDArray[Any]

_EVALUATION_ROWS = 256
"""Rows evaluated at a time, always as many, so that a row's prediction has the same bits in any company."""


class MLP:
    """Networks of one shape that differ by their seeds alone.

    Attributes:
        sizes: The number of features, of the units of every hidden layer, and of classes.
        parameters: (networks, parameters), the weights first.
        averages: Moving averages of batch normalisation, (networks, 2 × hidden units).
        weights: Per layer, (networks, inputs, units); a view of ``parameters``.
        shifts: Per layer, a view of ``parameters``: the shift β and the scale γ of batch normalisation,
            (networks, 2, units), or the bias, (networks, 1, units).
        moments: Per layer with batch normalisation, the averages of mean and variance, (networks, 2, units).
    """

    def __init__(
        self,
        features: int,
        classes: int,
        hyperparameters: Hyperparameters,
        seeds: Sequence[int],
        dtype: np.dtype[Any],
    ) -> None:
        self.hyperparameters = hyperparameters
        self.sizes = (features, *hyperparameters.hidden_units, classes)
        weight_shapes = list(zip(self.sizes, self.sizes[1:], strict=False))
        rows = [2 if hyperparameters.batch_norm else 1] * len(hyperparameters.hidden_units) + [1]
        shift_shapes = list(zip(rows, self.sizes[1:], strict=True))
        moment_shapes = [shape for shape in shift_shapes if shape[0] == 2]
        self.n_weights = _size(weight_shapes)
        self.parameters = cache_aligned((len(seeds), self.n_weights + _size(shift_shapes)), dtype)
        self.averages = cache_aligned((len(seeds), _size(moment_shapes)), dtype)
        self._weight_shapes, self._shift_shapes, self._moment_shapes = (
            weight_shapes,
            shift_shapes,
            moment_shapes,
        )
        self.weights, self.shifts = self.views(self.parameters)
        self.moments = self.moment_views(self.averages)
        self._initialise(seeds)

    def views(self, flat: Array) -> tuple[list[Array], list[Array]]:
        """The parts of a flat array laid out as :attr:`parameters`: as ``weights``, and as ``shifts``."""
        weights, shifts = flat[:, : self.n_weights], flat[:, self.n_weights :]
        return _views(weights, self._weight_shapes), _views(shifts, self._shift_shapes)

    def moment_views(self, flat: Array) -> list[Array]:
        """The parts of a flat array laid out as :attr:`averages`."""
        return _views(flat, self._moment_shapes)

    def _initialise(self, seeds: Sequence[int]) -> None:
        """Draw the weights: He et al. (2015) before relu and its like, LeCun et al. (1998) elsewhere."""
        rectified = self.hyperparameters.activation in ("relu", "leaky_relu")
        for network, seed in enumerate(seeds):
            rng = np.random.default_rng([seed, 0])
            for layer, weights in enumerate(self.weights):
                gain = 2.0 if rectified and layer < len(self.weights) - 1 else 1.0
                draw = rng.standard_normal(weights.shape[1:])  # in double precision whatever the dtype
                weights[network] = draw * math.sqrt(gain / weights.shape[1])
        for shift in self.shifts:
            shift[:, 1:] = 1.0
        for moment in self.moments:
            moment[:, 1:] = 1.0

    def log_probabilities(self, x: Array) -> Array:
        """The logarithm of every class's probability, (networks, rows, classes), in evaluation mode.

        Batch normalisation uses the moving averages, so it is an affine map and goes into the weights; a
        row's prediction does not depend, to the last bit, on the rows beside it.

        Args:
            x: (rows, features).
        """
        networks, rows, classes = len(self.parameters), len(x), self.sizes[-1]
        result = np.empty((networks, rows, classes), self.parameters.dtype)
        with np.errstate(all="ignore"):
            layers = [self._evaluated(layer) for layer in range(len(self.weights))]
            for start in range(0, rows, _EVALUATION_ROWS):
                block = x[start : start + _EVALUATION_ROWS]
                count = len(block)
                if count < _EVALUATION_ROWS:
                    block = np.concatenate([block, np.zeros((_EVALUATION_ROWS - count, x.shape[1]), x.dtype)])
                result[:, start : start + count] = self._forward(block, layers)[:, :, :count].swapaxes(1, 2)
        return result

    def _evaluated(self, layer: int) -> tuple[Array, Array]:
        """Weights and bias of a layer in evaluation mode, with its batch normalisation in them."""
        weights, shift = self.weights[layer], self.shifts[layer]
        if shift.shape[1] == 1:
            return weights, shift
        mean, variance = self.moments[layer][:, :1], self.moments[layer][:, 1:]
        slope = shift[:, 1:] / np.sqrt(variance + variance.dtype.type(BATCH_NORM_EPSILON))
        return weights * slope, shift[:, :1] - mean * slope

    def _forward(self, x: Array, layers: Iterable[tuple[Array, Array]]) -> Array:
        """Log-probabilities, (networks, classes, rows), of rows (rows, features)."""
        activate = ACTIVATION_LAYERS[self.hyperparameters.activation]
        *hidden, (weights, bias) = layers
        a = x[None]
        for hidden_weights, hidden_bias in hidden:
            a = np.matmul(a, hidden_weights)
            a += hidden_bias
            activate(a, a).forward()
        z = np.matmul(weights.swapaxes(1, 2), a.swapaxes(1, 2))
        z += bias.swapaxes(1, 2)
        log_softmax(z)
        return z


class Gradient:
    """The loss and its gradient over mini-batches of one size: every array it needs, and the layers bound to them.

    Attributes:
        flat: The gradient, laid out as :attr:`MLP.parameters`, with that of the penalty λ/2 · Σ W².
    """

    def __init__(self, network: MLP, rows: int, flat: Array, generators: list[np.random.Generator]) -> None:
        self.flat = flat
        self._network = network
        self._generators = generators
        stack, dtype, classes = len(network.parameters), network.parameters.dtype, network.sizes[-1]
        smoothing = network.hyperparameters.label_smoothing
        self._index = np.empty((stack, rows), np.intp)
        self._labels = np.empty((stack, rows), np.intp)
        self._x = cache_aligned((stack, rows, network.sizes[0]), dtype)
        self._smoothed = ((1 - smoothing) * np.eye(classes) + smoothing / classes).astype(dtype)
        self._targets = cache_aligned((classes, stack, rows), dtype)
        self._loss = np.empty((stack, 1, 1), dtype)
        self._statistics = np.empty_like(network.averages)
        self._layers = self._bind()
        self._bind_averages(rows)
        self._decayed = network.parameters[:, : network.n_weights]
        self._penalty = np.empty_like(self._decayed)

    def _bind(self) -> list[Layer]:
        """Make the layers, from the first to the loss."""
        network, chosen = self._network, self._network.hyperparameters
        dweights, dshifts = network.views(self.flat)
        statistics = network.moment_views(self._statistics)
        activate = ACTIVATION_LAYERS[chosen.activation]
        layers: list[Layer] = []
        x, dx = self._x, None
        for layer, units in enumerate(chosen.hidden_units):
            z, a, da = (cache_aligned((*x.shape[:2], units), x.dtype) for _ in range(3))
            weights, shift, dshift = network.weights[layer], network.shifts[layer], dshifts[layer]
            if chosen.batch_norm:
                layers.append(affine(x, weights, None, z, da, dweights[layer], None, dx))
                layers.append(batch_norm(z, shift, statistics[layer], a, da, dshift))
            else:
                layers.append(affine(x, weights, shift, a, da, dweights[layer], dshift, dx))
            layers.append(activate(a, da))
            x, dx = a, da
            if chosen.dropout:
                x = cache_aligned(a.shape, a.dtype)
                layers.append(dropout(a, x, da, da, chosen.dropout, self._generators))
        z, dz = (cache_aligned((len(x), network.sizes[-1], x.shape[1]), x.dtype) for _ in range(2))
        by_row, dby_row = z.swapaxes(1, 2), dz.swapaxes(1, 2)
        layers.append(
            affine(x, network.weights[-1], network.shifts[-1], by_row, dby_row, dweights[-1], dshifts[-1], dx)
        )
        layers.append(softmax_cross_entropy(z, self._targets.swapaxes(0, 1), self._loss, dz))
        return layers

    def _bind_averages(self, rows: int) -> None:
        """Weigh the statistics of a mini-batch for the moving averages; a variance is made unbiased."""
        past = self._network.hyperparameters.batch_norm_momentum
        self._past = np.array(past, self._network.averages.dtype)
        self._weight = np.empty_like(self._network.averages)
        for moment in self._network.moment_views(self._weight):
            moment[:, 0] = 1 - past
            moment[:, 1] = (1 - past) * rows / max(rows - 1, 1)

    def loss(self, x: Array, y: Array, index: Array) -> list[float]:
        """The mean loss over a mini-batch, of each network, in training mode.

        Args:
            x: Features of all rows, (all rows, features).
            y: Classes of all rows, (all rows,).
            index: Which rows each network's mini-batch has, (networks, rows).
        """
        np.copyto(self._index, index)
        # mode="clip" writes straight into the output; the default makes a copy first.
        x.take(self._index, 0, self._x, "clip")
        y.take(self._index, 0, self._labels, "clip")
        self._smoothed.take(self._labels, 1, self._targets, "clip")
        for layer in self._layers:
            layer.forward()
        averages = self._network.averages
        if averages.size:
            np.multiply(averages, self._past, averages)
            np.multiply(self._statistics, self._weight, self._statistics)
            np.add(averages, self._statistics, averages)
        losses: list[float] = self._loss.ravel().tolist()
        return losses

    def backward(self) -> None:
        """Compute the gradient of the last loss."""
        for layer in reversed(self._layers):
            layer.backward()
        decay = self._network.hyperparameters.weight_decay
        if decay:
            dweights = self.flat[:, : self._network.n_weights]
            np.multiply(self._decayed, decay, self._penalty)
            np.add(dweights, self._penalty, dweights)


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
