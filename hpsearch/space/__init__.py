"""What may be tried: priors, parameters, conditions, and the unit cube in which they are searched.

A :class:`Space` of *d* parameters is the image of the cube [0, 1]^d: uniform draws in the cube are
draws from the priors. Every function here is vectorised over the rows of an ``(n, d)`` array.

Discrete parameters (integers, steps, categories) have an interval of [0, 1] per value, its *bucket*;
the canonical coordinate of a value is the centre of its bucket, and 0.5 where a parameter is inactive.
"""

from hpsearch.space.constraint import Constraint
from hpsearch.space.parameters import INACTIVE, Booleans, Categorical, Number, Parameter
from hpsearch.space.priors import PRIORS, Prior
from hpsearch.space.priors.prior import Floats
from hpsearch.space.space import CHECKED_DRAWS, Space

__all__ = [
    "CHECKED_DRAWS",
    "INACTIVE",
    "PRIORS",
    "Booleans",
    "Categorical",
    "Constraint",
    "Floats",
    "Number",
    "Parameter",
    "Prior",
    "Space",
]
