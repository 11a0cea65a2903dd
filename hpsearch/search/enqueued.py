"""The configurations that a search tries first, given by the user."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hpsearch.errors import UsageError
from hpsearch.searchers import ENQUEUED
from hpsearch.space import CHECKED_DRAWS, Space
from hpsearch.trial import Value

ENQUEUE_PURPOSE = 2**16 + 1  # searchers number their purposes from 0, and 2**16 is that of a trial's seed


class EnqueuedConfigurations:
    """The first configurations; values that they leave out are drawn by the trial's generator.

    Args:
        space: The space of the search.
        seed: The seed of the search.
        configurations: Their values, as :func:`check_enqueued` accepts them.

    Attributes:
        configurations: Their values, with the constants of the space.
    """

    def __init__(self, space: Space, seed: int, configurations: Sequence[Mapping[str, Value]]) -> None:
        self._space = space
        self._seed = seed
        self.configurations = [space.complete(values) for values in configurations]

    def __len__(self) -> int:
        return len(self.configurations)

    def values(self, number: int) -> tuple[Mapping[str, Value], Mapping[str, Any]]:
        """All values of a trial, and their origin.

        Raises:
            UsageError: No values that can be drawn are compatible with the given ones.
        """
        given = self.configurations[number]
        if self._space.is_complete(given):
            return given, {"phase": ENQUEUED}
        sequence = np.random.SeedSequence([self._seed, number, ENQUEUE_PURPOSE])
        values = self._space.fill(given, np.random.default_rng(sequence))
        if values is None:
            raise _nothing_to_draw(given)
        return values, {"phase": ENQUEUED, "drawn": [name for name in values if name not in given]}


def check_enqueued(space: Space, values: Mapping[str, Value]) -> None:
    """Check a configuration to try first.

    Raises:
        UsageError: It is not in the space, or leaves nothing to draw.
    """
    for name, what in space.problems(values, partial=True):
        raise UsageError(f"enqueue must hold configurations of the space; {name} {what} in {dict(values)}")
    if broken := space.broken_constraint(values):
        raise UsageError(f"enqueue must satisfy the constraint {broken}; found {dict(values)}")
    if not space.is_complete(values) and space.fill(values, np.random.default_rng(0), CHECKED_DRAWS) is None:
        raise _nothing_to_draw(values)


def _nothing_to_draw(values: Mapping[str, Value]) -> UsageError:
    return UsageError(
        "enqueue must leave values with which all given ones are active and all constraints hold; found"
        f" {dict(values)}. Change the given values, or give more"
    )
