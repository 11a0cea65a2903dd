"""How often the intervals of `hpsearch importance` hold the truth: `python benchmarks/importance.py`.

Data sets are simulated from functions whose shares of the variance are known, and from pure noise.
"""

from collections.abc import Callable

import numpy as np

from hpsearch.analysis.anova import Importance, importance
from hpsearch.searchers import Observations
from hpsearch.space import Categorical, Floats, Number, Space

DATA_SETS = 10
MIXED = Space((*(Number(name, 0, 1) for name in "abc"), Categorical("kind", ("x", "y", "z"))))
LINE = Space((Number("a", 0, 1), Number("b", 0, 1)))
Names = tuple[str, ...]

FUNCTIONS: dict[str, tuple[Space, float, tuple[int, ...], Callable[[Floats], Floats], dict[Names, float]]] = {
    "additive": (
        MIXED,
        0.3,
        (24, 40),
        lambda u: 3 * u[:, 0] + u[:, 1] + 0.5 * (u[:, 3] > 2 / 3),
        {("a",): 9 / 12, ("b",): 1 / 12, ("kind",): 0.25 * 2 / 9},
    ),
    "interaction": (
        MIXED,
        0.3,
        (24, 40),
        lambda u: 12 * (u[:, 0] - 0.5) ** 2 + 6 * (u[:, 1] - 0.5) * (u[:, 2] - 0.5) + (u[:, 3] > 2 / 3),
        {("a",): 144 / 180, ("b", "c"): 36 / 144, ("kind",): 2 / 9},
    ),
    "10 a + b": (
        LINE,
        0.0,
        (40,),
        lambda u: 10 * u[:, 0] + u[:, 1],
        {("a",): 100 / 12, ("b",): 1 / 12},
    ),
}
"""By name: space, standard deviation of the noise, numbers of trials, function, variances of its effects."""


def importance_from(space: Space, units: Floats, losses: Floats) -> Importance:
    """What is said of results without learning curves."""
    nothing = [np.empty(0)] * len(losses)
    found = importance(space, Observations(units, losses, np.zeros(len(losses), dtype=np.bool_), nothing))
    if found is None:
        raise ValueError("too few results")
    return found


def main() -> None:
    """Print in how many data sets the interval of each effect held its share."""
    for name, (space, noise, counts, function, variances) in FUNCTIONS.items():
        for trials in counts:
            held = dict.fromkeys(variances, 0)
            for seed in range(DATA_SETS):
                rng = np.random.default_rng(100 + seed)
                units = space.snap(rng.random((trials, space.dimensions)))
                losses = function(units) + noise * rng.standard_normal(trials)
                for effect in importance_from(space, units, losses).effects:
                    share = variances.get(effect.names, 0.0) / sum(variances.values())
                    if effect.names in held:
                        held[effect.names] += effect.low <= share <= effect.high
            shown = ", ".join(f"{' x '.join(names)} {count}" for names, count in held.items())
            print(f"{name}, {trials} trials: {shown} of {DATA_SETS}")
    explained = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        units = rng.random((12, 3))
        space = Space(MIXED.parameters[:3])
        explained.append(importance_from(space, units, rng.standard_normal(12)).explained)
    print(f"pure noise: less than half explained in {sum(each < 0.5 for each in explained)} of 60")


if __name__ == "__main__":
    main()
