"""Candidate points: evenly distributed over the cube, or near good points at many scales."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from hpsearch.searchers.searcher import Indices
from hpsearch.space import Booleans, Categorical, Floats, Parameter, Space

NO_CENTRE = -1
"""In place of a trial's number: the candidate is a draw from the priors, near no trial."""
_STEP_SCALES = 0.3, 3.0
_ROUNDS = 8  # of draws, until there are as many candidates as asked for


def quasirandom_point(number: int, shift: Floats) -> Floats:
    """Point ``number`` of the R_d low-discrepancy sequence (Roberts, 2018), shifted modulo 1.

    Args:
        number: Counted from 0.
        shift: Uniform in the cube, shape (d,); makes every point uniformly distributed.
    """
    d = len(shift)
    phi = 2.0
    for _ in range(64):  # towards the root of x^(d+1) = x + 1
        phi = (1 + phi) ** (1 / (d + 1))
    return np.asarray((shift + (number + 1) * phi ** -np.arange(1.0, d + 1)) % 1.0)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Canonical points, and where each came from.

    Attributes:
        units: Shape (n, d).
        centres: The trial that each lies near, or :data:`NO_CENTRE`; shape (n,).
        radii: The scale of each one's distance from there, shape (n,).
    """

    units: Floats
    centres: Indices
    radii: Floats

    def where(self, mask: Booleans) -> Self:
        """The candidates selected by ``mask``, shape (n,)."""
        return type(self)(self.units[mask], self.centres[mask], self.radii[mask])

    def __add__(self, other: Self) -> Self:
        return type(self)(
            np.concatenate([self.units, other.units]),
            np.concatenate([self.centres, other.centres]),
            np.concatenate([self.radii, other.radii]),
        )


class Sampler:
    """Draws candidates, and moves points by the kind of each parameter.

    Candidates that break a constraint of the space are drawn again. Where most do, there may be fewer than
    asked for, or none.

    Args:
        space: What is searched.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._unordered = np.array([not p.ordered for p in space.parameters], dtype=np.bool_)
        self._buckets = np.array([_even_bucket(p) for p in space.parameters])
        self._d = max(space.dimensions, 1)

    def sample_prior(self, rng: np.random.Generator, count: int) -> Candidates:
        """Draws from the priors."""

        def draw() -> Candidates:
            units = self._space.snap(rng.random((count, self._space.dimensions)))
            return Candidates(units, np.full(count, NO_CENTRE), np.ones(count))

        return self._feasible(draw, count)

    def perturb(
        self,
        rng: np.random.Generator,
        points: Floats,
        centres: Indices,
        radius: float,
        lengths: Floats,
    ) -> Candidates:
        """One candidate near each point, at scales from the radius down to a quarter of it.

        Parameters with short length scales take short steps: what matters is searched finely, and
        what does not stays wide.

        Args:
            rng: Where the randomness comes from.
            points: Canonical points, shape (n, d).
            centres: The trial that each point belongs to, shape (n,).
            radius: The largest scale.
            lengths: Length scale of each parameter, shape (d,).
        """
        return self._feasible(lambda: self._moved(rng, points, centres, radius, lengths), len(points))

    def _feasible(self, draw: Callable[[], Candidates], count: int) -> Candidates:
        """The first ``count`` candidates of some draws that satisfy the constraints."""
        drawn = draw()
        if not self._space.constraints:
            return drawn
        found = drawn.where(self._space.feasible(drawn.units))
        for _ in range(_ROUNDS - 1):
            if len(found.units) >= count:
                break
            drawn = draw()
            found += drawn.where(self._space.feasible(drawn.units))
        return found.where(np.arange(len(found.units)) < count)

    def _moved(
        self,
        rng: np.random.Generator,
        points: Floats,
        centres: Indices,
        radius: float,
        lengths: Floats,
    ) -> Candidates:
        n = len(points)
        radii = radius * 2.0 ** (-2.0 * rng.random(n))
        walked = self._walk(rng, points, radii[:, None] * step_scale(lengths))
        chance = np.minimum(0.5, np.maximum(1.5 * radii, 0.5 / self._d))[:, None]
        redrawn = self._unordered & (rng.random(points.shape) < chance)
        moved = np.where(redrawn, rng.random(points.shape), np.where(self._unordered, points, walked))
        return Candidates(self._space.snap(moved), centres, radii)

    def _walk(self, rng: np.random.Generator, points: Floats, scales: Floats) -> Floats:
        """Points after a normal step along most of their coordinates, and at least one."""
        n, d = points.shape
        moves = rng.random((n, d)) < max(0.5, 1.5 / self._d)
        if d:
            moves[np.arange(n), rng.integers(d, size=n)] = True
        steps = rng.standard_normal((n, d)) * scales
        # A step too short to leave its bucket leads to the next one, half of the time.
        short = (np.abs(steps) < 0.5 * self._buckets) & (rng.random((n, d)) < 0.5)
        steps = np.where(short, np.copysign(self._buckets, steps), steps)
        return reflect(points + np.where(moves, steps, 0.0))


def step_scale(lengths: Floats) -> Floats:
    """The factor of the radius for each parameter, shape (d,): parameters that matter less move further.

    Args:
        lengths: Length scale of each parameter, shape (d,).
    """
    return np.clip(lengths / np.exp(np.log(lengths).mean()), *_STEP_SCALES) if len(lengths) else lengths


def reflect(units: Floats) -> Floats:
    """Coordinates mirrored at 0 and 1 until they lie in between."""
    folded = np.abs(units) % 2.0
    return np.asarray(np.where(folded > 1.0, 2.0 - folded, folded))


def _even_bucket(parameter: Parameter) -> float:
    """The width of a bucket where all are equal and in order; 0 elsewhere."""
    if isinstance(parameter, Categorical):
        even = parameter.ordered and parameter.probabilities is None
    else:
        even = parameter.even_buckets
    return 1 / parameter.count if even else 0.0
