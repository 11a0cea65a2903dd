"""Early stopping: asynchronous successive halving in its stopping variant (Li et al., 2020).

Made reproducible by bounded staleness: a trial's thresholds come from the results that its proposal
may see, and travel with it. Whatever else ends meanwhile changes nothing.

A rung stops no more trials than it has earned: the share it lets pass follows the rank correlation between
the losses there and at the end, among the trials that were trained to the end.
"""

import bisect
import math
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hpsearch.space import Floats
from hpsearch.trial import Rung

_FEWEST = 3
"""Trials that must have reached a rung before it stops any."""
_MOST_PAIRS = 64
"""Trials trained to the end, the latest, that a rung's trust comes from; bounds the cost of a threshold."""


@dataclass(frozen=True, slots=True)
class Halving:
    """The settings of early stopping.

    Attributes:
        min_epochs: The first rung; at least 1.
        reduction: The factor between rungs, and the inverse of the share that passes a trusted one; at least 2.
    """

    min_epochs: int = 1
    reduction: int = 2

    def rung_epochs(self, epochs: int) -> tuple[int, ...]:
        """The epochs min_epochs · reduction^j that lie below the last one, ``epochs``."""
        return tuple(self._below(epochs))

    def _below(self, epochs: int) -> Iterator[int]:
        epoch = self.min_epochs
        while epoch < epochs:
            yield epoch
            epoch *= self.reduction


class RungHistory:
    """The losses at each rung of a search's trials, in order, so that a threshold costs the same at any number.

    Args:
        halving: Where the rungs are.

    Attributes:
        counted: How many trials were added.
        longest: The epochs of the longest learning curve.
    """

    def __init__(self, halving: Halving) -> None:
        self.counted = 0
        self.longest = 0
        self._halving = halving
        self._losses: defaultdict[int, list[float]] = defaultdict(list)
        self._pairs: defaultdict[int, deque[tuple[float, float]]] = defaultdict(lambda: deque(maxlen=_MOST_PAIRS))

    def add(self, curve: Floats, *, stopped: bool) -> None:
        """The learning curve of the next trial.

        Args:
            curve: Losses epoch by epoch, lower is better; entries that are not finite do not count.
            stopped: Whether the trial was stopped early, so that its last loss is not its final one.
        """
        self.counted += 1
        self.longest = max(self.longest, len(curve))
        for epoch in self._halving.rung_epochs(len(curve) + 1):
            loss = float(curve[epoch - 1])
            if math.isfinite(loss):
                bisect.insort(self._losses[epoch], loss)
                if not stopped and epoch < len(curve) and math.isfinite(curve[-1]):
                    self._pairs[epoch].append((loss, float(curve[-1])))

    def rungs(self, epochs: int) -> tuple[Rung, ...]:
        """Where a trial has to prove itself: be among the best of those that got there.

        Args:
            epochs: How many epochs a full training takes.

        Returns:
            At most one rung for each of :meth:`Halving.rung_epochs`: those that enough trials have reached.
        """
        found = []
        for epoch in self._halving.rung_epochs(epochs):
            losses = self._losses[epoch]
            if len(losses) >= _FEWEST:
                share = 1 / self._halving.reduction
                found.append(Rung(epoch, losses[math.ceil(len(losses) * share) - 1]))
        return tuple(found)
