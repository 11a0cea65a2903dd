"""Where a search has narrowed to, and whether its space is too small."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hpsearch.space import Booleans, Floats, Number, Space
from hpsearch.trial import Value

AT_BOUND = 0.02
"""How near, on the prior's scale, a continuous value counts as at its bound."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The values of one parameter that were tried early and late.

    Attributes:
        name: The parameter.
        early: Of the first third of the trials, ``low`` and ``high``, the 10 % and the 90 % quantile; for
            categories, the most frequent ``value`` and its ``share`` of the trials. None where the
            parameter was never active.
        late: The same of the last third.
    """

    name: str
    early: Mapping[str, Value] | None
    late: Mapping[str, Value] | None


def narrowing(space: Space, units: Floats) -> list[Narrowing]:
    """What was tried early and late, parameter by parameter.

    Args:
        space: What was searched.
        units: The canonical points of the trials, in the order of their numbers, shape (n, d).
    """
    third = max(1, len(units) // 3)
    active = space.active(units)
    found = []
    for column in range(space.dimensions):
        parts = (slice(None, third), slice(len(units) - third, None))
        early, late = (_spread(space, column, units[part], active[part, column]) for part in parts)
        found.append(Narrowing(space.names[column], early, late))
    return found


def _spread(space: Space, column: int, units: Floats, active: Booleans) -> Mapping[str, Value] | None:
    parameter = space.parameters[column]
    chosen = units[active, column]
    if not len(chosen):
        return None
    if isinstance(parameter, Number):
        low, high = parameter.decode(np.quantile(chosen, [0.1, 0.9]))
        return {"low": low, "high": high}
    counts = np.bincount(parameter.index(chosen), minlength=len(parameter.values))
    return {"value": parameter.values[int(counts.argmax())], "share": float(counts.max() / counts.sum())}


def at_bounds(space: Space, best: Floats) -> list[tuple[Number, bool]]:
    """The numeric parameters whose best value lies at the end of their range.

    Args:
        space: What was searched.
        best: The canonical point of the best trial, shape (d,).

    Returns:
        Each with whether the end is the upper one.
    """
    found = []
    for parameter, unit, active in zip(space.parameters, best, space.active(best[None])[0], strict=True):
        if not active or not isinstance(parameter, Number) or parameter.count <= 2:
            continue
        low, high = parameter.encode([parameter.min, parameter.max])
        edge = AT_BOUND if parameter.step is None else 0.0
        if unit <= low + edge or unit >= high - edge:
            found.append((parameter, bool(unit >= high - edge)))
    return found
