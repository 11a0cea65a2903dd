"""How the cost of a proposal grows with the number of results, with and without early stopping.

::

    OPENBLAS_NUM_THREADS=1 python benchmarks/proposals.py
"""

import statistics
import time
from collections.abc import Mapping

import numpy as np

from hpsearch.search import Search
from hpsearch.searchers.stopping import Halving
from hpsearch.space import Number, Space
from hpsearch.trial import Epoch, Metric, Result, Status, Trial, Value

SIZES = 100, 1_000, 10_000, 100_000
EPOCHS = 27
LENGTHS = 1, 1, 1, 1, 2, 2, 4, 8, 16, EPOCHS  # of learning curves, in turn
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


def result(trial: Trial, *, stopping: bool) -> Result:
    """A trial with a learning curve that is stopped early as most are, or one without a curve."""
    last = loss(trial.values)
    if not stopping:
        return Result(trial.number, Status.DONE, last)
    epochs = range(1, LENGTHS[trial.number % len(LENGTHS)] + 1)
    curve = tuple(Epoch(epoch, {"loss": last + 1 / epoch}, 0.0) for epoch in epochs)
    status = Status.DONE if len(curve) == EPOCHS else Status.STOPPED
    return Result(trial.number, status, last + 1 / len(curve), curve)


def searched(size: int, *, stopping: bool) -> Search:
    """A search that already has results from random trials."""
    search = Search(
        SPACE,
        trials=size + ROUNDS + 1,
        metric=Metric("loss"),
        early_stopping=Halving() if stopping else None,
        epochs=EPOCHS,
    )
    points = SPACE.values(np.random.default_rng(0).random((size, SPACE.dimensions)))
    trials = [Trial(number, values, seed=0) for number, values in enumerate(points)]
    search.restore(trials, [result(trial, stopping=stopping) for trial in trials])
    # The first proposal fits the surrogate from the beginning.
    search.tell(trial := search.ask(), result(trial, stopping=stopping))
    return search


def main() -> None:
    cases = [(size, stopping) for stopping in (False, True) for size in SIZES]
    searches = {case: searched(case[0], stopping=case[1]) for case in cases}
    taken: dict[tuple[int, bool], list[float]] = {case: [] for case in cases}
    for _ in range(ROUNDS):  # all in turn, so that a busy moment affects each of them
        for case, search in searches.items():
            began = time.process_time()
            trial = search.ask()
            taken[case].append(1000 * (time.process_time() - began))
            search.tell(trial, result(trial, stopping=case[1]))
    print(f"Medians of the CPU time of {ROUNDS} proposals in {SPACE.dimensions} dimensions.")
    for size, stopping in cases:
        median = statistics.median(taken[size, stopping])
        first = statistics.median(taken[SIZES[0], stopping])
        how = "with" if stopping else "without"
        print(f"{how:7} early stopping, after {size:7,} results {median:5.1f} ms  {median / first:4.2f} ×")


if __name__ == "__main__":
    main()
