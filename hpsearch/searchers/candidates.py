"""Where to look: points spread over the whole cube, and points around good ones at many scales."""

import math

import numpy as np

from hpsearch.space import Booleans, Categorical, Floats, Number, Space


def spread(number: int, shift: Floats) -> Floats:
    """Point ``number`` of the R_d low-discrepancy sequence (Roberts, 2018), shifted modulo 1.

    Args:
        number: Counted from 0.
        shift: Uniform in the cube, shape (d,); makes every point uniformly distributed.
    """
    d = len(shift)
    phi = 2.0
    for _ in range(64):  # the root of x^(d+1) = x + 1
        phi = (1 + phi) ** (1 / (d + 1))
    return np.asarray((shift + (number + 1) * phi ** -np.arange(1.0, d + 1)) % 1.0)


class Neighbourhood:
    """Random moves away from points, by the kind of each parameter.

    Args:
        space: What is searched.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        d = space.dimensions
        self._unordered = np.array(
            [isinstance(p, Categorical) and not p.ordered for p in space.parameters], dtype=np.bool_
        )
        self._bucket = np.array([_bucket(p) for p in space.parameters])
        self._share = max(0.5, min(1.0, 1.5 / max(d, 1)))

    def around(self, rng: np.random.Generator, centres: Floats, radii: Floats, reach: Floats) -> Floats:
        """One candidate near each centre.

        Args:
            rng: Where the randomness comes from.
            centres: Canonical points, shape (n, d).
            radii: The scale of each candidate's moves, shape (n,).
            reach: Factor on the scale by parameter, shape (d,); 1 on geometric average.

        Returns:
            Canonical points, shape (n, d).
        """
        n, d = centres.shape
        moved = self._moved(rng, n, d)
        steps = rng.standard_normal((n, d)) * radii[:, None] * reach
        # A step that would fall back into its own bucket moves to the next one half of the time.
        short = (np.abs(steps) < 0.5 * self._bucket) & (rng.random((n, d)) < 0.5)
        steps = np.where(short, np.copysign(self._bucket, steps), steps)
        walked = reflect(np.where(moved, centres + steps, centres))
        chance = np.minimum(0.5, np.maximum(1.5 * radii, 0.5 / max(d, 1)))[:, None]
        redrawn = self._unordered & (rng.random((n, d)) < chance)
        ordered = np.where(self._unordered, centres, walked)
        return self._space.snap(np.where(redrawn, rng.random((n, d)), ordered))

    def _moved(self, rng: np.random.Generator, n: int, d: int) -> Booleans:
        """Which parameters of each candidate move; at least one does."""
        moved = rng.random((n, d)) < self._share
        if d:
            moved[np.arange(n), rng.integers(d, size=n)] = True
        return np.asarray(moved)


def reflect(units: Floats) -> Floats:
    """Coordinates mirrored at 0 and 1 until they lie between."""
    folded = np.abs(units) % 2.0
    return np.asarray(np.where(folded > 1.0, 2.0 - folded, folded))


def _bucket(parameter: Number | Categorical) -> float:
    """The width of a bucket where all are alike; 0 where they are not, or where there are none."""
    if isinstance(parameter, Number):
        linear = parameter.prior == "linear" and math.isfinite(parameter.count)
        return 1 / parameter.count if linear else 0.0
    return 1 / parameter.count if parameter.ordered and parameter.probabilities is None else 0.0
