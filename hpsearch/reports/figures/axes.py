"""Axes: the trials' numbers, a parameter on the scale of its prior, the metric."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from hpsearch.reports.figures.figure import Axis
from hpsearch.reports.text import number, plain, printable, short_choices, value_text
from hpsearch.space import Categorical, Floats, Number, Parameter
from hpsearch.trial import Metric

__all__ = ["COLUMN_CHARACTERS", "MetricAxis", "count_axis", "metric_axis", "parameter_axis", "short"]

COLUMN_CHARACTERS = 40
"""How many characters fit along an axis of a panel that is one of three in a row."""

_MARGIN = 0.04  # share of an axis beyond the outermost values
_WIDE = 50.0  # the axis is logarithmic if the largest positive value over the smallest is at least this
_FAR = 3.0  # interquartile ranges above the third quartile; worse values are drawn at the edge
_LARGEST = 1e307  # prevents overflow in differences
_TICKS = 5
_CROWDED = 0.14  # ticks closer than this share of the axis overlap
_LONGEST = 14
_SHORTEST = 7  # characters that a tick is cut to at least


def short(text: str, longest: int = _LONGEST) -> str:
    """A text on one line; if it is too long for a tick or a title, its middle is left out.

    Names often differ only at their ends.
    """
    text = printable(text)
    end = (longest - 1) // 2
    return text if len(text) <= longest else f"{text[: longest - 1 - end]}…{text[-end:]}"


def count_axis(label: str, most: float, low: float = 0.0) -> Axis:
    """An axis of whole numbers from ``low`` to ``most``."""
    high = max(most, low + 1)
    margin = _MARGIN / 2 * (high - low)
    whole = [low, *(tick for tick in _round_numbers(low, high) if tick == round(tick))]
    kept = [tick for index, tick in enumerate(whole) if not index or tick - low > _CROWDED / 2 * (high - low)]
    ticks = [(tick, f"{tick:,.0f}") for tick in kept]
    return Axis(label, ticks, low - margin, high + margin)


def parameter_axis(parameter: Parameter, characters: int | None = None) -> Axis:
    """An axis of a parameter's unit coordinates, with its values as ticks.

    Args:
        parameter: The parameter.
        characters: How many characters fit along the axis; None for a vertical axis.
    """
    ticks = _parameter_ticks(parameter)
    if characters is not None:
        ticks = _side_by_side(ticks, characters)
    return Axis(parameter.name, ticks, -_MARGIN, 1.0 + _MARGIN)


def _side_by_side(ticks: Sequence[tuple[float, str]], characters: int) -> list[tuple[float, str]]:
    """The ticks whose texts do not touch, long ones cut; the two ends come first."""
    longest = max(_SHORTEST, characters // max(len(ticks), 1) - 2)
    cut = [(position, short(text, longest)) for position, text in ticks]
    kept: list[tuple[float, str]] = []
    for position, text in [*cut[:1], *cut[:0:-1][:1], *cut[1:-1]]:
        if all(abs(position - at) * characters >= (len(text) + len(other)) / 2 + 1 for at, other in kept):
            kept.append((position, text))
    return sorted(kept)


def _parameter_ticks(parameter: Parameter) -> list[tuple[float, str]]:
    if isinstance(parameter, Categorical):
        categories = list(parameter.values)
        texts = map(short, short_choices([value_text(value) for value in categories]))
        ticks = list(zip(parameter.encode(categories).tolist(), texts, strict=True))
        return _apart(ticks, first=())
    nice = [value for value in _nice_values(parameter) if parameter.min < value < parameter.max]
    ends: list[float] = [parameter.min, parameter.max]
    if parameter.integer:
        nice, ends = [int(value) for value in nice if value == round(value)], [int(end) for end in ends]
    values = [*ends, *nice]
    ticks = list(zip(parameter.encode(values).tolist(), map(plain, values), strict=True))
    return _apart(ticks[2:], first=ticks[:2])


def _nice_values(parameter: Number) -> Iterable[float]:
    low, high = parameter.min, parameter.max
    if parameter.prior == "reverse_log":
        return [float(f"{1 - 10.0**-power:.12g}") for power in range(12)]
    if parameter.prior in ("log", "log_normal") and low > 0:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        decades = [float(f"1e{power}") for power in powers]
        return decades if len(decades) > 2 else [float(f"{each:.1g}") for each in np.geomspace(low, high, 5)]
    return _round_numbers(low, high)


def _round_numbers(low: float, high: float) -> list[float]:
    """About five multiples of 1, 2 or 5 times a power of ten."""
    span = high - low
    if not span > 0 or not math.isfinite(span):
        return [low]
    rough = span / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= rough)
    first = math.ceil(low / step - 1e-9)
    return [float(f"{index * step:.12g}") for index in range(first, math.floor(high / step + 1e-9) + 1)]


def _apart(
    ticks: Iterable[tuple[float, str]], first: Sequence[tuple[float, str]], crowded: float = _CROWDED
) -> list[tuple[float, str]]:
    """The ticks that do not overlap ``first`` and one another."""
    kept = list(first)
    for tick in ticks:
        if all(abs(tick[0] - other[0]) >= crowded for other in kept):
            kept.append(tick)
    return sorted(kept)


@dataclass(frozen=True, slots=True)
class MetricAxis:
    """An axis of metric values.

    Attributes:
        axis: The axis; positions are values, or their logarithms.
        logarithmic: Whether they are logarithms.
        worst: The value beyond which values are drawn at the edge; None if all are inside.
    """

    axis: Axis
    logarithmic: bool
    worst: float | None

    def at(self, values: Floats) -> Floats:
        """The positions of values, shape (n,)."""
        if self.logarithmic:
            values = np.log10(np.maximum(values, 10.0 ** (self.axis.low - 1)))
        return np.clip(values, self.axis.low, self.axis.high)


def metric_axis(metric: Metric, values: Floats, label: str = "") -> MetricAxis:
    """An axis for values of the metric; values far worse than most are drawn at its edge.

    Args:
        metric: The search's metric.
        values: Values of the metric (not losses); those that are not finite do not count. Shape (n,).
        label: The label of the axis; by default the metric.
    """
    finite = values[np.isfinite(values)]
    finite = finite if len(finite) else np.array([0.0, 1.0])
    logarithmic = bool(finite.min() > 0 and finite.max() / _WIDE >= finite.min())
    positions = np.log10(finite) if logarithmic else np.clip(finite, -_LARGEST, _LARGEST)
    sign = 1.0 if metric.goal == "minimize" else -1.0
    losses = sign * positions
    first, third = np.quantile(losses, [0.25, 0.75])
    far = third + _FAR * max(third - first, 1e-300)
    inside = losses[losses <= far]
    outside = len(inside) < len(losses)
    low, high = sorted(float(sign * each) for each in (inside.min(), inside.max()))
    margin = _MARGIN * (high - low) or abs(high) * 0.05 or 0.5
    if logarithmic:
        ticks = _log_ticks(low, high)
    else:
        ticks = [(tick, number(tick)) for tick in _round_numbers(low - margin, high + margin)]
    axis = Axis(label or metric.name, ticks, low - margin, high + margin)
    worst = float(sign * inside.max()) if outside else None
    return MetricAxis(axis, logarithmic, 10.0**worst if worst is not None and logarithmic else worst)


def _log_ticks(low: float, high: float) -> list[tuple[float, str]]:
    powers = range(math.floor(low), math.ceil(high) + 1)
    steps = (1.0,) if high - low > 2 else (1.0, 2.0, 5.0)
    values = [float(f"{step}e{power}") for power in powers for step in steps]
    inside = [value for value in values if low <= math.log10(value) <= high]
    every = max(1, math.ceil(len(inside) / 7))
    return [(math.log10(value), number(value)) for value in inside[::every]]
