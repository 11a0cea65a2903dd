"""Tests of the whole network, forward and backward."""

import tracemalloc
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.network.activations import ACTIVATIONS
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.mlp import MLP
from hpsearch.network.optimizers import OPTIMIZERS, optimizer_class
from hpsearch.network.passes import EVALUATION_ROWS, EvaluationPass, TrainingPass

FLOAT64, FLOAT32 = np.dtype(np.float64), np.dtype(np.float32)


def make(values: dict[str, Any], rows: int, features: int = 3, classes: int = 3, stack: int = 1) -> Any:
    """A network, the array for its gradient, a training pass, and dropout's generators."""
    network = MLP(features, classes, Hyperparameters.from_values(values), range(stack), FLOAT64)
    gradient = np.zeros_like(network.parameters)
    generators = [np.random.default_rng(seed) for seed in range(stack)]
    return network, gradient, TrainingPass(network, rows, gradient, generators), generators


def data(rows: int, features: int = 3, classes: int = 3) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Features and classes."""
    x = np.random.default_rng(5).standard_normal((rows, features))
    return x, np.arange(rows) % classes


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    "values",
    [
        {"hidden_layers": 0},
        {"hidden_layers": 2, "batch_norm": True},
        {"hidden_layers": 2, "batch_norm": False},
        {"hidden_layers": 2, "label_smoothing": 0.1},
        {"hidden_layers": 2, "dropout": 0.4},
    ],
    ids=str,
)
def test_gradient_is_a_central_difference(values: dict[str, Any], activation: str) -> None:
    """The gradient of every parameter is the slope of the loss, in both networks of a stack."""
    stack, rows = 2, 6
    values = {"hidden_units": 4, "activation": activation, **values}
    network, gradient, step, generators = make(values, rows, stack=stack)
    network.parameters += np.random.default_rng(3).standard_normal(network.parameters.shape) / 5
    x, y = data(rows)
    index = np.stack([np.arange(rows), np.arange(rows)[::-1]])

    def loss(which: int) -> float:
        generators[:] = [np.random.default_rng(seed) for seed in range(stack)]  # the same dropout every time
        return float(step.forward(x, y, index)[which])

    loss(0)
    step.backward()
    own = gradient.copy()
    for which, position in np.ndindex(*network.parameters.shape):
        kept = network.parameters[which, position]
        network.parameters[which, position] = kept + 1e-6
        above = loss(which)
        network.parameters[which, position] = kept - 1e-6
        below = loss(which)
        network.parameters[which, position] = kept
        assert own[which, position] == pytest.approx((above - below) / 2e-6, abs=2e-8)


def test_a_calculation_by_hand() -> None:
    """Loss and gradients of a network small enough to work out on paper.

    Four rows with Z = x₁ + x₂ = (0, 0, 2, 2) have mean 1 and variance 1, so X̂ = (−1, −1, 1, 1); with γ = 1
    and β = 2, A = (1, 1, 3, 3). The logits are (0, A), so the second class has the probability
    s(1) = 0.731059 or s(3) = 0.952574, where s(a) = 1 / (1 + e⁻ᵃ). The labels are (0, 1, 1, 1).
    """
    network, gradient, step, _ = make({"hidden_layers": 1, "hidden_units": 1}, rows=4, features=2, classes=2)
    (hidden, output), (affine, bias) = network.views(network.parameters)
    hidden[0], affine[0] = [[1.0], [1.0]], [[2.0], [1.0]]
    output[0], bias[0] = [[0.0, 1.0]], [[0.0, 0.0]]
    x, y = np.array([[0.0, 0.0], [1.0, -1.0], [2.0, 0.0], [0.0, 2.0]]), np.array([0, 1, 1, 1])

    (loss,) = step.forward(x, y, np.arange(4)[None])
    step.backward()

    # The losses of the rows: log(1 + e), log(1 + e⁻¹), and twice log(1 + e⁻³).
    assert loss == pytest.approx((1.313262 + 0.313262 + 2 * 0.048587) / 4, abs=1e-5)
    # ∂L/∂logit of the second class: (s(1), s(1) − 1, s(3) − 1, s(3) − 1) / 4.
    top = np.array([0.731059, -0.268941, -0.047426, -0.047426]) / 4
    (dhidden, doutput), (daffine, dbias) = network.views(gradient)
    np.testing.assert_allclose(dbias[0, 0], [-top.sum(), top.sum()], atol=1e-6)
    np.testing.assert_allclose(doutput[0, 0], [-0.044391, 0.044391], atol=1e-5)  # Σ A · top
    np.testing.assert_allclose(daffine[0].ravel(), [0.091817, -0.139242], atol=1e-5)  # Σ top, Σ top · X̂
    # dZ = top − 0.022954 + 0.034811 · X̂ = (1/8, −1/8, 0, 0), and dW = Xᵀ dZ.
    np.testing.assert_allclose(dhidden[0].ravel(), [-0.125, 0.125], atol=1e-5)
    # The running statistics move a tenth of the way to mean 1 and unbiased variance 4/3.
    np.testing.assert_allclose(network.running_stats, [[0.1, 0.9 + 0.1 * 4 / 3]], atol=1e-12)


@pytest.mark.parametrize(
    "values", [{}, {"batch_norm": False}, {"dropout": 0.5, "weight_decay": 0.1}], ids=str
)
@pytest.mark.parametrize(
    ("optimizer", "activation"),
    [*((name, "relu") for name in OPTIMIZERS), *(("adam", name) for name in ACTIVATIONS)],
)
def test_a_step_allocates_no_array(values: dict[str, Any], optimizer: str, activation: str) -> None:
    """A hundred steps do not grow memory, and never use 64 KiB more than before.

    The test runner has a thread of its own, which may store a message meanwhile. A step that allocates does
    so in every round, so the least of three rounds counts.
    """
    choices = {"optimizer": optimizer, "activation": activation}
    chosen = Hyperparameters.from_values({"hidden_units": 200, **choices, **values})
    network = MLP(100, 10, chosen, (0,), FLOAT32)
    gradient = np.zeros_like(network.parameters)
    step = TrainingPass(network, 128, gradient, [np.random.default_rng(0)])
    moves = optimizer_class(optimizer)(network.parameters, gradient, network.n_weights, chosen)
    x, y = data(1000, 100, 10)
    x, order = x.astype(np.float32), np.random.default_rng(0).permutation(1000)[None]

    def train(steps: int) -> None:
        for start in range(steps):
            step.forward(x, y, order[:, start : start + 128])
            step.backward()
            moves.step(1e-3)

    train(3)
    peaks, growths = [], []
    tracemalloc.start()
    try:
        for _ in range(3):
            before, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            train(100)
            after, peak = tracemalloc.get_traced_memory()
            peaks.append(peak - before)
            growths.append(after - before)
    finally:
        tracemalloc.stop()
    assert min(peaks) < 64 * 1024
    assert min(growths) < 1024


@pytest.mark.parametrize("values", [{}, {"batch_norm": False}, {"hidden_layers": 0}], ids=str)
def test_predictions_do_not_depend_on_the_rows_beside(values: dict[str, Any]) -> None:
    """Other rows do not change a row's prediction; its place affects at most the rounding."""
    network = MLP(30, 10, Hyperparameters.from_values(values), (0,), FLOAT32)
    x = data(2 * EVALUATION_ROWS + 7, 30)[0].astype(np.float32)
    evaluation = EvaluationPass(network)
    together = evaluation.log_probabilities(x)[0]
    for row in (0, 17, EVALUATION_ROWS - 1, EVALUATION_ROWS, len(x) - 1):
        others = np.full_like(x, np.nan)
        others[row] = x[row]
        np.testing.assert_array_equal(evaluation.log_probabilities(others)[0, row], together[row])
        alone = evaluation.log_probabilities(x[row : row + 1])[0, 0]
        np.testing.assert_allclose(alone, together[row], rtol=1e-5)


