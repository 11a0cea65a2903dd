"""Random search: independent draws from the priors (Bergstra & Bengio, 2012)."""

from hpsearch.searchers.searcher import Observations, Proposal, generator
from hpsearch.searchers.seen import Seen
from hpsearch.space import Space

_DRAW = 0  # purpose of the generator


class Random:
    """Draws every trial from the priors, from a generator of its own.

    In a finite space nothing is drawn twice: a draw that an earlier trial has made is drawn again.

    Args:
        space: What may be tried.
        seed: The search's seed.
    """

    def __init__(self, space: Space, seed: int) -> None:
        self._seed = seed
        self._seen = Seen(space)

    def uses_results(self, number: int) -> bool:
        """Never: draws depend on earlier proposals at most, not on results."""
        return False

    def propose(self, number: int, observations: Observations) -> Proposal:
        """See :meth:`hpsearch.searchers.searcher.Searcher.propose`."""
        self._seen.update(observations.units)
        unit = self._seen.draw(generator(self._seed, number, _DRAW))
        return Proposal(unit, {"phase": "random"})
