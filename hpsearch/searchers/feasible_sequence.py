"""A sequence of points without those that break a constraint of the space."""

from collections.abc import Callable

import numpy as np

from hpsearch.space import Floats, Space

_BATCH = 64
_MOST_SKIPPED = 1 << 14  # points per feasible one; a config whose constraints leave so little is refused


class FeasibleSequence:
    """The canonical points of a sequence, those that break a constraint left out.

    So the rest covers what may be tried as evenly as the sequence covers the cube. A point of it depends on
    its number and the space alone.

    Args:
        space: What may be tried.
        sequence: Point ``number`` of the sequence, counted from 0, shape (d,).
    """

    def __init__(self, space: Space, sequence: Callable[[int], Floats]) -> None:
        self._space = space
        self._sequence = sequence
        self._looked_at = 0
        self._feasible: list[Floats] = []

    def point(self, number: int) -> Floats | None:
        """Feasible point ``number``, counted from 0, shape (d,); None if there are hardly any."""
        if not self._space.constraints:
            return np.asarray(self._space.snap(self._sequence(number)[None])[0])
        while len(self._feasible) <= number and self._looked_at < _MOST_SKIPPED * (number + 1):
            batch = range(self._looked_at, self._looked_at + _BATCH)
            units = self._space.snap(np.array([self._sequence(index) for index in batch]))
            self._feasible += list(units[self._space.feasible(units)])
            self._looked_at += _BATCH
        return self._feasible[number] if number < len(self._feasible) else None
