"""A parameter: its values, and how they map to the unit interval."""

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from hpsearch.errors import UsageError
from hpsearch.space.choices import Choices
from hpsearch.space.priors import PRIORS, Prior
from hpsearch.space.priors.grid import Floats, Grid
from hpsearch.trial import Value

Booleans = NDArray[np.bool_]

INACTIVE = 0.5
"""The coordinate of an inactive parameter."""


def _number(value: object) -> float:
    """A number, including NumPy's, as a float; NaN for anything else, including true and false."""
    return math.nan if isinstance(value, bool) or not isinstance(value, Real) else float(value)


def _written(value: float) -> str:
    """A bound or a step, in short form."""
    return str(int(value)) if float(value).is_integer() else str(value)


def _listed(values: Sequence[Value]) -> str:
    """Choices in the syntax of a config; without quotes if all are text."""
    if all(isinstance(value, str) for value in values):
        return ", ".join(values)
    return ", ".join(json.dumps(value, ensure_ascii=False, default=str) for value in values)


@dataclass(frozen=True)
class Number:
    """A float or integer parameter between two inclusive bounds.

    Attributes:
        name: Its name.
        min: The smallest value.
        max: The largest value; with a step, the largest multiple of it that is not above ``max``. The prior
            may cut both to the range where it has probability.
        prior: How draws are distributed: one of :data:`hpsearch.space.priors.PRIORS`.
        step: Distance between neighbouring values; None for a continuous parameter, 1 for integers
            unless given.
        integer: Whether values are ``int``.
        when: For each other parameter by name, the values with which this one is active.
        prior_parameters: A value for each of the prior's own keys.
        precision: How many significant digits the values of a continuous parameter have; None for about
            10,000 values. Values that were not drawn may have more digits.
    """

    name: str
    min: float
    max: float
    prior: str = "linear"
    step: float | None = None
    integer: bool = False
    when: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    prior_parameters: Mapping[str, float] = field(default_factory=dict)
    precision: int | None = None

    def __post_init__(self) -> None:
        if self.prior not in PRIORS:
            raise UsageError(f"prior must be one of {', '.join(PRIORS)}; found {self.prior!r} in {self.name}")
        if self.integer and self.step is None:
            object.__setattr__(self, "step", 1)
        low, high = PRIORS[self.prior].bounds(self.min, self.max, self.step, **self.prior_parameters)
        object.__setattr__(self, "min", low)
        object.__setattr__(self, "max", high)

    @property
    def count(self) -> float:
        """The number of values; infinite when continuous."""
        # Allow a millionth of a step of slack: (0.3 - 0.1) / 0.1 must count as 2.
        return math.inf if self.step is None else math.floor((self.max - self.min) / self.step + 1e-6) + 1

    @property
    def ordered(self) -> bool:
        """Whether the values are in order: always."""
        return True

    @cached_property
    def _prior(self) -> Prior:
        """The prior, bound to the range."""
        prior = PRIORS[self.prior]
        ends = self.min, self.max
        if self.step is not None:
            ends = prior.bucket_ends(self.min, self.step, self.count)
        return prior(*ends, **self.prior_parameters)

    @cached_property
    def grid(self) -> Grid:
        """The values of a continuous parameter."""
        return self._prior.grid(self.precision)

    @cached_property
    def _decimals(self) -> int:
        """Digits after the point in the bounds and the step; values are rounded to them."""
        exponents = [Decimal(repr(x)).normalize().as_tuple().exponent for x in (self.min, self.step or 0)]
        return max(0, *(-exponent for exponent in exponents if isinstance(exponent, int)))

    def _index(self, x: Floats) -> Floats:
        """The index, counted from 0, of the value nearest to each real number."""
        assert self.step is not None  # noqa: S101 -- for the type checker; callers have asked
        return np.asarray(np.clip(np.floor((x - self.min) / self.step + 0.5), 0, self.count - 1))

    def decode(self, units: Floats) -> list[Value]:
        """The values at coordinates ``units``, shape (n,)."""
        if self.step is None:
            continuous: list[Value] = self._drawn(units).tolist()
            return continuous
        steps = self.min + self._index(self._prior.decode(units)) * self.step
        if self.integer:
            integers: list[Value] = np.rint(steps).astype(np.int64).tolist()
            return integers
        rounded = (round(value, self._decimals) for value in steps.tolist())
        return [min(max(value, self.min), self.max) for value in rounded]

    def _drawn(self, units: Floats) -> Floats:
        """The values of a continuous parameter at coordinates, both of shape (n,)."""
        x = self.grid.round(self._within(self._prior.decode(units)))
        # Return the ends exactly: exp(log(x)) is not always x.
        return np.asarray(np.where(units <= 0.0, self.min, np.where(units >= 1.0, self.max, x)))

    def encode(self, values: Sequence[Value]) -> Floats:
        """The canonical coordinates of ``values``, shape (n,)."""
        return self._canonical(np.array(values, dtype=np.float64))

    def snap(self, units: Floats) -> Floats:
        """The canonical coordinates nearest to ``units``, shape (n,)."""
        return self._canonical(self._drawn(units) if self.step is None else self._prior.decode(units))

    def among(self, units: Floats, values: Sequence[Value]) -> Booleans:
        """Where the value is one of ``values``, shape (n,)."""
        return np.isin(self.decode(units), np.array(values, dtype=np.float64))

    def is_among(self, value: Value, values: Sequence[Value]) -> bool:
        """Whether a value of this parameter is one of others."""
        return any(_number(value) == _number(each) for each in values)

    def _within(self, x: Floats) -> Floats:
        """Real numbers moved into the range; np.clip does the same, but takes much longer to start."""
        return np.asarray(np.minimum(np.maximum(x, self.min), self.max))

    def _canonical(self, x: Floats) -> Floats:
        """The canonical coordinates of the values nearest to real numbers."""
        if self.step is None:
            return self._prior.encode(self._within(x))
        centres = self.min + self._index(x) * self.step
        return self._prior.centre(centres - self.step / 2, centres + self.step / 2)

    @property
    def even_buckets(self) -> bool:
        """Whether there is a step, and every value has an equal part of the unit interval."""
        return self.step is not None and PRIORS[self.prior].linear

    def position(self, value: float) -> float:
        """See :meth:`hpsearch.space.priors.Prior.position`."""
        return self._prior.position(value)

    @property
    def rule(self) -> str:
        """What a value of this parameter must be, to be read after "must be"."""
        kind = "a whole number" if self.integer else "a number"
        even = self.step is None or (self.integer and self.step == 1)
        steps = "" if even or self.step is None else f" in steps of {_written(self.step)}"
        return f"{kind} from {_written(self.min)} to {_written(self.max)}{steps}"

    def nearest(self, value: object) -> Value:
        """This parameter's value nearest to another one.

        Raises:
            LookupError: It is further away than half the range.
        """
        x = _number(value)
        if not -0.5 <= self.position(x) <= 1.5:
            raise LookupError(value)
        if self.step is None:
            return min(max(x, self.min), self.max)
        return self.decode(self.encode([x]))[0]

    def accepts(self, value: object) -> bool:
        """Whether a value is one of this parameter's values."""
        x = _number(value)
        if not self.min <= x <= self.max or (self.integer and x != int(x)):
            return False
        return self.step is None or abs((x - self.min) / self.step - round((x - self.min) / self.step)) < 1e-6