@pytest.mark.parametrize("batch_norm", [True, False])
def test_evaluation_uses_the_running_statistics(batch_norm: bool) -> None:
    """Evaluation mode is the textbook network with the running mean and variance."""
    network, _, step, _ = make({"hidden_units": 5, "batch_norm": batch_norm, "activation": "tanh"}, rows=8)
    x, y = data(8)
    for _ in range(3):
        step.forward(x, y, np.arange(8)[None])
    weights, biases = network.views(network.parameters)
    moments = network.moments(network.running_stats)
    a = x
    for layer in range(2):
        z = a @ weights[layer][0]
        if batch_norm:
            (mean, variance), (shift, scale) = moments[layer][0], biases[layer][0]
            a = np.tanh((z - mean) / np.sqrt(variance + 1e-5) * scale + shift)
        else:
            a = np.tanh(z + biases[layer][0])
    logits = a @ weights[2][0] + biases[2][0]
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.exp(EvaluationPass(network).log_probabilities(x)[0]), expected, rtol=1e-12)


def test_parameters_are_views_of_one_array() -> None:
    """Every weight, bias, shift and scale is in the flat array, and every number in it is in one of them."""
    network = MLP(7, 4, Hyperparameters.from_values({"hidden_units": 5}), (0, 1), FLOAT64)
    network.parameters[:] = np.arange(network.parameters.size).reshape(network.parameters.shape)
    weights, biases = network.views(network.parameters)
    assert all(np.shares_memory(view, network.parameters) for view in (*weights, *biases))
    seen = np.concatenate([view[1].ravel() for view in (*weights, *biases)])
    np.testing.assert_array_equal(seen, network.parameters[1])


@pytest.mark.parametrize(("activation", "hidden"), [("relu", 2), ("tanh", 1)])
def test_first_weights_have_the_variance_of_their_source(activation: str, hidden: int) -> None:
    """The variance is 2 / inputs before relu, and 1 / inputs before tanh and in the output layer."""
    chosen = Hyperparameters.from_values({"hidden_units": 300, "activation": activation})
    weights, _ = (network := MLP(400, 300, chosen, (0,), FLOAT64)).views(network.parameters)
    inputs = [first for first, _ in pairwise(network.sizes)]
    for layer, gain, count in zip(weights, (hidden, hidden, 1), inputs, strict=True):
        assert layer.var() == pytest.approx(gain / count, rel=0.02)


def test_first_weights_do_not_depend_on_the_type() -> None:
    """Single and double precision start from the same draw."""
    chosen = Hyperparameters.from_values({})
    double, single = (MLP(8, 3, chosen, (4,), dtype).parameters for dtype in (FLOAT64, FLOAT32))
    np.testing.assert_array_equal(double.astype(np.float32), single)
