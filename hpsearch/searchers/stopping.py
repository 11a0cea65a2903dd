"""Early stopping: asynchronous successive halving in its stopping variant (Li et al., 2020).

Reproducible by bounded staleness: a trial's thresholds come from the results that its proposal may
use, and are sent with it. Trials that end in the meantime change nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpsearch.space import Floats
from hpsearch.trial import Rung

_FEWEST = 3
"""The number of trials that must have reached a rung before it stops any."""


@dataclass(frozen=True, slots=True)
class Halving:
    """The settings of early stopping.

    Attributes:
        min_epochs: The first rung; at least 1.
        reduction: The factor between rungs, and the inverse of the share of trials that pass one; at least 2.
    """

    min_epochs: int = 1
    reduction: int = 2

    def rung_epochs(self, epochs: int) -> tuple[int, ...]:
        """The epochs min_epochs · reduction^j that lie below the last one, ``epochs``."""
        found = []
        epoch = self.min_epochs
        while epoch < epochs:
            found.append(epoch)
            epoch *= self.reduction
        return tuple(found)

    def rungs(self, curves: Sequence[Floats], epochs: int) -> tuple[Rung, ...]:
        """The thresholds of a trial: it must be among the best 1/reduction of the trials that reached each.

        Args:
            curves: Losses epoch by epoch of each trial with a result, lower is better. Entries that are
                not finite do not count.
            epochs: How many epochs a full training takes.

        Returns:
            One rung for each of :meth:`rung_epochs` that enough trials have reached.
        """
        found = []
        for epoch in self.rung_epochs(epochs):
            reached = np.array([curve[epoch - 1] for curve in curves if len(curve) >= epoch])
            losses = np.sort(reached[np.isfinite(reached)])
            if len(losses) >= _FEWEST:
                found.append(Rung(epoch, float(losses[math.ceil(len(losses) / self.reduction) - 1])))
        return tuple(found)
