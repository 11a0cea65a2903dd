"""Early stopping: asynchronous successive halving in its stopping variant (Li et al., 2020).

Reproducible by bounded staleness: a trial's thresholds come from the results that its proposal may
use, and are sent with it. Trials that end in the meantime change nothing.

A rung stops trials only as far as it predicts their end: the share that passes follows the rank
correlation between the losses at the rung and at the last epoch, among the trials that reached it. On few
rows the correlation after the first epochs is near 0, and the best trials are often slow starters.
"""

import bisect
import math
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from hpsearch.space import Floats
from hpsearch.trial import WORST_TIE, Rung, Worth

_FEWEST = 3
"""The number of trials that must have reached a rung before it stops any."""
_MOST_PAIRS = 64
"""The number of fully trained trials, the latest, that a rung's trust is measured on."""
_PRIOR_TRUST, _PRIOR_PAIRS = 0.3, 4  # before anything is known, and the number of trials this counts for
# The rank correlations up to which a rung stops no trial, and from which it lets 1/reduction pass.
_DISTRUSTED, _TRUSTED = 0.3, 0.7
_MOST_INSERTED = 16  # above this, sorting the nearly sorted list is faster
_UNIFORM_DEVIATION = math.sqrt(1 / 12)
_WIDEST_RANGE = 2.0  # the largest correction for a restricted range

_Sortable = TypeVar("_Sortable", int, Worth)


@dataclass(frozen=True, slots=True)
class Halving:
    """The settings of early stopping.

    Attributes:
        min_epochs: The first rung; at least 1.
        reduction: The factor between rungs, and the inverse of the share of trials that pass one that
            predicts well; at least 2.
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
    """What a search's trials were worth at each rung, in order: a threshold costs the same at any number.

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
        self._worths: defaultdict[int, list[Worth]] = defaultdict(list)  # in order, except for the new ones
        self._new: defaultdict[int, list[Worth]] = defaultdict(list)
        self._pairs: defaultdict[int, deque[tuple[Worth, Worth]]]
        self._pairs = defaultdict(partial(deque, maxlen=_MOST_PAIRS))
        self._trust: dict[int, float] = {}  # of the rungs that no trial has reached since

    def add(self, curve: Floats, ties: Floats | None = None, *, stopped: bool) -> None:
        """The learning curve of the next trial.

        Args:
            curve: Losses epoch by epoch, lower is better; entries that are not finite do not count.
            ties: What orders equal losses, epoch by epoch; None for nothing.
            stopped: Whether the trial was stopped early, so that its last loss is not its final one.
        """
        self.counted += 1
        self.longest = max(self.longest, len(curve))

        def worth(epoch: int) -> Worth:
            return float(curve[epoch - 1]), WORST_TIE if ties is None else float(ties[epoch - 1])

        for epoch in self._halving.rung_epochs(len(curve) + 1):
            if math.isfinite(curve[epoch - 1]):
                self._new[epoch].append(worth(epoch))
                self._trust.pop(epoch, None)
                if not stopped and epoch < len(curve) and math.isfinite(curve[-1]):
                    self._pairs[epoch].append((worth(epoch), worth(len(curve))))

    def rungs(self, epochs: int) -> tuple[Rung, ...]:
        """The thresholds of a trial: it must be among the best of the trials that reached each.

        Args:
            epochs: How many epochs a full training takes.

        Returns:
            At most one rung for each of :meth:`Halving.rung_epochs`: those that enough trials have reached.
        """
        found = []
        for epoch in self._halving.rung_epochs(epochs):
            worths = self._reached(epoch)
            share = self._share(epoch)
            if len(worths) >= _FEWEST and share < 1:
                found.append(Rung(epoch, *worths[math.ceil(len(worths) * share) - 1]))
        return tuple(found)

    def _reached(self, epoch: int) -> list[Worth]:
        """What all trials were worth at a rung, in order."""
        worths, new = self._worths[epoch], self._new[epoch]
        if len(new) > _MOST_INSERTED:  # as in a resumed search, which adds all of them
            worths += new
            worths.sort()
        else:
            for worth in new:
                bisect.insort(worths, worth)
        new.clear()
        return worths

    def _share(self, epoch: int) -> float:
        """The share of the trials that pass a rung: from 1 where it predicts little to 1/reduction."""
        trust = (self.trust(epoch) - _DISTRUSTED) / (_TRUSTED - _DISTRUSTED)
        return 1 - (1 - 1 / self._halving.reduction) * min(max(trust, 0.0), 1.0)

    def trust(self, epoch: int) -> float:
        """How well losses at a rung predict the final ones: their rank correlation, shrunk if few are known.

        Trials that other trials' losses at a rung stopped have no final loss, and among the rest the
        correlation is lower than among all. It is corrected for that (Thorndike, 1949, case 2).
        """
        if epoch not in self._trust:
            self._trust[epoch] = self._measured_trust(epoch)
        return self._trust[epoch]

    def _measured_trust(self, epoch: int) -> float:
        pairs = self._pairs[epoch]
        n = len(pairs)
        if n < _FEWEST:
            return _PRIOR_TRUST
        before, after = zip(*pairs, strict=True)
        reached = self._reached(epoch)
        places = _ranks(before, reached)  # from 0 to twice their number
        # Places are in the order of the losses, and whole numbers compare faster.
        ranks, final_ranks = _ranks(places, sorted(places)), _ranks(after, sorted(after))
        spread = _covariance(ranks, ranks) * _covariance(final_ranks, final_ranks)
        correlation = _covariance(ranks, final_ranks) / math.sqrt(spread) if spread else 0.0
        deviation = math.sqrt(_covariance(places, places)) / n
        ratio = 2 * len(reached) * _UNIFORM_DEVIATION / deviation if deviation else 1.0
        ratio = min(max(ratio, 1.0), _WIDEST_RANGE)
        unrestricted = correlation * ratio / math.sqrt(1 + correlation**2 * (ratio**2 - 1))
        return (n * unrestricted + _PRIOR_PAIRS * _PRIOR_TRUST) / (n + _PRIOR_PAIRS)


def _ranks(values: Sequence[_Sortable], ordered: list[_Sortable]) -> list[int]:
    """Twice the rank of each value among ``ordered``, which has it; those of equal values alike."""
    ranks = []
    for value in values:
        first = bisect.bisect_left(ordered, value)
        # Most values are unique, and do not need a second search.
        after = (
            bisect.bisect_right(ordered, value, first)
            if ordered[first + 1 : first + 2] == [value]
            else first + 1
        )
        ranks.append(first + after)
    return ranks


def _covariance(a: Sequence[int], b: Sequence[int]) -> int:
    """n² times the covariance; in whole numbers, so exact on every computer."""
    return len(a) * sum(x * y for x, y in zip(a, b, strict=True)) - sum(a) * sum(b)
