"""Tests of every optimizer against the formulas of its paper."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.network import optimizers
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.optimizers import OPTIMIZERS, optimizer_class
from hpsearch.network.optimizers.optimizer import Optimizer

Array = NDArray[np.float64]
RATE, BETA1, BETA2, EPSILON = 0.1, 0.8, 0.95, 1e-3
PARAMETERS, WEIGHTS = 7, 4


class Formula:
    """The state of a paper's formulas between steps, starting from θ = 1, m = v = 0.

    Args:
        decay: The λ of every parameter.
    """

    def __init__(self, decay: Array) -> None:
        self.decay = decay
        self.theta = np.ones((2, PARAMETERS))
        self.m, self.v = np.zeros_like(self.theta), np.zeros_like(self.theta)
        self.t = 0


def sgd(state: Formula, g: Array) -> Array:
    """θ ← θ − α g."""
    g = g + state.decay * state.theta
    return state.theta - RATE * g


def momentum(state: Formula, g: Array) -> Array:
    """Polyak (1964)."""
    g = g + state.decay * state.theta
    state.m = BETA1 * state.m + g
    return state.theta - RATE * state.m


def nesterov(state: Formula, g: Array) -> Array:
    """Sutskever et al. (2013), in PyTorch's form."""
    g = g + state.decay * state.theta
    state.m = BETA1 * state.m + g
    return state.theta - RATE * (g + BETA1 * state.m)


def rmsprop(state: Formula, g: Array) -> Array:
    """Tieleman and Hinton (2012)."""
    g = g + state.decay * state.theta
    state.v = BETA2 * state.v + (1 - BETA2) * g**2
    return state.theta - RATE * g / (np.sqrt(state.v) + EPSILON)


def adam(state: Formula, g: Array) -> Array:
    """Kingma and Ba (2015), algorithm 1."""
    g = g + state.decay * state.theta
    state.m = BETA1 * state.m + (1 - BETA1) * g
    state.v = BETA2 * state.v + (1 - BETA2) * g**2
    m, v = state.m / (1 - BETA1**state.t), state.v / (1 - BETA2**state.t)
    return state.theta - RATE * m / (np.sqrt(v) + EPSILON)


def adamw(state: Formula, g: Array) -> Array:
    """Loshchilov and Hutter (2019), algorithm 2, with the decay scaled by α."""
    state.theta = state.theta - RATE * state.decay * state.theta
    decay, state.decay = state.decay, np.zeros_like(state.decay)
    theta, state.decay = adam(state, g), decay
    return theta


FORMULAS: dict[str, Callable[[Formula, Array], Array]] = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
}


def make(name: str, parameters: Array, gradient: Array, n_weights: int = 0, decay: float = 0.0) -> Optimizer:
    """An optimizer with the constants above."""
    values = {"momentum": BETA1, "beta2": BETA2, "epsilon": EPSILON, "weight_decay": decay}
    chosen = Hyperparameters.from_values({"optimizer": name, **values})
    return optimizer_class(name)(parameters, gradient, n_weights, chosen)


def test_every_optimizer_is_complete() -> None:
    """Every module has a line in the registry, and a formula in these tests."""
    modules = {path.stem for path in Path(optimizers.__file__).parent.glob("*.py")}
    assert modules - {"__init__", "optimizer"} == {*OPTIMIZERS}
    assert FORMULAS.keys() == {*OPTIMIZERS}


@pytest.mark.parametrize("decay", [0.0, 0.3])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_follow_the_formulas(name: str, decay: float) -> None:
    """Ten steps end where the papers' formulas end; only the weights decay."""
    gradients = np.random.default_rng(0).standard_normal((10, 2, PARAMETERS))
    parameters, gradient = np.ones((2, PARAMETERS)), np.zeros((2, PARAMETERS))
    optimizer = make(name, parameters, gradient, WEIGHTS, decay)
    formula = Formula(np.where(np.arange(PARAMETERS) < WEIGHTS, decay, 0.0))
    for g in gradients:
        gradient[:] = g
        optimizer.step(RATE)
        formula.t += 1
        formula.theta = FORMULAS[name](formula, g)
    np.testing.assert_allclose(parameters, formula.theta, rtol=1e-12)
    assert optimizer.steps == 10


def test_first_step_of_adam_has_the_size_of_the_learning_rate() -> None:
    """Only the sign of the gradient matters for the first step: θ = 1 − α · sign(g)."""
    parameters, gradient = np.ones((1, 3)), np.array([[1e-3, -5.0, 200.0]])
    optimizer_class("adam")(parameters, gradient, 0, Hyperparameters.from_values({})).step(0.25)
    np.testing.assert_allclose(parameters, [[0.75, 1.25, 0.75]], rtol=1e-4)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_parameters_without_gradient_stay(name: str) -> None:
    """If the gradient has always been 0, nothing moves, and nothing is divided by 0."""
    parameters, gradient = np.full((1, 2), math.pi, np.float32), np.zeros((1, 2), np.float32)
    optimizer = make(name, parameters, gradient)
    for _ in range(3):
        optimizer.step(0.5)
    np.testing.assert_array_equal(parameters, np.full((1, 2), math.pi, np.float32))
