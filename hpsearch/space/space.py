"""Parameters and constants as one cube."""

import copy
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from hpsearch.space.constraint import Constraint
from hpsearch.space.parameters import INACTIVE, Booleans, Categorical, Number, Parameter
from hpsearch.space.priors.prior import Floats
from hpsearch.trial import Value

MOST_DRAWS, CHECKED_DRAWS = 1 << 15, 1 << 12
"""The number of draws to fill in a configuration; fewer for a check, so that one that passes does not fail
later."""

_DRAWS_AT_ONCE = 32
_MOST_COUNTED = 10_000
"""With constraints, finite spaces of at most this many configurations are counted one by one."""


@dataclass(frozen=True)
class Space:
    """Parameters and constants, as one cube.

    Attributes:
        parameters: The parameters, in the order of the config; the columns of every ``(n, d)`` array.
            A parameter's ``when`` names parameters that are discrete, and there are no cycles.
        constants: The values that all trials share, by name.
        constraints: Conditions that every configuration must satisfy. The cube also contains the others;
            :meth:`feasible` tells them apart.
    """

    parameters: tuple[Parameter, ...]
    constants: Mapping[str, Value] = field(default_factory=dict)
    constraints: tuple[Constraint, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names, in column order."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def dimensions(self) -> int:
        """The number of columns, d."""
        return len(self.parameters)

    @cached_property
    def _conditional_columns(self) -> tuple[int, ...]:
        """The columns with conditions, every one after the columns it depends on."""
        column = {name: index for index, name in enumerate(self.names)}
        ordered: list[int] = []

        def visit(index: int) -> None:
            if index in ordered:
                return
            for parent in self.parameters[index].when:
                if parent in column:
                    visit(column[parent])
            if self.parameters[index].when:
                ordered.append(index)

        for index in range(self.dimensions):
            visit(index)
        return tuple(ordered)

    def active(self, units: Floats) -> Booleans:
        """Which parameters are active in each configuration.

        Args:
            units: Points of the cube, shape (n, d).

        Returns:
            True where a parameter is active, shape (n, d).
        """
        mask = np.ones(units.shape, dtype=np.bool_)
        column = {name: index for index, name in enumerate(self.names)}
        for index in self._conditional_columns:
            for name, allowed in self.parameters[index].when.items():
                if name in self.constants:
                    mask[:, index] &= self._is_constant(name, allowed)
                    continue
                parent = column[name]
                mask[:, index] &= mask[:, parent] & self.parameters[parent].among(units[:, parent], allowed)
        return mask

    def values(self, units: Floats) -> list[dict[str, Value]]:
        """The configurations at points of the cube, inactive parameters absent.

        Args:
            units: Points of the cube, shape (n, d).

        Returns:
            n mappings from name to value, constants first.
        """
        columns = [parameter.decode(units[:, index]) for index, parameter in enumerate(self.parameters)]
        active = self.active(units)
        return [
            copy.deepcopy(dict(self.constants))
            | {name: column[row] for name, column, on in zip(self.names, columns, mask, strict=True) if on}
            for row, mask in enumerate(active)
        ]

    def units(self, configurations: Sequence[Mapping[str, Value]]) -> Floats:
        """The canonical points of configurations; the inverse of :meth:`values`.

        Args:
            configurations: n mappings from name to value; an absent parameter is inactive.

        Returns:
            Points of the cube, shape (n, d).
        """
        points = np.full((len(configurations), self.dimensions), INACTIVE)
        for index, parameter in enumerate(self.parameters):
            rows = [row for row, values in enumerate(configurations) if parameter.name in values]
            if rows:
                points[rows, index] = parameter.encode([configurations[row][parameter.name] for row in rows])
        return points

    def snap(self, units: Floats) -> Floats:
        """Each point moved to the canonical point of its configuration.

        Args:
            units: Points of the cube, shape (n, d).

        Returns:
            Points of the cube, shape (n, d); equal rows are equal configurations and vice versa.
        """
        snapped = np.empty_like(units)
        for index, parameter in enumerate(self.parameters):
            snapped[:, index] = parameter.snap(units[:, index])
        snapped[~self.active(units)] = INACTIVE
        return snapped

    def feasible(self, units: Floats) -> Booleans:
        """Which configurations satisfy the constraints.

        Args:
            units: Points of the cube, shape (n, d).

        Returns:
            Shape (n,).
        """
        mask = np.ones(len(units), dtype=np.bool_)
        if not self.constraints:
            return mask
        used = frozenset[str]().union(*(constraint.names for constraint in self.constraints))
        active = self.active(units)
        columns = {
            name: (active[:, index], self.parameters[index].decode(units[:, index]))
            for index, name in enumerate(self.names)
            if name in used
        }
        for row in range(len(units)):
            values = dict(self.constants) | {name: of[row] for name, (on, of) in columns.items() if on[row]}
            mask[row] = all(constraint.allows(values) for constraint in self.constraints)
        return mask

    def broken_constraint(self, values: Mapping[str, Value]) -> str:
        """The first constraint that a configuration does not satisfy, as written; "" if there is none.

        Args:
            values: A configuration without :meth:`problems`, or a part of one: a constraint about a parameter
                that it lacks is satisfied.
        """
        complete = self.complete(values)
        return next((each.text for each in self.constraints if not each.allows(complete)), "")

    def complete(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """A configuration in the form of :meth:`values`: with the constants, in order, 2 instead of 2.0.

        Args:
            values: A configuration without :meth:`problems`.
        """
        completed = copy.deepcopy(dict(self.constants))
        for parameter in self.parameters:
            if parameter.name in values:
                value = values[parameter.name]
                continuous = isinstance(parameter, Number) and parameter.step is None
                (canonical,) = parameter.decode(parameter.encode([value]))
                # A continuous value keeps its last digits.
                completed[parameter.name] = float(value) if continuous else canonical
        return completed

    def problems(self, values: Mapping[str, object], *, partial: bool = False) -> Iterator[tuple[str, str]]:
        """Why a mapping is not a configuration of this space.

        Args:
            values: The mapping.
            partial: Whether values may be missing.

        Yields:
            A name, and the rule that it breaks.
        """
        known = set(self.names) | set(self.constants)
        for name, value in values.items():
            if name not in known:
                yield name, "is not a parameter of the space"
            elif name in self.constants and not self._is_constant(name, [value]):
                yield name, f"is the constant {self.constants[name]}"
        decided = {*values, *self.constants} if partial else known
        for parameter in self.parameters:
            on = all(
                self._holds(name, allowed, values)
                for name, allowed in parameter.when.items()
                if name in decided
            )
            if parameter.name not in values:
                if on and not partial:
                    yield parameter.name, "must have a value"
            elif not on:
                yield parameter.name, "is not active with these values"
            elif not parameter.accepts(values[parameter.name]):
                yield parameter.name, f"must be {parameter.rule}"

    def _is_constant(self, name: str, values: Sequence[Value]) -> bool:
        """Whether a constant is one of some values."""
        return Categorical(name, (self.constants[name],)).is_among(self.constants[name], values)

    def _holds(self, name: str, allowed: Sequence[Value], values: Mapping[str, object]) -> bool:
        """Whether a condition on another parameter, or on a constant, is true for a configuration."""
        if name in self.constants:
            return self._is_constant(name, allowed)
        parent = next(each for each in self.parameters if each.name == name)
        return name in values and parent.is_among(values[name], allowed)

    def is_complete(self, values: Mapping[str, Value]) -> bool:
        """Whether a mapping without partial :meth:`problems` has a value for every active parameter."""
        return not any(True for _ in self.problems(values))

    def fill(
        self, values: Mapping[str, Value], rng: np.random.Generator, most_draws: int = MOST_DRAWS
    ) -> dict[str, Value] | None:
        """A configuration with some values given, and the others drawn from the priors.

        Args:
            values: A mapping without partial :meth:`problems`; its parameters are active in the result.
            rng: The random generator.
            most_draws: The largest number of draws to try.

        Returns:
            The first draw that satisfies conditions and constraints, in the form of :meth:`complete`; None if
            there was none.
        """
        given = [index for index, name in enumerate(self.names) if name in values]
        fixed = self.units([values])[0]
        left = most_draws
        while left > 0:
            units = rng.random((_DRAWS_AT_ONCE, self.dimensions))
            units[:, given] = fixed[given]
            units = self.snap(units[self.active(units)[:, given].all(axis=1)])
            for drawn in self.values(units):
                filled = self.complete(drawn | dict(values))
                if not self.broken_constraint(filled):
                    return filled
            left -= _DRAWS_AT_ONCE
        return None

    @cached_property
    def size(self) -> float:
        """The number of different configurations; infinite with a continuous parameter.

        With conditions, the count goes through every combination of the parameters they depend on;
        with more than a million combinations, the space counts as infinite. With more than 10,000
        configurations, those that break a constraint are also counted.
        """
        size = self._size_of_cube
        if self.constraints and size <= _MOST_COUNTED:
            return float(len(self.every_point()))
        return size

    @cached_property
    def _size_of_cube(self) -> float:
        """The number of configurations, whether they satisfy the constraints or not."""
        if not self._conditional_columns:
            return math.prod(
                float(parameter.count) for parameter in self.parameters
            )  # a float can be infinite
        parents = {name for parameter in self.parameters for name in parameter.when} & set(self.names)
        deciding = [index for index, name in enumerate(self.names) if name in parents]
        if math.prod(self.parameters[index].count for index in deciding) > 1_000_000:
            return math.inf
        points = self._combinations(deciding)
        active = self.active(points)
        free = [index for index in range(self.dimensions) if index not in deciding]
        counts = np.array([self.parameters[index].count for index in free])
        branches = np.unique(
            np.where(active[:, deciding], points[:, deciding], INACTIVE), axis=0, return_index=True
        )[1]
        return float(np.where(active[branches][:, free], counts, 1.0).prod(axis=1).sum())

    def every_point(self) -> Floats:
        """The canonical points of all configurations of a finite space that satisfy the constraints.

        Returns:
            Shape (n, d).

        Raises:
            ValueError: The space is infinite.
        """
        if math.isinf(self._size_of_cube):
            raise ValueError("the points of a space with a continuous parameter cannot be listed")
        points = np.asarray(np.unique(self.snap(self._combinations(range(self.dimensions))), axis=0))
        return points[self.feasible(points)]

    def _combinations(self, columns: Iterable[int]) -> Floats:
        """All combinations of the discrete parameters in ``columns``, the others at 0.5; shape (n, d)."""
        chosen = list(columns)
        axes = [self._every_coordinate(self.parameters[index]) for index in chosen]
        points = np.full((math.prod(map(len, axes)), self.dimensions), INACTIVE)
        for index, axis in zip(chosen, np.meshgrid(*axes, indexing="ij"), strict=True):
            points[:, index] = axis.ravel()
        return points

    @staticmethod
    def _every_coordinate(parameter: Parameter) -> Floats:
        if isinstance(parameter, Categorical):
            return parameter.encode(parameter.values)
        assert parameter.step is not None  # noqa: S101 -- callers pass discrete parameters only
        return parameter.encode(
            [parameter.min + index * parameter.step for index in range(int(parameter.count))]
        )
