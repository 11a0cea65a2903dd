"""Where a search has narrowed to, and whether its space is too small."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hpsearch.space import Floats, Number, Parameter, Space
from hpsearch.trial import Value

AT_BOUND = 0.02
"""How near, on the prior's scale, a continuous value counts as at its bound."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The values of one parameter that were tried early and late.

    Attributes:
        name: The parameter.
        early: Of the first third of the trials: for a number, ``low`` and ``high``, which at least four
            fifths of the values lie between; for a category, the most frequent ``value`` and its ``share``
            of the trials. None where the parameter was never active.
        late: The same of the last third.
    """

    name: str
    early: Mapping[str, Value] | None
    late: Mapping[str, Value] | None


def thirds(count: int) -> tuple[range, range]:
    """The numbers of the first and of the last third of so many trials, one at least in each.

    Args:
        count: How many trials there are, at least one.
    """
    third = max(1, count // 3)
    return range(third), range(count - third, count)


def narrowing(space: Space, units: Floats) -> list[Narrowing]:
    """What was tried early and late, parameter by parameter.

    Args:
        space: What was searched.
        units: The canonical points of the trials, in the order of their numbers, shape (n, d).
    """
    active = space.active(units)
    found = []
    for column, parameter in enumerate(space.parameters):
        early, late = (
            _spread(parameter, units[part, column][active[part, column]]) for part in thirds(len(units))
        )
        found.append(Narrowing(parameter.name, early, late))
    return found


def _spread(parameter: Parameter, units: Floats) -> Mapping[str, Value] | None:
    if not len(units):
        return None
    if isinstance(parameter, Number):
        outside = len(units) // 10  # on either side; of few trials, none
        low, high = parameter.decode(np.sort(units)[[outside, -1 - outside]])
        return {"low": low, "high": high}
    counts = np.bincount(parameter.index(units), minlength=len(parameter.values))
    return {"value": parameter.values[int(counts.argmax())], "share": float(counts.max() / counts.sum())}


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
        low, high = parameter.encode([parameter.min, parameter.max])
        edge = AT_BOUND if parameter.step is None else 0.0
        if unit <= low + edge:
            found.append(_at_bound(parameter, "min"))
        elif unit >= high - edge:
            found.append(_at_bound(parameter, "max"))
    return found


def _at_bound(parameter: Number, end: Literal["min", "max"]) -> AtBound:
    upper = end == "max"
    (bound,) = parameter.decode(np.array([float(upper)]))
    number, away = float(bound), math.inf if upper else -math.inf
    step = math.copysign(parameter.step, away) if parameter.step else None
    return AtBound(parameter.name, end, bound, number + step if step else math.nextafter(number, away))
