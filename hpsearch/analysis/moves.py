"""How far a trial is from the trial that it was proposed around."""

import math
from dataclasses import dataclass

import numpy as np

from hpsearch.space import Floats, Space
from hpsearch.trial import Trial, Value


@dataclass(frozen=True, slots=True)
class Move:
    """One parameter of a trial. Lengths are in parts of the parameter's range, on its prior's scale.

    Attributes:
        name: The parameter.
        value: What the trial tries.
        before: The value of the trial that this one was proposed around; None if there is none.
        moved: The distance between the two; None without a centre, or if values have no order.
        radius: The standard deviation of the candidates' steps; None if they took none.
    """

    name: str
    value: Value
    before: Value | None
    moved: float | None
    radius: float | None


def moves(space: Space, trial: Trial, centre: Trial | None) -> list[Move]:
    """What a trial tries, parameter by parameter, and how far that is from its centre.

    Args:
        space: What was searched.
        trial: The trial.
        centre: The trial that it was proposed around; None if there is none.
    """
    before = centre.values if centre else {}
    apart = np.diff(space.units([before or trial.values, trial.values]), axis=0)[0].tolist()
    found = []
    for parameter, distance, radius in zip(space.parameters, apart, _radii(space, trial), strict=True):
        name = parameter.name
        if name not in trial.values:
            continue
        measured = name in before and parameter.ordered
        found.append(
            Move(
                name,
                trial.values[name],
                before.get(name),
                distance if measured else None,
                float(radius) if parameter.ordered and radius > 0 else None,
            )
        )
    return found


def _radii(space: Space, trial: Trial) -> Floats:
    """The standard deviation of the steps along each parameter, shape (d,); 0 for no steps.

    A fine trial is two steps away from its centre, whose variances add up.
    """
    radius = math.hypot(trial.origin.get("radius", 0.0), trial.origin.get("fine_radius", 0.0))
    return radius * np.array(trial.origin.get("step_scale", np.zeros(space.dimensions)), dtype=np.float64)
