"""Every optimizer beside the formulas of its paper."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.network.hyperparameters import OPTIMIZERS, Hyperparameters
from hpsearch.network.optimizers import OPTIMIZER_CLASSES

Array = NDArray[np.float64]
RATE, BETA1, BETA2, EPSILON = 0.1, 0.8, 0.95, 1e-3


def sgd(gradients: Array, theta: Array) -> Array:
    """θ ← θ − α g."""
    for g in gradients:
        theta = theta - RATE * g
    return theta


def momentum(gradients: Array, theta: Array) -> Array:
    """Polyak (1964)."""
    m = np.zeros_like(theta)
    for g in gradients:
        m = BETA1 * m + g
        theta = theta - RATE * m
    return theta


def rmsprop(gradients: Array, theta: Array) -> Array:
    """Tieleman and Hinton (2012)."""
    v = np.zeros_like(theta)
    for g in gradients:
        v = BETA2 * v + (1 - BETA2) * g**2
        theta = theta - RATE * g / (np.sqrt(v) + EPSILON)
    return theta


def adam(gradients: Array, theta: Array) -> Array:
    """Kingma and Ba (2015), algorithm 1."""
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    for t, g in enumerate(gradients, 1):
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g**2
        theta = theta - RATE * (m / (1 - BETA1**t)) / (np.sqrt(v / (1 - BETA2**t)) + EPSILON)
    return theta


FORMULAS: dict[str, Callable[[Array, Array], Array]] = {
    "sgd": sgd,
    "momentum": momentum,
    "rmsprop": rmsprop,
    "adam": adam,
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_follow_the_formulas(name: str) -> None:
    """Ten steps end where the formulas of the papers end."""
    chosen = Hyperparameters.from_values(
        {"optimizer": name, "momentum": BETA1, "beta2": BETA2, "epsilon": EPSILON}
    )
    gradients = np.random.default_rng(0).standard_normal((10, 2, 7))
    parameters, gradient = np.ones((2, 7)), np.zeros((2, 7))
    optimizer = OPTIMIZER_CLASSES[name](parameters, gradient, chosen)
    for g in gradients:
        gradient[:] = g
        optimizer.step(RATE)
    np.testing.assert_allclose(parameters, FORMULAS[name](gradients, np.ones((2, 7))), rtol=1e-12)
    assert optimizer.steps == 10


def test_first_step_of_adam_has_the_size_of_the_learning_rate() -> None:
    """Whatever the gradient's size, its sign alone decides the first step: θ = 1 − α · sign(g)."""
    parameters, gradient = np.ones((1, 3)), np.array([[1e-3, -5.0, 200.0]])
    OPTIMIZER_CLASSES["adam"](parameters, gradient, Hyperparameters.from_values({})).step(0.25)
    np.testing.assert_allclose(parameters, [[0.75, 1.25, 0.75]], rtol=1e-4)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_parameters_without_gradient_stay(name: str) -> None:
    """Where the gradient has always been 0 nothing moves, and nothing is divided by 0."""
    parameters, gradient = np.full((1, 2), math.pi, np.float32), np.zeros((1, 2), np.float32)
    optimizer = OPTIMIZER_CLASSES[name](
        parameters, gradient, Hyperparameters.from_values({"optimizer": name})
    )
    for _ in range(3):
        optimizer.step(0.5)
    np.testing.assert_array_equal(parameters, np.full((1, 2), math.pi, np.float32))
