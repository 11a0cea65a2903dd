"""How draws from a space's priors are distributed over each parameter's range."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hpsearch.space import Categorical, Floats, Number, Parameter, Space

SLICES = 10
"""The number of slices of equal probability in a range; at most one per value of a discrete parameter."""


def coverage(space: Space, units: Floats) -> list[dict[str, Any]]:
    """What the prior of each parameter covers, and how much of it a sample of draws hits.

    Args:
        space: What may be tried.
        units: Draws, as points of the cube, shape (n, d).

    Returns:
        A mapping per parameter: its name, prior, range, quartiles (None for a categorical parameter),
        the number of draws in each slice, and the share of slices with a draw.
    """
    active = space.active(units)
    return [
        _covered(parameter, units[active[:, column], column])
        for column, parameter in enumerate(space.parameters)
    ]


def _covered(parameter: Parameter, units: Floats) -> dict[str, Any]:
    slices = int(min(parameter.count, SLICES))
    if isinstance(parameter, Categorical):
        counts = np.bincount(parameter.index(units), minlength=slices)
    else:
        counts = np.bincount(np.minimum((units * slices).astype(np.int64), slices - 1), minlength=slices)
    return {
        "parameter": parameter.name,
        **_described(parameter),
        "draws": counts.tolist(),
        "covered": float(np.count_nonzero(counts) / slices),
    }


def _described(parameter: Parameter) -> Mapping[str, Any]:
    if isinstance(parameter, Number):
        quartiles: Sequence[Any] = parameter.decode(np.array([0.25, 0.5, 0.75]))
        low, high = (int(end) if parameter.integer else end for end in (parameter.min, parameter.max))
        return {"prior": parameter.prior, "range": [low, high], "quartiles": list(quartiles)}
    return {"prior": "values", "range": list(parameter.values), "quartiles": None}
