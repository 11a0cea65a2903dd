"""Random search: independent draws from the priors (Bergstra & Bengio, 2012)."""

from collections.abc import Mapping
from typing import ClassVar

from hpsearch.searchers.searcher import Observations, Proposal, SearcherContext, generator
from hpsearch.searchers.seen import Seen

_DRAW = 0  # purpose of the generator


class Random:
    """Draws every trial from the priors, from a generator of its own.

    In a finite space nothing is drawn twice: a draw that an earlier trial has made is drawn again.

    Args:
        context: The space and the seed.
    """

    adaptive: ClassVar[bool] = False
    uses_prior_observations: ClassVar[bool] = False
    phases: ClassVar[Mapping[str, str]] = {"random": "a random draw from the priors"}

    def __init__(self, context: SearcherContext) -> None:
        self._seed = context.seed
        self._seen = Seen(context.space)

    def uses_results(self, number: int) -> bool:
        """Never: a draw depends at most on earlier proposals."""
        return False

    def propose(self, number: int, observations: Observations) -> Proposal:
        """A draw that no earlier trial has made."""
        self._seen.update(observations.units, observations.history)
        unit = self._seen.draw(generator(self._seed, number, _DRAW))
        return Proposal(unit, {"phase": "random"})
