"""The configurations tried so far, and draws among the others."""

import numpy as np

from hpsearch.errors import SpaceExhausted
from hpsearch.space import Booleans, Floats, Space

LEFTOVER = {"leftover": "a random draw among untried configurations; the point proposed first had been tried"}
"""A phase that several searchers have."""

_FIRST_DRAWS = 16
_MOST_DRAWS = 1 << 18  # after this many duplicates in a row, draw from the list of all points
_LISTED_SIZE = 1 << 20  # finite spaces up to this size can be listed
_DRAWS_BEFORE_LIST = 1 << 12  # with constraints, which make a list expensive


class Seen:
    """The configurations of the trials so far.

    Args:
        space: What may be tried.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._units = np.empty((0, space.dimensions))
        self._history: object | None = None
        self._keys: set[bytes] = set()
        self._every: Floats | None = None

    def update(self, units: Floats, history: object | None = None) -> None:
        """Set the points tried so far; cheap when rows were only added.

        Args:
            units: Canonical points, shape (k, d).
            history: See :class:`~hpsearch.searchers.searcher.Observations`.
        """
        known = len(self._units)
        same = history is not None and history is self._history and known <= len(units)
        if not same and not np.array_equal(self._units, units[:known]):
            known = 0
            self._keys = set()
        self._keys.update(_keys(units[known:]))
        self._units = units if history is not None else units.copy()
        self._history = history

    def unseen(self, units: Floats) -> Booleans:
        """Which canonical points, shape (n, d), are untried and the first of their kind; shape (n,)."""
        first: dict[bytes, int] = {}
        for row, key in enumerate(_keys(units)):
            first.setdefault(key, row)
        mask = np.zeros(len(units), dtype=np.bool_)
        mask[[row for key, row in first.items() if key not in self._keys]] = True
        return mask

    def draw(self, rng: np.random.Generator) -> Floats:
        """A draw from the priors among the untried configurations, shape (d,).

        Raises:
            SpaceExhausted: There are none left.
        """
        count = _FIRST_DRAWS
        while count <= _MOST_DRAWS and len(self._keys) < self._space.size:
            units = self._space.snap(rng.random((count, self._space.dimensions)))
            new = self.unseen(units) & self._space.feasible(units)
            if new.any():
                return np.asarray(units[new.argmax()])
            # A small space that is nearly exhausted is listed at once; drawing would take long.
            drawn_long = count >= (_DRAWS_BEFORE_LIST if self._space.constraints else _FIRST_DRAWS)
            listed = drawn_long and self._space.size <= _LISTED_SIZE
            count = 2 * _MOST_DRAWS if listed else count * 4
        return self._from_list(rng)

    def _from_list(self, rng: np.random.Generator) -> Floats:
        """Any untried configuration, all with equal chances."""
        if len(self._keys) >= self._space.size:
            raise self._exhausted()
        if self._space.size > _LISTED_SIZE:
            # Only where a few configurations hold nearly all of the prior.
            units = self._space.snap(rng.random((_DRAWS_BEFORE_LIST, self._space.dimensions)))
            units = units[self._space.feasible(units)]
            if not len(units):
                raise self._exhausted()
            return np.asarray(units[0])
        if self._every is None:
            self._every = self._space.every_point()
        left = self._every[self.unseen(self._every)]
        if not len(left):  # values so improbable that float64 cannot tell their coordinates apart
            raise self._exhausted()
        return np.asarray(left[rng.integers(len(left))])

    def _exhausted(self) -> SpaceExhausted:
        size = len(self._keys) if self._space.constraints else self._space.size
        return SpaceExhausted(
            f"every configuration of the space has been tried: there are {size:.0f}. "
            "Widen the space, or ask for no more trials than that"
        )


def _keys(units: Floats) -> list[bytes]:
    """The bytes of each point, shape (n, d)."""
    data, width = units.tobytes(), units.itemsize * units.shape[1]
    if width == 0:
        return [b""] * len(units)
    return [data[start : start + width] for start in range(0, len(data), width)]
