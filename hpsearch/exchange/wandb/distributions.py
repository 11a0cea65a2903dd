"""The numeric distributions of a sweep, and the ranges and priors that they become.

They are the distributions of W&B's "Sweep configuration options" and of its package ``sweeps``. ``beta``,
which has no counterpart, becomes the range that contains most of its draws.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

SIGMAS = 2
"""A beta distribution becomes a range of this many standard deviations on each side of its mean."""

Bounds = tuple[float, float]


@dataclass(frozen=True)
class Range:
    """The conversion of a distribution of numbers.

    Attributes:
        keys: Its keys apart from ``distribution`` and ``q``, each with its default; None if it has none.
        bounds: The smallest and the largest value, from the values of these keys.
        prior: The scale.
        text: The note if the range is not the same; ``{low}`` and ``{high}`` are filled in.
        positive: The keys that must be above 0.
    """

    keys: Mapping[str, float | None]
    bounds: Callable[[Mapping[str, float]], Bounds]
    prior: str = "linear"
    text: str = ""
    positive: tuple[str, ...] = ()


def _between(numbers: Mapping[str, float]) -> Bounds:
    return numbers["min"], numbers["max"]


def _exponents(numbers: Mapping[str, float]) -> Bounds:
    return _exp(numbers["min"]), _exp(numbers["max"])


def _inverse_exponents(numbers: Mapping[str, float]) -> Bounds:
    return _exp(-numbers["max"]), _exp(-numbers["min"])


def _beta(numbers: Mapping[str, float]) -> Bounds:
    """Mean a / (a + b), variance ab / ((a + b)² (a + b + 1)); all values lie between 0 and 1."""
    a, b = numbers["a"], numbers["b"]
    deviation = math.sqrt(a * b / (a + b + 1)) / (a + b)
    mean = a / (a + b)
    low, high = _short(mean - SIGMAS * deviation), _short(mean + SIGMAS * deviation)
    return max(0.0, low), min(1.0, high)


def _exp(x: float) -> float:
    return _short(math.exp(x))


def _short(x: float) -> float:
    """Six significant digits, so that computed bounds do not look more exact than they are."""
    return float(f"{x:.6g}")


_ENDS: Mapping[str, float | None] = {"min": None, "max": None}

RANGES: Mapping[str, Range] = {
    "uniform": Range(_ENDS, _between),
    "int_uniform": Range(_ENDS, _between),
    "log_uniform": Range(
        _ENDS,
        _exponents,
        "log",
        "min and max are exponents of e in W&B; here they are values, {low:g} and {high:g}",
    ),
    "log_uniform_values": Range(_ENDS, _between, "log", positive=("min",)),
    "inv_log_uniform": Range(
        _ENDS,
        _inverse_exponents,
        "log",
        "log(1/x) is uniform from min to max, so log(x) is uniform from -max to -min: {low:g} to {high:g}",
    ),
    "inv_log_uniform_values": Range(
        _ENDS, _between, "log", "log(1/x) is uniform exactly when log(x) is: prior log", positive=("min",)
    ),
    "beta": Range(
        {"a": 1.0, "b": 1.0},
        _beta,
        "linear",
        f"becomes the range of {SIGMAS} standard deviations on each side of the mean, {{low:g}} to"
        " {high:g}, with all values equally likely",
    ),
}
"""By name, without ``q_``."""

NORMAL: Mapping[str, float] = {"mu": 0.0, "sigma": 1.0}
"""The keys of ``normal`` and ``log_normal``, which are priors, with their defaults."""

QUANTIZED = ("uniform", "log_uniform", "log_uniform_values", "normal", "log_normal", "beta")
"""The distributions that may be rounded to multiples of ``q``."""
