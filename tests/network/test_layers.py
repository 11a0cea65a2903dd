"""Tests of every layer and its derivative."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.network.layers import (
    BATCH_NORM_EPSILON,
    Layer,
    affine,
    batch_norm,
    cache_aligned,
    dropout,
    log_softmax,
    product,
    softmax_cross_entropy,
)

Array = NDArray[np.float64]

STACK, ROWS, INPUTS, UNITS = 2, 5, 3, 4


def draw(*shape: int, seed: int = 0) -> Array:
    """Some numbers."""
    return np.random.default_rng(seed).standard_normal(shape)


def central_difference(loss: Callable[[], float], parameter: Array, step: float = 1e-6) -> Array:
    """The derivative of ``loss`` by every element of ``parameter``, from its values on both sides."""
    derivative = np.zeros_like(parameter)
    for index in np.ndindex(*parameter.shape):
        kept = parameter[index]
        parameter[index] = kept + step
        above = loss()
        parameter[index] = kept - step
        below = loss()
        parameter[index] = kept
        derivative[index] = (above - below) / (2 * step)
    return derivative


def test_affine_gradients_are_central_differences() -> None:
    """The gradients of inputs, weights and bias are the slopes of the loss."""
    x, weights, bias = draw(STACK, ROWS, INPUTS), draw(STACK, INPUTS, UNITS), draw(STACK, 1, UNITS)
    z, dz = np.zeros((STACK, ROWS, UNITS)), draw(STACK, ROWS, UNITS, seed=1)
    dx, dweights, dbias = np.zeros_like(x), np.zeros_like(weights), np.zeros_like(bias)
    layer = affine(x, weights, bias, z, dz, dweights, dbias, dx)

    def loss() -> float:
        layer.forward()
        return float(np.sum(z * dz))

    loss()
    layer.backward()
    for parameter, gradient in ((x, dx), (weights, dweights), (bias, dbias)):
        np.testing.assert_allclose(gradient, central_difference(loss, parameter), atol=1e-8)


def test_batch_norm_gradients_are_central_differences() -> None:
    """The gradients of inputs, shift and scale are the slopes of the loss, through mean and variance too."""
    inputs, affine_ = draw(STACK, ROWS, UNITS), draw(STACK, 2, UNITS, seed=1)
    weights = draw(STACK, ROWS, UNITS, seed=2)
    z, y, dy = np.zeros_like(inputs), np.zeros_like(inputs), np.zeros_like(inputs)
    statistics, daffine = np.zeros_like(affine_), np.zeros_like(affine_)
    layer = batch_norm(z, affine_, statistics, y, dy, daffine)

    def loss() -> float:
        z[:] = inputs
        layer.forward()
        return float(np.sum(y * weights))

    loss()
    dy[:] = weights
    layer.backward()
    np.testing.assert_allclose(daffine, central_difference(loss, affine_), atol=1e-7)
    np.testing.assert_allclose(dy, central_difference(loss, inputs), atol=1e-7)


def test_batch_norm_normalises_over_the_rows() -> None:
    """With scale 1 and shift 0 every unit has mean 0 and variance 1, apart from ε."""
    z = 3 + 5 * draw(1, 50, UNITS)
    inputs, y, statistics = z.copy(), np.zeros_like(z), np.zeros((1, 2, UNITS))
    affine_ = np.stack([np.zeros((1, UNITS)), np.ones((1, UNITS))], axis=1)
    batch_norm(z, affine_, statistics, y, y, np.zeros_like(affine_)).forward()
    np.testing.assert_allclose(y.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=1) * (1 + BATCH_NORM_EPSILON / inputs.var(axis=1)), 1)
    np.testing.assert_allclose(statistics[:, 0], inputs.mean(axis=1))
    np.testing.assert_allclose(statistics[:, 1], inputs.var(axis=1))


def dropout_layer(share: float) -> tuple[Layer, Array, Array]:
    """A layer over ones, with its output and the gradient of it."""
    a, y, dy = np.ones((1, 400, 50)), np.zeros((1, 400, 50)), np.ones((1, 400, 50))
    return dropout(a, y, dy, share, [np.random.default_rng(0)]), y, dy


def test_dropout_keeps_the_mean() -> None:
    """The share is dropped, and the others are scaled so that the mean stays."""
    layer, y, _ = dropout_layer(0.3)
    layer.forward()
    assert np.mean(y == 0) == pytest.approx(0.3, abs=0.01)
    np.testing.assert_allclose(y[y != 0], 1 / 0.7)


def test_dropout_drops_the_same_gradients() -> None:
    """Elements dropped in the forward pass get no gradient in the backward pass."""
    layer, y, dy = dropout_layer(0.5)
    layer.forward()
    layer.backward()
    np.testing.assert_array_equal(dy, y)


def test_dropout_draws_anew_every_time() -> None:
    """Two runs drop different elements."""
    layer, y, _ = dropout_layer(0.5)
    layer.forward()
    first = y.copy()
    layer.forward()
    assert (first != y).any()


def loss_layer(z: Array, targets: Array) -> tuple[Layer, Array, Array]:
    """A layer with its loss and the gradient of its logits."""
    loss, dz = np.zeros((len(z), 1, 1)), np.zeros_like(z)
    return softmax_cross_entropy(z, targets, loss, dz), loss, dz


def test_softmax_cross_entropy_gradient_is_a_central_difference() -> None:
    """The gradient of the logits is the slope of the mean loss, for soft targets too."""
    logits = draw(STACK, 3, ROWS)
    targets = np.random.default_rng(1).dirichlet(np.ones(3), (STACK, ROWS)).swapaxes(1, 2)
    z = np.zeros_like(logits)
    layer, loss, dz = loss_layer(z, targets)

    def total() -> float:
        z[:] = logits
        layer.forward()
        return float(loss.sum())

    total()
    layer.backward()
    np.testing.assert_allclose(dz.copy(), central_difference(total, logits), atol=1e-8)


def test_softmax_cross_entropy_survives_huge_logits() -> None:
    """Logits of a thousand give the formula's loss, without overflow."""
    z = np.array([[[1000.0], [0.0], [-1000.0]]])
    layer, loss, dz = loss_layer(z, np.array([[[0.0], [1.0], [0.0]]]))
    layer.forward()
    layer.backward()
    assert loss.item() == pytest.approx(1000)
    np.testing.assert_allclose(dz.ravel(), [1, -1, 0])


