"""What next? One file per searcher; all answer :meth:`Searcher.propose` and remember nothing that matters."""

from collections.abc import Callable

from hpsearch.searchers.coarse_to_fine import CoarseToFine
from hpsearch.searchers.observation_buffer import ObservationBuffer
from hpsearch.searchers.random import Random
from hpsearch.searchers.searcher import Observations, Proposal, Searcher
from hpsearch.searchers.warm_start_prior import PriorObservation, WarmStartPrior, match_observations
from hpsearch.space import Space

__all__ = [
    "METHODS",
    "CoarseToFine",
    "ObservationBuffer",
    "Observations",
    "PriorObservation",
    "Proposal",
    "Random",
    "Searcher",
    "WarmStartPrior",
    "make",
    "match_observations",
]

METHODS: dict[str, Callable[[Space, int, WarmStartPrior | None, int], Searcher]] = {
    "coarse_to_fine": CoarseToFine,
    "random": lambda space, seed, warm_start_prior, repeats: Random(space, seed),
}
"""Every searcher by the name a config gives it, made from (space, seed, experience, repeats)."""


def make(
    method: str, space: Space, seed: int, warm_start_prior: WarmStartPrior | None = None, repeats: int = 1
) -> Searcher:
    """The searcher of that name.

    Args:
        method: One of :data:`METHODS`.
        space: What may be tried.
        seed: The search's seed.
        warm_start_prior: What earlier searches found out; random search does not ask.
        repeats: Over how many seeds each loss is a mean.
    """
    return METHODS[method](space, seed, warm_start_prior, repeats)
