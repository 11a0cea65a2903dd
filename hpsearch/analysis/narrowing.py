"""Where a search has narrowed to, and whether its space is too small."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hpsearch.space import Floats, Number, Parameter, Space
from hpsearch.trial import Value

AT_BOUND = 0.02
"""A continuous value this close to its bound counts as at it: a share of the range, on the prior's scale."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The values of one parameter that were tried early and late.

    Attributes:
        name: The parameter.
        early: Of the first third of the trials: for a number, ``low`` and ``high``, with at least four
            fifths of the values between them; for a category, the most frequent ``value`` and its ``share``
            of the trials. None if the parameter was never active.
        late: The same for the last third.
    """

    name: str
    early: Mapping[str, Value] | None
    late: Mapping[str, Value] | None


def thirds(count: int) -> tuple[range, range]:
    """The numbers of the trials in the first and the last third of a search, at least one in each.

    Args:
        count: How many trials there are, at least one.
    """
    third = max(1, count // 3)
    return range(third), range(count - third, count)


def narrowing(space: Space, configurations: Sequence[Mapping[str, Value]]) -> list[Narrowing]:
    """The values tried early and late, parameter by parameter.

    Args:
        space: What was searched.
        configurations: The values of the trials, in the order of their numbers, at least one.
    """
    found = []
    for parameter in space.parameters:
        name = parameter.name
        early, late = (
            _typical(parameter, [configurations[at][name] for at in part if name in configurations[at]])
            for part in thirds(len(configurations))
        )
        found.append(Narrowing(name, early, late))
    return found


def _typical(parameter: Parameter, tried: Sequence[Value]) -> Mapping[str, Value] | None:
    if not tried:
        return None
    if isinstance(parameter, Number):
        ascending = sorted(tried, key=float)
        outside = len(tried) // 10  # on either side; none if there are few trials
        return {"low": ascending[outside], "high": ascending[-1 - outside]}
    counts = Counter(map(parameter.find, tried))
    most_frequent = max(range(len(parameter.values)), key=counts.__getitem__)
    return {"value": parameter.values[most_frequent], "share": counts[most_frequent] / len(tried)}


@dataclass(frozen=True, slots=True)
class AtBound:
    """A parameter whose best value lies at the end of its range.

    Attributes:
        name: The parameter.
        end: Which end of the range.
        bound: The range's last value there.
        beyond: The nearest value that the range leaves out.
    """

    name: str
    end: Literal["min", "max"]
    bound: Value
    beyond: float


def at_bounds(space: Space, best: Floats) -> list[AtBound]:
    """The numeric parameters whose best value lies at the end of their range.

    Args:
        space: What was searched.
        best: The canonical point of the best trial, shape (d,).
    """
    found = []
    for parameter, unit, active in zip(space.parameters, best, space.active(best[None])[0], strict=True):
        if not active or not isinstance(parameter, Number) or parameter.count <= 2:
            continue
        value, low, high = parameter.decode(np.array([unit, 0.0, 1.0]))
        edge = AT_BOUND if parameter.step is None else 0.0
        if value == low or parameter.position(float(value)) <= edge:
            found.append(_at_bound(parameter, "min"))
        elif value == high or parameter.position(float(value)) >= 1 - edge:
            found.append(_at_bound(parameter, "max"))
    return found


def _at_bound(parameter: Number, end: Literal["min", "max"]) -> AtBound:
    upper = end == "max"
    (bound,) = parameter.decode(np.array([float(upper)]))
    number, away = float(bound), math.inf if upper else -math.inf
    if parameter.step is None:
        return AtBound(parameter.name, end, bound, math.nextafter(number, away))
    beyond = number + math.copysign(parameter.step, away)
    return AtBound(parameter.name, end, bound, int(beyond) if parameter.integer else beyond)
