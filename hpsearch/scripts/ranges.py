"""Ranges around a default: each function returns a section for an option, or None if none fits."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from hpsearch.scripts.script import Option

Section = Mapping[str, Any]
"""A parameter of a config's space: ``{prior: log, min: 1e-4, max: 1}``."""

Habit = Callable[[Option], Section | None]


def _default(option: Option) -> float | None:
    value = option.known_default
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value


def _is_number(option: Option) -> bool:
    """Whether an option may take a fraction, judging by its kind and its default."""
    if option.choices or option.kind in ("bool", "list"):
        return False
    return _default(option) is not None or option.kind in ("float", "unknown")


def _figures(value: float, digits: int = 1) -> float:
    """A number, rounded to significant digits."""
    return float(f"{value:.{digits}g}")


def log(
    decades_down: float, decades_up: float, usual: float, *, low: float = 0.0, high: float = math.inf
) -> Habit:
    """Log-uniform, some decades down and up from the default, or from the usual value if there is none.

    Args:
        decades_down: Decades from the default to the smallest value.
        decades_up: Decades from the default to the largest value.
        usual: Used instead of a default that is missing or 0.
        low: Smaller values are proposed only if the default is smaller.
        high: Larger values are proposed only if the default is larger.
    """

    def habit(option: Option) -> Section | None:
        if not _is_number(option):
            return None
        default = _default(option)
        centre = default if default is not None and default > 0 else usual
        # A default outside the usual bounds moves them.
        bottom = max(_figures(centre / 10**decades_down), min(low, centre))
        top = min(_figures(centre * 10**decades_up), max(high, centre))
        return {"prior": "log", "min": bottom, "max": top}

    return habit


def linear(low: float, high: float) -> Habit:
    """Uniform between two values, or to the default if it is outside."""

    def habit(option: Option) -> Section | None:
        default = _default(option)
        if not _is_number(option) or (option.kind == "int" and default not in (0, 1)):
            return None
        if default is None:
            return {"min": low, "max": high}
        return {"min": min(low, default), "max": max(high, default)}

    return habit


def reverse_log(option: Option) -> Section | None:
    """1 - x over a decade each way, for momenta and the decay of averages."""
    default = _default(option)
    if option.choices or option.kind in ("bool", "list") or (default or 0) >= 1:
        return None
    if default is None or default <= 0:
        return {"prior": "reverse_log", "min": 0.0, "max": 0.99}
    rest = _figures(1 - default, 6)
    low = max(0.0, _figures(1 - min(1.0, 10 * rest), 4)) if rest < 0.1 else 0.5 if default >= 0.5 else 0.0
    return {"prior": "reverse_log", "min": low, "max": _figures(1 - rest / 10, 6)}


def powers_of_two(option: Option) -> Section | None:
    """A quarter to four times the default, in powers of two, and the default itself."""
    default = _default(option)
    if option.choices or (default is not None and (default < 1 or default != int(default))):
        return None
    centre = int(default) if default is not None else 64
    nearest = 2 ** round(math.log2(centre))
    values = {max(1, nearest * 2**step // 4) for step in range(5)} | {centre}
    return {"values": sorted(values)}


def doubled(option: Option) -> Section | None:
    """A quarter to four times the default, keeping its divisibility."""
    default = _default(option)
    if option.choices or default is None or default < 4 or default != int(default):
        return None
    centre = int(default)
    shrunk = [centre // part for part in (4, 2) if centre % part == 0]
    return {"values": [*shrunk, centre, centre * 2, centre * 4]}


def sizes(option: Option) -> Section | None:
    """A quarter to four times the default, log-uniform."""
    default = _default(option)
    if option.choices or option.kind == "float" or default is None or default < 2:
        return None
    return {"type": "int", "prior": "log", "min": max(1, int(default) // 4), "max": int(default) * 4}


def few(option: Option) -> Section | None:
    """A small count, such as of layers."""
    default = _default(option)
    if option.choices or option.kind == "float" or default is None or not 1 <= default <= 100:
        return None
    return {"type": "int", "min": max(1, int(default) // 2), "max": int(default) * 2}


def choices(option: Option) -> Section | None:
    """Its choices; true and false for a switch."""
    if option.kind == "bool":
        return {"values": [True, False]}
    plain = [value for value in option.choices if isinstance(value, str | int | float) and value != ""]
    return {"values": plain} if len(plain) > 1 else None


def switch(option: Option) -> Section | None:
    """True and false for a switch."""
    return {"values": [True, False]} if option.kind == "bool" else None


def gamma(option: Option) -> Section | None:
    """Gamma has three meanings: a decay of the learning rate, a discount, and the width of a kernel."""
    default = _default(option)
    if default is None:  # for a kernel, it often depends on the data: 1/num_features, "scale"
        return {"prior": "log", "min": 1e-3, "max": 10.0} if option.kind != "bool" else None
    if default >= 0.9:
        return reverse_log(option)
    return linear(0.1, 0.99)(option) if default >= 0.1 else log(2, 2, 0.1)(option)


def clip(option: Option) -> Section | None:
    """A decade each way of a bound; none if it is off by default."""
    default = _default(option)
    return log(1, 1, 1.0)(option) if default is not None and default > 0 else None


def warmup(option: Option) -> Section | None:
    """A share of training up to a fifth; a length from a quarter to four times its default."""
    default = _default(option)
    share = option.kind == "float" or (default is not None and default < 1)
    return linear(0.0, 0.2)(option) if share else sizes(option)


def usual(option: Option) -> Section | None:
    """A range for an option of any name, by its kind and default: a decade each way, or a factor of four."""
    default = _default(option)
    if option.choices or option.kind == "bool":
        return choices(option)
    if option.kind == "int" and default is not None and default >= 2:
        return sizes(option)
    if _is_number(option) and default is not None and default > 0:
        return log(1, 1, default)(option)
    return None
