"""Figures about the inside of a network in training, layer by layer.

Nothing here takes part in training: the figures are computed between epochs, on a copy, on request.
"""

import math
from dataclasses import dataclass

import numpy as np

from hpsearch.data.arrays import Array
from hpsearch.network.activations import load_activation
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.layers import BATCH_NORM_EPSILON
from hpsearch.network.mlp import MLP
from hpsearch.network.passes import TrainingPass
from hpsearch.network.train import Training

ROWS = 256
"""How many rows of the training split are used: the first ones."""


@dataclass(frozen=True, slots=True)
class LayerFigures:
    """One layer of one network; the last layer is the softmax layer.

    Attributes:
        gradient_norm: ‖∂L/∂W‖, for the mean loss over the rows.
        weight_norm: ‖W‖.
        update_ratio: ‖ΔW‖ / ‖W‖, the change since the previous figures relative to the weights; None for
            the first figures.
        z_mean: The mean of Z over the rows for every unit, before batch normalisation; (units,).
        z_std: The standard deviation of Z for every unit; (units,).
        input_mean: The mean of the activation's input for every unit: Z after batch normalisation, or Z
            itself without it; (units,).
        input_std: The standard deviation of that input for every unit; (units,).
        dead: The share of units whose activation has no slope on any row: A is 0 on all of them (ReLU), or
            does not change at all. None for the softmax layer.
    """

    gradient_norm: float
    weight_norm: float
    update_ratio: float | None
    z_mean: Array
    z_std: Array
    input_mean: Array
    input_std: Array
    dead: float | None

    def summary(self) -> dict[str, float | None]:
        """One number for each: for Z, the root mean square of the units' means, and their mean deviation."""
        return {
            "gradient_norm": self.gradient_norm,
            "weight_norm": self.weight_norm,
            "update_ratio": self.update_ratio,
            "z_mean": float(np.sqrt(np.mean(np.square(self.z_mean, dtype=np.float64)))),
            "z_std": float(np.mean(self.z_std, dtype=np.float64)),
            "dead": self.dead,
        }


class Diagnostics:
    """Computes figures of a training, and compares its weights with those of the previous call.

    Args:
        rows: The number of rows to use.
    """

    def __init__(self, rows: int = ROWS) -> None:
        self._rows = rows
        self._before: list[Array] = []

    def take(self, training: Training, which: int = 0) -> list[LayerFigures]:
        """The figures of every layer, from the first to the softmax layer.

        Args:
            training: A training between two epochs; it is unchanged.
            which: The index of the network's seed.
        """
        dataset, network = training.dataset, _copy(training, which)
        x, labels = dataset.x_train[: self._rows], dataset.y_train[: self._rows]
        with np.errstate(all="ignore"):
            seen = inside(network, x)
            gradients = _gradients(network, x, labels)
        weights = [layer[0].copy() for layer in network.views(network.parameters).weights]
        before = self._before if [w.shape for w in self._before] == [w.shape for w in weights] else None
        self._before = weights
        figures = []
        for layer, (w, gradient, (z, y, a)) in enumerate(zip(weights, gradients, seen, strict=True)):
            change = None if before is None else _norm(w - before[layer]) / max(_norm(w), 1e-300)
            dead = None if a is None else float(np.mean(np.ptp(a, axis=0) == 0))
            moments = z.mean(axis=0), z.std(axis=0), y.mean(axis=0), y.std(axis=0)
            figures.append(LayerFigures(_norm(gradient), _norm(w), change, *moments, dead))
        return figures


def _norm(array: Array) -> float:
    return math.sqrt(float(np.sum(np.square(array, dtype=np.float64))))


def _copy(training: Training, which: int) -> MLP:
    own, dataset = slice(which, which + 1), training.dataset
    initial = training.network.parameters[own], training.network.running_stats[own]
    plain = {**training.hyperparameters.to_json(), "dropout": 0.0}
    return MLP(
        dataset.features, dataset.n_classes, Hyperparameters.from_json(plain), (0,), dataset.dtype, initial
    )


def inside(network: MLP, x: Array) -> list[tuple[Array, Array, Array | None]]:
    """Some rows passed through the layers in training mode, with batch normalisation by their own statistics.

    Args:
        network: A network with one seed.
        x: The rows, (rows, features).

    Returns:
        For every layer: Z, the activation's input, and A, (rows, units); A is None for the softmax layer.
    """
    activation = load_activation(network.hyperparameters.activation)
    weights, biases = network.views(network.parameters)
    layers: list[tuple[Array, Array, Array | None]] = []
    for (w,), (bias,) in zip(weights[:-1], biases[:-1], strict=True):
        z = x @ w if len(bias) == 2 else x @ w + bias
        y = z
        if len(bias) == 2:  # the shift β and the scale γ of batch normalisation
            shift, scale = bias
            y = (
                scale * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + z.dtype.type(BATCH_NORM_EPSILON))
                + shift
            )
        a = np.ascontiguousarray(y[None], dtype=network.dtype).copy()
        activation.bind(a, np.zeros_like(a)).forward()
        (x,) = a
        layers.append((z, y, x))
    (w,), (bias,) = weights[-1], biases[-1]
    z = x @ w + bias
    return [*layers, (z, z, None)]


def _gradients(network: MLP, x: Array, y: Array) -> list[Array]:
    """∂L/∂W of every layer; changes the running statistics of ``network``."""
    gradient = np.zeros_like(network.parameters)
    step = TrainingPass(network, len(x), gradient, [])
    step.forward(x, y, np.arange(len(x))[None])
    step.backward()
    return [layer[0] for layer in network.views(gradient).weights]