@dataclass(frozen=True)
class Categorical:
    """A parameter with listed values.

    Attributes:
        name: Its name.
        values: Its values, at least two, all different: anything that JSON can hold. 1, 1.0 and true differ.
        probabilities: The share of draws of each value; equal shares if None.
        when: For each other parameter by name, the values with which this one is active.
    """

    name: str
    values: tuple[Value, ...]
    probabilities: tuple[float, ...] | None = None
    when: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    @property
    def count(self) -> float:
        """The number of values."""
        return len(self.values)

    @property
    def ordered(self) -> bool:
        """Whether the values are numbers in ascending or descending order, so that neighbours are similar."""
        if any(isinstance(value, bool) or not isinstance(value, int | float) for value in self.values):
            return False
        rises = [b > a for a, b in itertools.pairwise(self.values)]
        return all(rises) or not any(rises)

    @cached_property
    def _choices(self) -> Choices:
        return Choices(self.values)

    @cached_property
    def _edges(self) -> Floats:
        """The ends of the buckets, shape (count + 1,)."""
        shares = self.probabilities or (1 / len(self.values),) * len(self.values)
        edges = np.concatenate([[0.0], np.cumsum(shares)])
        return np.asarray(edges / edges[-1])

    @cached_property
    def _centres(self) -> Floats:
        return np.asarray((self._edges[:-1] + self._edges[1:]) / 2)

    def index(self, units: Floats) -> NDArray[np.intp]:
        """The index, counted from 0, of the value at each coordinate, shape (n,)."""
        return np.searchsorted(self._edges[1:-1], units, side="right")

    def decode(self, units: Floats) -> list[Value]:
        """The values at coordinates ``units``, shape (n,)."""
        return [self._choices.own(index) for index in self.index(units)]

    def among(self, units: Floats, values: Sequence[Value]) -> Booleans:
        """Where the value is one of ``values``, shape (n,)."""
        allowed = [index for index in map(self.find, values) if index is not None]
        return np.isin(self.index(units), allowed)

    def is_among(self, value: Value, values: Sequence[Value]) -> bool:
        """Whether a value of this parameter is one of others."""
        index = self.find(value)
        return index is not None and index in map(self.find, values)

    def find(self, value: object) -> int | None:
        """The index, counted from 0, of the value that another one equals or means; None if there is none."""
        return self._choices.find(value)

    def encode(self, values: Sequence[Value]) -> Floats:
        """The canonical coordinates of ``values``, shape (n,)."""
        indices = [self.find(value) for value in values]
        if None in indices:
            raise ValueError(f"{values[indices.index(None)]!r:.80} is not a value of {self.name}")
        return self._centres[np.array(indices, dtype=np.intp)]

    def snap(self, units: Floats) -> Floats:
        """The canonical coordinates nearest to ``units``, shape (n,)."""
        return self._centres[self.index(units)]

    @property
    def rule(self) -> str:
        """What a value of this parameter must be, to be read after "must be"."""
        return f"one of {_listed(self.values)}"

    def nearest(self, value: object) -> Value:
        """This parameter's value nearest to another one.

        Raises:
            LookupError: It is not one of them, and the values have no order.
        """
        if (index := self.find(value)) is not None:
            return self._choices.own(index)
        x = _number(value)
        if math.isnan(x) or not self.ordered:
            raise LookupError(value)
        return min(self.values, key=lambda own: abs(_number(own) - x))

    def accepts(self, value: object) -> bool:
        """Whether a value is one of this parameter's values."""
        return self.find(value) is not None


Parameter = Number | Categorical
