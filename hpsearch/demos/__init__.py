"""Experiments of the tutorial: each takes less than a minute, and results in a picture and figures."""

from collections.abc import Callable
from importlib import import_module

from hpsearch.demos.demonstration import Demonstration

__all__ = ["DEMOS", "Demonstration", "demonstrate"]

DEMOS = {
    "grid-vs-random": "grid_vs_random",
    "scales": "draws",
    "batchnorm": "batchnorm",
    "covariate-shift": "covariate_shift",
    "regions": "regions",
    "stale": "stale",
}
"""The name of each experiment, and its module."""


def demonstrate(name: str) -> Demonstration:
    """Run one of :data:`DEMOS`."""
    module = import_module(f"hpsearch.demos.{DEMOS[name]}")
    run: Callable[[], Demonstration] = module.demonstration
    return run()
