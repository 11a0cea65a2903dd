"""Helpers that make and inspect runs."""

from pathlib import Path
from typing import Any

from hpsearch.config import load
from hpsearch.machine.kernels import current_variables
from hpsearch.store import Run

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
