"""Data to draw, made without a search."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hpsearch.config import parse_space
from hpsearch.reports.figures import RunData
from hpsearch.space import Space
from hpsearch.trial import Epoch, Metric, Result, Rung, Status, Trial, Value

SPACE = parse_space(
    {
        "rate": {"prior": "log", "min": 1e-4, "max": 1},
        "layers": {"type": "int", "min": 1, "max": 3},
        "optimizer": {"values": ["sgd", "adam"]},
        "beta2": {"prior": "reverse_log", "min": 0.9, "max": 0.9999, "when": {"optimizer": "adam"}},
    }
)


def run_data(
    values: Sequence[Mapping[str, Value]],
    losses: Sequence[float | None],
    *,
    space: Space = SPACE,
    goal: str = "minimize",
    curves: Sequence[Sequence[float]] = (),
    **more: Any,
) -> RunData:
    """A run whose trial k tried ``values[k]`` and has the value ``losses[k]``, unless that is None."""
    trials, results = [], []
    for number, (tried, loss) in enumerate(zip(values, losses, strict=True)):
        rungs = (Rung(1, 0.9), Rung(2, 0.5 + number / 100)) if curves and number >= 2 else ()
        phase = "coarse" if number < 2 else "zoom"
        trials.append(Trial(number, dict(tried), number, rungs, {"phase": phase}))
        errors = curves[number] if curves else ()
        curve = tuple(Epoch(at, {"error": error}, 0.0) for at, error in enumerate(errors, 1))
        status = Status.FAILED if loss is None else Status.DONE
        results.append(Result(number, status, loss, curve))
    return RunData(space, Metric("error", goal), trials, results, **more)


def narrowing(count: int, seed: int = 0) -> RunData:
    """A run that narrows towards a rate of 0.01, which alone determines the error."""
    rng = np.random.default_rng(seed)
    values, losses = [], []
    for number in range(count):
        spread = 1.5 * (1 - 0.9 * number / count)
        tried: dict[str, Value] = {
            "rate": float(10 ** np.clip(-2 + spread * rng.standard_normal(), -4, 0)),
            "layers": int(rng.integers(1, 4)),
            "optimizer": str(rng.choice(["sgd", "adam"])),
        }
        if tried["optimizer"] == "adam":
            tried["beta2"] = float(1 - 10 ** rng.uniform(-4, -1))
        values.append(tried)
        losses.append(0.1 + 0.1 * float(np.log10(float(tried["rate"])) + 2) ** 2)
    return run_data(values, losses)
