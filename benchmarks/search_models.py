"""Tuning tasks in addition to the tables: small scikit-learn models, trained on demand, and hills.

There are two families that share no task: one to develop an algorithm on (``models``, ``hills``), and one to
judge it by (``held_out_models``, ``held_out_hills``). The models have conditions, ties (errors on few rows)
and noise (a separate seed for each training run). The best values of the models are the lowest that
``python -m benchmarks.search_models`` finds; it prints them.
"""

import functools
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks import search_ties
from hpsearch.space import Categorical, Number, Space
from hpsearch.trial import Value

Values = Mapping[str, Value]
_MEAN_OF = 5  # trainings, whose mean is what a noisy configuration is truly worth
MODELS = ("svm_digits", "tree_cancer", "ridge_diabetes", "sgd_clusters", "boosting_friedman")
HELD_OUT_MODELS = (
    "pipeline_wine",
    "neighbors_moons",
    "elastic_diabetes",
    "mlp_digits",
    "trees_cancer",
    "svr_friedman",
)
HILLS = tuple(f"hills_{seed}" for seed in range(6))
HELD_OUT_HILLS = tuple(f"hills_{seed}" for seed in range(100, 106))


class Model:
    """A task: a space, and the final loss of training with some values and a seed."""

    def __init__(self, space: Space, loss: Callable[[dict[str, Any], int], float], noisy: bool) -> None:
        self.space = space
        self.noisy = noisy
        self._loss = functools.lru_cache(maxsize=None)(lambda items, seed: loss(dict(items), seed))

    def loss(self, values: Values, seed: int = 0) -> float:
        """The loss of one training run."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            worth = self._loss(tuple(values.items()), seed)
        return worth if math.isfinite(worth) else 1e3

    def worth(self, values: Values) -> float:
        """The loss to expect."""
        return float(np.mean([self.loss(values, seed) for seed in range(_MEAN_OF if self.noisy else 1)]))


@functools.cache
def model(name: str) -> Model:
    """The model task of that name."""
    if name in search_ties.MODELS:
        return Model(*search_ties.MODELS[name](), noisy=False)
    return _MODELS[name]()


def _rows(name: str, train: int, validation: int) -> tuple[np.ndarray, ...]:
    """Training and validation rows, inputs standardised by the former."""
    from sklearn import datasets

    made = {
        "clusters": lambda: datasets.make_classification(
            800, 12, n_informative=6, n_classes=4, flip_y=0.05, random_state=3
        ),
        "moons": lambda: datasets.make_moons(600, noise=0.25, random_state=4),
        "friedman1": lambda: datasets.make_friedman1(500, noise=1.0, random_state=5),
        "friedman3": lambda: datasets.make_friedman3(500, noise=0.1, random_state=6),
    }
    x, y = made[name]() if name in made else getattr(datasets, f"load_{name}")(return_X_y=True)
    order = np.random.default_rng(1).permutation(len(x))
    first, second = order[:train], order[train : train + validation]
    mean, deviation = x[first].mean(axis=0), x[first].std(axis=0)
    deviation[deviation == 0] = 1.0
    if y.dtype.kind == "f":
        y = (y - y[first].mean()) / y[first].std()
    return (x[first] - mean) / deviation, y[first], (x[second] - mean) / deviation, y[second]


def _error(made: Any, rows: tuple[np.ndarray, ...]) -> float:
    return float((made.fit(*rows[:2]).predict(rows[2]) != rows[3]).mean())


def _log_loss(made: Any, rows: tuple[np.ndarray, ...]) -> float:
    shares = made.fit(*rows[:2]).predict_proba(rows[2])
    return float(-np.log(np.clip(shares[np.arange(len(rows[3])), rows[3]], 1e-6, 1)).mean())


def _squared(made: Any, rows: tuple[np.ndarray, ...]) -> float:
    off = made.fit(*rows[:2]).predict(rows[2]) - rows[3]
    return float(min(np.square(off).mean(), 1e3))


def _svm_digits() -> Model:
    from sklearn.svm import SVC

    rows = _rows("digits", 180, 200)
    space = Space(
        (
            Categorical("kernel", ("linear", "poly", "rbf", "sigmoid")),
            Number("C", 1e-3, 1e3, "log"),
            Number("gamma", 1e-5, 1.0, "log", when={"kernel": ("poly", "rbf", "sigmoid")}),
            Number("degree", 2, 6, integer=True, when={"kernel": ("poly",)}),
            Number("coef0", 0.0, 3.0, when={"kernel": ("poly", "sigmoid")}),
            Categorical("shrinking", (True, False)),
        )
    )
    return Model(space, lambda values, seed: _error(SVC(**values, max_iter=2000), rows), noisy=False)


def _tree_cancer() -> Model:
    from sklearn.tree import DecisionTreeClassifier

    rows = _rows("breast_cancer", 250, 120)
    space = Space(
        (
            Categorical("criterion", ("gini", "entropy")),
            Number("max_depth", 1, 12, integer=True),
            Number("min_samples_leaf", 1, 40, "log", integer=True),
            Number("max_features", 0.05, 1.0),
            Number("ccp_alpha", 1e-5, 0.1, "log"),
            Number("min_impurity_decrease", 1e-6, 0.1, "log"),
        )
    )
    return Model(
        space,
        lambda values, seed: _error(DecisionTreeClassifier(**values, random_state=0), rows),
        noisy=False,
    )


def _ridge_diabetes() -> Model:
    from sklearn.kernel_ridge import KernelRidge

    rows = _rows("diabetes", 220, 200)
    space = Space(
        (
            Categorical("kernel", ("rbf", "laplacian", "polynomial", "sigmoid")),
            Number("alpha", 1e-4, 1e2, "log"),
            Number("gamma", 1e-5, 1.0, "log"),
            Number("degree", 2, 5, integer=True, when={"kernel": ("polynomial",)}),
            Number("coef0", 0.0, 5.0, when={"kernel": ("polynomial", "sigmoid")}),
        )
    )
    return Model(space, lambda values, seed: _squared(KernelRidge(**values), rows), noisy=False)


def _sgd_clusters() -> Model:
    from sklearn.linear_model import SGDClassifier

    rows = _rows("clusters", 250, 300)
    space = Space(
        (
            Number("alpha", 1e-6, 1.0, "log"),
            Categorical("penalty", ("l2", "l1", "elasticnet")),
            Number("l1_ratio", 0.0, 1.0, when={"penalty": ("elasticnet",)}),
            Categorical("learning_rate", ("constant", "invscaling", "optimal")),
            Number("eta0", 1e-4, 1.0, "log"),
            Number("power_t", 0.05, 0.9, when={"learning_rate": ("invscaling",)}),
            Number("max_iter", 1, 16, "log", integer=True),
        )
    )
    return Model(
        space,
        lambda values, seed: _log_loss(
            SGDClassifier(loss="log_loss", tol=None, random_state=seed, **values), rows
        ),
        noisy=True,
    )


def _boosting_friedman() -> Model:
    from sklearn.ensemble import GradientBoostingRegressor

    rows = _rows("friedman1", 120, 300)
    space = Space(
        (
            Number("learning_rate", 0.005, 1.0, "log"),
            Number("n_estimators", 4, 48, "log", integer=True),
            Number("max_depth", 1, 6, integer=True),
            Number("subsample", 0.2, 1.0),
            Number("min_samples_leaf", 1, 20, "log", integer=True),
            Categorical("loss", ("squared_error", "huber", "absolute_error")),
            Number("alpha", 0.5, 0.99, when={"loss": ("huber",)}),
        )
    )
    return Model(
        space,
        lambda values, seed: _squared(GradientBoostingRegressor(random_state=seed, **values), rows),
        noisy=True,
    )


def _pipeline_wine() -> Model:
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, QuantileTransformer
    from sklearn.svm import SVC

    rows = _rows("wine", 60, 110)
    rng = np.random.default_rng(0)
    rows = (rows[0] + 1.2 * rng.standard_normal(rows[0].shape), rows[1], rows[2], rows[3])
    space = Space(
        (
            Categorical("scaler", ("none", "quantile", "wrong")),
            Number("components", 1, 13, integer=True),
            Categorical("model", ("neighbors", "logistic", "svm")),
            Number("n_neighbors", 1, 30, "log", integer=True, when={"model": ("neighbors",)}),
            Categorical("weights", ("uniform", "distance"), when={"model": ("neighbors",)}),
            Number("C", 1e-4, 1e3, "log", when={"model": ("logistic", "svm")}),
            Number("gamma", 1e-4, 1.0, "log", when={"model": ("svm",)}),
        )
    )

    def loss(values: dict[str, Any], seed: int) -> float:
        scaler = {
            "none": FunctionTransformer(),
            "quantile": QuantileTransformer(n_quantiles=20),
            "wrong": FunctionTransformer(lambda x: x * 3.0 ** np.arange(-6, 7)),
        }[values["scaler"]]
        made = {
            "neighbors": lambda: KNeighborsClassifier(values["n_neighbors"], weights=values["weights"]),
            "logistic": lambda: LogisticRegression(C=values["C"], max_iter=60),
            "svm": lambda: SVC(C=values["C"], gamma=values["gamma"], max_iter=2000),
        }[values["model"]]()
        return _error(make_pipeline(scaler, PCA(values["components"], svd_solver="full"), made), rows)

    return Model(space, loss, noisy=False)


def _neighbors_moons() -> Model:
    from sklearn.neighbors import KNeighborsClassifier

    rows = _rows("moons", 150, 160)
    noise = np.random.default_rng(0).standard_normal((400, 3))
    space = Space(
        (
            Number("n_neighbors", 1, 60, "log", integer=True),
            Number("p", 1.0, 4.0),
            Categorical("weights", ("uniform", "distance")),
            Number("width", 0.1, 10.0, "log"),
            Number("noise_1", 1e-2, 3.0, "log"),
            Number("noise_2", 1e-2, 3.0, "log"),
            Number("noise_3", 1e-2, 3.0, "log"),
        )
    )

    def loss(values: dict[str, Any], seed: int) -> float:
        scales = np.array([values[f"noise_{index}"] for index in (1, 2, 3)])
        stretch = np.array([values["width"], 1.0])
        some, others = noise[:150] * scales, noise[150:310] * scales
        made = KNeighborsClassifier(values["n_neighbors"], p=values["p"], weights=values["weights"])
        widened = (
            np.hstack([rows[0] * stretch, some]),
            rows[1],
            np.hstack([rows[2] * stretch, others]),
            rows[3],
        )
        return _error(made, widened)

    return Model(space, loss, noisy=False)


def _elastic_diabetes() -> Model:
    from sklearn.linear_model import SGDRegressor

    train, y, validation, z = _rows("diabetes", 180, 200)
    pairs = np.triu_indices(train.shape[1])
    rows = (
        np.hstack([train, train[:, pairs[0]] * train[:, pairs[1]]]),
        y,
        np.hstack([validation, validation[:, pairs[0]] * validation[:, pairs[1]]]),
        z,
    )
    space = Space(
        (
            Categorical("loss", ("squared_error", "huber", "epsilon_insensitive")),
            Number("epsilon", 1e-3, 2.0, "log", when={"loss": ("huber", "epsilon_insensitive")}),
            Categorical("penalty", ("l2", "l1", "elasticnet")),
            Number("l1_ratio", 0.0, 1.0, when={"penalty": ("elasticnet",)}),
            Number("alpha", 1e-6, 10.0, "log"),
            Number("eta0", 1e-5, 0.1, "log"),
            Number("power_t", 0.0, 0.9),
            Number("max_iter", 1, 30, "log", integer=True),
        )
    )
    return Model(
        space,
        lambda values, seed: _squared(SGDRegressor(tol=None, random_state=seed, **values), rows),
        noisy=True,
    )


def _mlp_digits() -> Model:
    from sklearn.neural_network import MLPClassifier

    rows = _rows("digits", 150, 150)
    space = Space(
        (
            Number("units", 4, 48, "log", integer=True),
            Categorical("activation", ("relu", "tanh", "logistic")),
            Categorical("solver", ("sgd", "adam")),
            Number("learning_rate_init", 1e-4, 1.0, "log"),
            Number("momentum", 0.5, 0.99, "reverse_log", when={"solver": ("sgd",)}),
            Number("beta_2", 0.9, 0.9999, "reverse_log", when={"solver": ("adam",)}),
            Number("alpha", 1e-6, 1.0, "log"),
            Number("batch_size", 8, 64, "log", integer=True),
        )
    )

    def loss(values: dict[str, Any], seed: int) -> float:
        units = values.pop("units")
        return _error(MLPClassifier((units,), max_iter=6, random_state=seed, **values), rows)

    return Model(space, loss, noisy=True)


def _trees_cancer() -> Model:
    from sklearn.ensemble import ExtraTreesClassifier

    rows = _rows("breast_cancer", 150, 150)
    space = Space(
        (
            Number("n_estimators", 1, 10, integer=True),
            Number("max_depth", 1, 12, integer=True),
            Number("min_samples_split", 2, 60, "log", integer=True),
            Number("max_features", 0.03, 1.0, "log"),
            Categorical("bootstrap", (True, False)),
            Number("max_samples", 0.1, 1.0, when={"bootstrap": (True,)}),
            Categorical("criterion", ("gini", "entropy")),
        )
    )
    return Model(
        space,
        lambda values, seed: _log_loss(ExtraTreesClassifier(random_state=seed, **values), rows),
        noisy=True,
    )


def _svr_friedman() -> Model:
    from sklearn.svm import SVR

    rows = _rows("friedman3", 150, 200)
    space = Space(
        (
            Number("C", 1e-3, 1e3, "log"),
            Number("gamma", 1e-4, 10.0, "log"),
            Number("epsilon", 1e-3, 1.0, "log"),
            *(Number(f"scale_{index}", 0.1, 10.0, "log") for index in range(4)),
        )
    )

    def loss(values: dict[str, Any], seed: int) -> float:
        scales = np.array([values.pop(f"scale_{index}") for index in range(4)])
        return _squared(SVR(**values, max_iter=3000), (rows[0] * scales, rows[1], rows[2] * scales, rows[3]))

    return Model(space, loss, noisy=False)


_MODELS: dict[str, Callable[[], Model]] = {
    "svm_digits": _svm_digits,
    "tree_cancer": _tree_cancer,
    "ridge_diabetes": _ridge_diabetes,
    "sgd_clusters": _sgd_clusters,
    "boosting_friedman": _boosting_friedman,
    "pipeline_wine": _pipeline_wine,
    "neighbors_moons": _neighbors_moons,
    "elastic_diabetes": _elastic_diabetes,
    "mlp_digits": _mlp_digits,
    "trees_cancer": _trees_cancer,
    "svr_friedman": _svr_friedman,
}
BOUNDS: dict[str, tuple[float, float]] = {
    "svm_digits": (0.025, 0.185),
    "tree_cancer": (0.00833333, 0.0666667),
    "ridge_diabetes": (0.466859, 0.665872),
    "sgd_clusters": (1.03529, 1.36077),
    "boosting_friedman": (0.172019, 0.585618),
    "pipeline_wine": (0.0, 0.254545),
    "neighbors_moons": (0.0625, 0.13125),
    "elastic_diabetes": (0.46453, 0.86684),
    "mlp_digits": (0.0666667, 0.426667),
    "trees_cancer": (0.113738, 0.258021),
    "svr_friedman": (0.1314, 0.777576),
    "rules_svm": (0.025, 0.31),
    "rules_grid": (0.01625, 0.2425),
    "iris_neighbors": (0.02, 0.08),
    "pair_linear": (0.01, 0.07),
}
"""The lowest loss found, and the median of random ones."""


def hills(seed: int) -> tuple[Space, Callable[[Values], float], float]:
    """A made-up task: its space, its loss, whose least value is 0, and the deviation of its log-normal noise.

    Several wells of different depth and width in 3 to 8 dimensions, few of which matter much; in turns plain,
    with ties (a dozen levels), noisy, and with a category that decides which wells there are.
    """
    rng = np.random.default_rng([seed, 14])
    d, wells, kind = int(rng.integers(3, 9)), int(rng.integers(2, 6)), seed % 4
    centres = 0.1 + 0.8 * rng.random((wells, d))
    weights = np.exp(rng.normal(1.0, 1.2, d)) * np.exp(rng.normal(0.0, 0.7, (wells, 1)))
    depths = np.concatenate([[1.0], rng.uniform(0.4, 0.9, wells - 1)])
    numbers: Sequence[Number] = [Number(f"x{index}", 0.0, 1.0) for index in range(d)]
    choice = kind == 3
    names = [str(index) for index in range(wells)]
    space = Space((*numbers, Categorical("well", tuple(names))) if choice else tuple(numbers))

    def loss(values: Values) -> float:
        x = np.array([float(values[f"x{index}"]) for index in range(d)])
        squares = (weights * np.square(x - centres)).sum(axis=1)
        depth = depths * np.exp(-0.7 * np.sqrt(squares * (squares + 0.02) / (squares + 0.3) + 1e-12))
        height = 1.0 - float(depth[int(str(values["well"]))] if choice else depth.max())
        return math.floor(height * 12) / 12 if kind == 1 else max(height, 0.0)

    return space, loss, 0.2 if kind == 2 else 0.0


def main() -> None:
    """Print the bounds of every model task: 3,000 random configurations, then 1,500 around the best ones."""
    from hpsearch.searchers.candidates import Sampler

    for name in (*MODELS, *HELD_OUT_MODELS, *search_ties.MODELS):
        task, rng = model(name), np.random.default_rng(0)
        sampler = Sampler(task.space)
        units = sampler.sample_prior(rng, 3000).units
        losses = np.array([task.loss(values) for values in task.space.values(units)])
        best = min(task.worth(task.space.values(units[row : row + 1])[0]) for row in np.argsort(losses)[:40])
        for radius in (0.2, 0.1, 0.05):
            top = np.argsort(losses, kind="stable")[:20]
            points = units[np.repeat(top, 25)]
            around = sampler.perturb(
                rng, points, np.zeros(len(points), np.intp), radius, np.ones(task.space.dimensions)
            )
            fresh = np.array([task.loss(values) for values in task.space.values(around.units)])
            units, losses = np.concatenate([units, around.units]), np.concatenate([losses, fresh])
            rows = np.argsort(losses, kind="stable")[:40]
            best = min(best, *(task.worth(task.space.values(units[row : row + 1])[0]) for row in rows))
        print(f'    "{name}": ({best:.6g}, {np.median(losses[:1001]):.6g}),', flush=True)


if __name__ == "__main__":
    main()
