"""Helpers that make and inspect runs."""

from pathlib import Path
from typing import Any

from hpsearch.config import load
from hpsearch.machine.kernels import current_variables
from hpsearch.store import Run
from hpsearch.trial import Result, Status, Trial

BLAS = {
    "internal_api": "openblas",
    "version": "0.3.28",
    "architecture": "Haswell",
    "threading_layer": "pthreads",
}
VERSIONS = {
    "hpsearch": "0.1.0",
    "python": "3.12.1",
    "numpy": "2.1.0",
    "arithmetic": "x86-64-v3/Haswell",
    "blas": [BLAS],
}


def meta_of(config: Path) -> dict[str, Any]:
    """What a new run of a config records about itself, with made-up versions, data and paths."""
    return {
        "config": load(config).resolved(),
        "source": config.read_text(encoding="utf-8"),
        "base": "/somewhere",
        "overrides": [],
        "data": "ab" * 32,
        "versions": VERSIONS,
        "prior_observations": [],
        "kernels": current_variables(),
    }


def rows(directory: Path) -> list[tuple[int, str, float | None]]:
    """The rows that a leaderboard is made of."""
    with Run.read(directory) as run:
        return [(result.number, str(result.status), result.value) for result in run.ranking()]


NULLS = """\
name: nulls
metric: {name: val_error, goal: minimize}
objective: {command: "python train.py {args}"}
space:
  optimizer: {values: [sgd, adam]}
  schedule: {values: [null, cosine], when: {optimizer: adam}}
  words: {values: ["null", unused, "a, b"], when: {optimizer: adam}}
  beta2: {min: 0.9, max: 0.99, when: {optimizer: adam}}
"""


def write_nulls(root: Path, name: str = "run") -> Path:
    """A run of 24 trials with null, texts that look like it, unused parameters and missing values."""
    (root / "train.py").write_text("")
    path = root / f".{name}.yaml"
    path.write_text(NULLS)
    texts = ("null", "unused", "a, b")
    used = [
        {"optimizer": "adam", "schedule": (None, "cosine")[at % 2], "words": texts[at % 3], "beta2": 0.95}
        for at in range(13)
    ]
    values = [*used, *({"optimizer": "sgd"} for _ in range(11))]
    trials = [Trial(number, each, number, (), {}) for number, each in enumerate(values)]
    results = [
        Result(each.number, Status.DONE, each.number / 100)
        if each.number % 4 != 3
        else Result(each.number, Status.FAILED, reason="it said null")
        for each in trials
    ]
    with Run.create(root / name, path.read_text(), meta_of(path)) as run:
        run.record(trials, results)
    return root / name
