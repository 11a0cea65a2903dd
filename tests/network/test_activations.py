"""Tests of every activation and its derivative."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.network import activations
from hpsearch.network.activations import ACTIVATIONS, load_activation
from tests.network.test_layers import ROWS, STACK, UNITS, central_difference, draw

Array = NDArray[np.float64]

FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "relu": lambda a: np.where(a > 0, a, 0),
    "tanh": np.tanh,
    "leaky_relu": lambda a: np.where(a > 0, a, 0.01 * a),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "gelu": lambda a: a / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (a + 0.044715 * a**3))),
}


def test_every_activation_is_complete() -> None:
    """Every module has a line in the registry, and a formula in these tests."""
    modules = {path.stem for path in Path(activations.__file__).parent.glob("*.py")}
    assert modules - {"__init__", "activation"} == {*ACTIVATIONS}
    assert FUNCTIONS.keys() == {*ACTIVATIONS}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gradients_are_central_differences(name: str) -> None:
    """The gradient through an activation is its slope."""
    inputs, weights = draw(STACK, ROWS, UNITS), draw(STACK, ROWS, UNITS, seed=1)
    a, da = np.zeros_like(inputs), np.zeros_like(inputs)
    layer = load_activation(name).bind(a, da)

    def loss() -> float:
        a[:] = inputs
        layer.forward()
        return float(np.sum(a * weights))

    loss()
    da[:] = weights
    layer.backward()
    np.testing.assert_allclose(da, central_difference(loss, inputs), atol=1e-8)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_the_textbook_functions(name: str) -> None:
    """Every activation computes what its name says."""
    inputs = draw(STACK, ROWS, UNITS) * 3
    a = inputs.copy()
    load_activation(name).bind(a, a).forward()
    np.testing.assert_allclose(a, FUNCTIONS[name](inputs), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_large_numbers_have_finite_gradients(name: str, dtype: type) -> None:
    """Numbers whose square overflows give the limits of value and slope."""
    large = dtype(1e-3) * np.finfo(dtype).max
    a, da = np.array([[[-large, large]]], dtype), np.ones((1, 1, 2), dtype)
    layer = load_activation(name).bind(a, da)
    with np.errstate(all="ignore"):
        layer.forward()
        values = a.copy()
        layer.backward()
    below, above = (-large * 1e-2, large) if name == "leaky_relu" else (0, large)
    below, above = {"tanh": (-1, 1), "sigmoid": (0, 1)}.get(name, (below, above))
    np.testing.assert_allclose(values.ravel(), [below, above], rtol=1e-6)
    assert np.isfinite(da).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_relu_passes_gradients_only_above_zero(dtype: type) -> None:
    """The slope is 1 for the smallest number above 0, and 0 for both zeros and below."""
    tiny = np.finfo(dtype).smallest_subnormal
    a = np.array([[[2, tiny, 0.0, -0.0, -tiny, -2]]], dtype)
    da = np.full_like(a, 3)
    layer = load_activation("relu").bind(a, da)
    layer.forward()
    layer.backward()
    assert da.tolist() == [[[3, 3, 0, 0, 0, 0]]]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_nan_is_not_hidden(name: str) -> None:
    """NaN stays NaN, and does not become 0."""
    a = np.array([[[math.nan, -math.nan]]])
    load_activation(name).bind(a, a.copy()).forward()
    assert np.isnan(a).all()


def test_gelu_is_close_to_the_exact_one() -> None:
    """The tanh form differs from A Φ(A) by less than 0.0005."""
    a = np.linspace(-6, 6, 241).reshape(1, 1, -1)
    exact = [number / 2 * (1 + math.erf(number / math.sqrt(2))) for number in a.ravel()]
    load_activation("gelu").bind(a, a.copy()).forward()
    np.testing.assert_allclose(a.ravel(), exact, rtol=0, atol=5e-4)
