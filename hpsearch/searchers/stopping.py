"""Early stopping: asynchronous successive halving in its stopping variant (Li et al., 2020).

Made reproducible by bounded staleness: a trial's thresholds come from the results that its proposal
may see, and travel with it. Whatever else ends meanwhile changes nothing.

A rung stops no more trials than it has earned: the share that passes follows the rank correlation between
the losses there and at the end, among the trials that were trained to the end. After the first epochs on
little data that correlation is near 0, and the best trials are often the ones that start slowly.
"""

import bisect
import math
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from hpsearch.space import Floats
from hpsearch.trial import Rung

_FEWEST = 3
"""Trials that must have reached a rung before it stops any."""
_MOST_PAIRS = 64
"""Trials trained to the end, the latest, that a rung's trust comes from; bounds the cost of a threshold."""
_PRIOR_TRUST, _PRIOR_PAIRS = 0.3, 4  # what a rung is trusted before anything is known, and what that counts
_DISTRUSTED, _TRUSTED = 0.3, 0.7  # rank correlations at which a rung stops no trial, and as many as it may
_UNIFORM_DEVIATION = math.sqrt(1 / 12)
_WIDEST_RANGE = 2.0  # correction for a narrowed range that is believed


@dataclass(frozen=True, slots=True)
class Halving:
    """The settings of early stopping.

    Attributes:
        min_epochs: The first rung; at least 1.
        reduction: The factor between rungs, and the inverse of the share that passes one that is fully
            trusted; at least 2.
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
    """The losses of a search's trials at each rung, in order: a threshold costs the same at any number.

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
        self._pairs: defaultdict[int, deque[tuple[float, float]]]
        self._pairs = defaultdict(partial(deque, maxlen=_MOST_PAIRS))

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
            share = self._share(epoch)
            if len(losses) >= _FEWEST and share < 1:
                found.append(Rung(epoch, losses[math.ceil(len(losses) * share) - 1]))
        return tuple(found)

    def _share(self, epoch: int) -> float:
        """The share of the trials that pass a rung: from 1 where it predicts little to 1/reduction."""
        trust = (self.trust(epoch) - _DISTRUSTED) / (_TRUSTED - _DISTRUSTED)
        return 1 - (1 - 1 / self._halving.reduction) * min(max(trust, 0.0), 1.0)

    def trust(self, epoch: int) -> float:
        """How well losses at a rung predict the final ones: their rank correlation, shrunk if few are known.

        Trials that other trials' losses at a rung stopped have no final loss, and among the rest the
        correlation is lower than among all. It is corrected for that (Thorndike, 1949, case 2).
        """
        pairs = np.array(self._pairs[epoch]).reshape(-1, 2)
        n = len(pairs)
        if n < _FEWEST:
            return _PRIOR_TRUST
        correlation = _correlation(_ranks(pairs[:, 0]), _ranks(pairs[:, 1]))
        reached = self._losses[epoch]
        places = [
            bisect.bisect_left(reached, loss) + bisect.bisect_right(reached, loss) for loss in pairs[:, 0]
        ]
        range_ratio = _UNIFORM_DEVIATION * 2 * len(reached) / max(float(np.std(places)), 1e-9)
        range_ratio = min(max(range_ratio, 1.0), _WIDEST_RANGE)
        whole = correlation * range_ratio / math.sqrt(1 + correlation**2 * (range_ratio**2 - 1))
        return (n * whole + _PRIOR_PAIRS * _PRIOR_TRUST) / (n + _PRIOR_PAIRS)


def _ranks(values: Floats) -> Floats:
    """Ranks, those of equal values alike, shape (n,)."""
    ordered = np.sort(values)
    return np.asarray(np.searchsorted(ordered, values) + np.searchsorted(ordered, values, side="right"))


def _correlation(a: Floats, b: Floats) -> float:
    """Pearson's, of two of shape (n,); 0 where one is constant."""
    a, b = a - a.mean(), b - b.mean()
    scale = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / scale if scale else 0.0