def test_log_softmax_gives_probabilities() -> None:
    """The exponentials add up to 1, whatever the size of the logits."""
    z = draw(STACK, 3, ROWS) * 100
    expected = np.exp(z - z.max(axis=1, keepdims=True))
    log_softmax(z)
    np.testing.assert_allclose(np.exp(z).sum(axis=1), 1)
    np.testing.assert_allclose(np.exp(z), expected / expected.sum(axis=1, keepdims=True), atol=1e-15)


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("shape", [(64, 64, 64), (33, 17, 10), (1, 64, 30), (5, 300, 1)])
def test_a_product_alone_has_the_bits_of_a_product_in_a_stack(
    shape: tuple[int, int, int], transposed: bool
) -> None:
    """The two ways to compute a matrix product agree to the last bit."""
    rows, inner, columns = shape
    a, b = draw(3, rows, inner).astype(np.float32), draw(3, inner, columns, seed=1).astype(np.float32)
    shape_of = (lambda n: (n, columns, rows)) if transposed else (lambda n: (n, rows, columns))
    outs = [cache_aligned(shape_of(n), np.dtype(np.float32)) for n in (3, 1, 1, 1)]
    views = [out.swapaxes(1, 2) if transposed else out for out in outs]
    product(a, b, views[0])()
    for network in range(3):
        product(a[network : network + 1], b[network : network + 1], views[1 + network])()
        np.testing.assert_array_equal(views[0][network], views[1 + network][0])


def test_arrays_start_at_a_cache_line() -> None:
    """Fresh arrays are aligned to 64 bytes, whatever their shape."""
    for length in range(1, 40):
        assert cache_aligned((length, 3), np.dtype(np.float32)).ctypes.data % 64 == 0
