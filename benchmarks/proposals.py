"""What does a proposal cost after so many results?

::

    OPENBLAS_NUM_THREADS=1 python benchmarks/proposals.py
"""

import statistics
import time
from collections.abc import Mapping

import numpy as np

from hpsearch.search import Search
from hpsearch.space import Number, Space
from hpsearch.trial import Result, Status, Trial, Value

SIZES = 100, 1_000, 10_000
ROUNDS = 30
SPACE = Space(
    (
        Number("learning_rate", 1e-4, 1, "log"),
        Number("momentum", 0.8, 0.999, "reverse_log"),
        Number("dropout", 0, 0.5),
        Number("weight_decay", 1e-6, 1e-2, "log"),
        Number("label_smoothing", 0, 0.2),
    )
)


def loss(values: Mapping[str, Value]) -> float:
    """A bowl."""
    return float(((SPACE.units([values])[0] - 0.3) ** 2).sum())


def searched(size: int) -> Search:
    """A search with so many results, of random trials."""
    search = Search(SPACE, trials=size + ROUNDS + 1)
    points = SPACE.values(np.random.default_rng(0).random((size, SPACE.dimensions)))
    trials = [Trial(number, values, seed=0) for number, values in enumerate(points)]
    search.restore(trials, [Result(trial.number, Status.DONE, loss(trial.values)) for trial in trials])
    search.tell(trial := search.ask(), loss(trial.values))  # the first fits the surrogate from the beginning
    return search


def main() -> None:
    searches = {size: searched(size) for size in SIZES}
    taken: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(ROUNDS):  # all in turn, so that a busy moment meets each of them
        for size, search in searches.items():
            began = time.perf_counter()
            trial = search.ask()
            taken[size].append(1000 * (time.perf_counter() - began))
            search.tell(trial, loss(trial.values))
    first = statistics.median(taken[SIZES[0]])
    print(f"Medians of {ROUNDS} proposals in {SPACE.dimensions} dimensions.")
    for size in SIZES:
        median = statistics.median(taken[size])
        print(f"after {size:6,} results {median:5.1f} ms  {median / first:4.2f} ×")


if __name__ == "__main__":
    main()
