"""Tuning tasks in which many configurations tie: errors on few rows, of trained models and made-up ones.

They are for developing an algorithm; it is judged by none of them. The best values of the models are the
lowest that ``python -m benchmarks.search_models`` finds.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hpsearch.space import Categorical, Number, Space
from hpsearch.trial import Value

Values = Mapping[str, Value]
Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
Loss = Callable[[dict[str, Any], int], float]
COUNTS = tuple(f"counts_{seed}" for seed in range(6))


def _split(x: np.ndarray, y: np.ndarray, train: int, validation: int) -> Rows:
    """Training and validation rows, inputs standardised by the former."""
    order = np.random.default_rng(2).permutation(len(x))
    first, second = order[:train], order[train : train + validation]
    mean, deviation = x[first].mean(axis=0), x[first].std(axis=0)
    deviation[deviation == 0] = 1.0
    return (x[first] - mean) / deviation, y[first], (x[second] - mean) / deviation, y[second]


def _error(made: Any, rows: Rows) -> float:
    return float((made.fit(*rows[:2]).predict(rows[2]) != rows[3]).mean())


def _rules() -> Rows:
    """Six ordinal inputs, and a class that follows from them by rules, without noise."""
    x = np.random.default_rng(7).integers(0, 4, (520, 6)).astype(float)
    good = np.minimum(x[:, 0], x[:, 1]) + np.minimum(x[:, 2], 2) + (x[:, 3] > 1)
    y = np.where((x[:, 4] == 0) | (x[:, 5] == 0), 0, np.digitize(good, [2, 4]))
    return _split(x, y, 320, 200)


def rules_svm() -> tuple[Space, Loss]:
    """A kernel machine on rules that it can learn without an error."""
    from sklearn.svm import SVC

    rows = _rules()
    space = Space(
        (
            Categorical("kernel", ("rbf", "poly", "sigmoid")),
            Number("C", 1e-2, 1e4, "log"),
            Number("gamma", 1e-4, 10.0, "log"),
            Number("degree", 2, 5, integer=True, when={"kernel": ("poly",)}),
            Number("coef0", 0.0, 3.0, when={"kernel": ("poly", "sigmoid")}),
        )
    )
    return space, lambda values, seed: _error(SVC(**values, max_iter=4000), rows)


def rules_grid() -> tuple[Space, Loss]:
    """The mean of four trees on the same rules, from a grid of five ordered lists."""
    from sklearn.tree import DecisionTreeClassifier

    rows = _rules()
    space = Space(
        (
            Categorical("max_depth", (1, 2, 3, 4, 6, 8, 10, 13, 16)),
            Categorical("min_samples_leaf", (1, 2, 3, 5, 8, 12, 20, 30)),
            Categorical("max_features", (1, 2, 3, 4, 5, 6)),
            Categorical("min_impurity_decrease", (0.0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03)),
            Categorical("ccp_alpha", (0.0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03)),
        )
    )

    def loss(values: dict[str, Any], seed: int) -> float:
        made = [DecisionTreeClassifier(**values, random_state=each) for each in range(4)]
        return float(np.mean([_error(each, rows) for each in made]))

    return space, loss


def iris_neighbors() -> tuple[Space, Loss]:
    """Nearest neighbours on iris, with a weight for every input."""
    from sklearn.datasets import load_iris
    from sklearn.neighbors import KNeighborsClassifier

    rows = _split(*load_iris(return_X_y=True), 50, 100)
    space = Space(
        (
            Number("n_neighbors", 1, 30, "log", integer=True),
            Number("p", 1.0, 4.0),
            Categorical("weights", ("uniform", "distance")),
            *(Number(f"scale_{index}", 0.05, 20.0, "log") for index in range(4)),
        )
    )

    def loss(values: dict[str, Any], seed: int) -> float:
        scales = np.array([values.pop(f"scale_{index}") for index in range(4)])
        made = KNeighborsClassifier(**values)
        return _error(made, (rows[0] * scales, rows[1], rows[2] * scales, rows[3]))

    return space, loss


def pair_linear() -> tuple[Space, Loss]:
    """A linear model that tells threes from eights, by few steps."""
    from sklearn.datasets import load_digits
    from sklearn.linear_model import SGDClassifier

    x, y = load_digits(return_X_y=True)
    chosen = (y == 3) | (y == 8)
    rows = _split(x[chosen], y[chosen], 120, 200)
    space = Space(
        (
            Categorical("loss", ("hinge", "log_loss", "modified_huber")),
            Categorical("penalty", ("l2", "l1")),
            Number("alpha", 1e-6, 1.0, "log"),
            Number("eta0", 1e-4, 10.0, "log"),
            Number("power_t", 0.0, 0.9),
            Number("max_iter", 1, 12, "log", integer=True),
        )
    )
    fixed = {"learning_rate": "invscaling", "tol": None, "random_state": 0}
    return space, lambda values, seed: _error(SGDClassifier(**values, **fixed), rows)


MODELS = {
    "rules_svm": rules_svm,
    "rules_grid": rules_grid,
    "iris_neighbors": iris_neighbors,
    "pair_linear": pair_linear,
}


def counts(seed: int) -> tuple[Space, Callable[[Values], float]]:
    """A made-up table of trained networks: its space, and its loss.

    A grid of five ordered lists. Every configuration has a probability of an error, and its loss is the share
    of errors drawn on few validation rows, in one training run or five. Where errors are rare, many
    configurations tie, and luck decides which of them is best.
    """
    rng = np.random.default_rng([seed, 41])
    steps = rng.integers(4, 11, 5)
    rows, trainings = int(rng.integers(100, 400)), (1, 5)[seed % 2]
    least, most = math.exp(rng.uniform(math.log(3e-4), math.log(1e-2))), 0.4
    centre, weights = 0.1 + 0.8 * rng.random(5), np.exp(rng.normal(1.0, 1.2, 5))
    space = Space(
        tuple(Categorical(f"x{index}", tuple(range(each))) for index, each in enumerate(steps.tolist()))
    )

    def loss(values: Values) -> float:
        cell = [int(str(values[f"x{index}"])) for index in range(5)]
        far = float((weights * np.square(np.array(cell) / (steps - 1) - centre)).sum())
        share = least * (most / least) ** (1 - math.exp(-far))
        own = np.random.default_rng([seed, 42, *cell])  # the same draws each time
        return float(own.binomial(rows, share, trainings).mean() / rows)

    return space, loss
