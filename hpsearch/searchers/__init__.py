"""What next? One file per searcher; all answer :meth:`Searcher.propose` and remember nothing that matters."""

from collections.abc import Callable

from hpsearch.searchers.base import Proposal, Searcher, Visible
from hpsearch.searchers.coarse_to_fine import CoarseToFine
from hpsearch.searchers.random import Random
from hpsearch.space import Space

__all__ = ["METHODS", "CoarseToFine", "Proposal", "Random", "Searcher", "Visible", "make"]

METHODS: dict[str, Callable[[Space, int], Searcher]] = {
    "coarse_to_fine": CoarseToFine,
    "random": Random,
}
"""Every searcher by the name a config gives it, made from (space, seed)."""


def make(method: str, space: Space, seed: int) -> Searcher:
    """The searcher of that name.

    Args:
        method: One of :data:`METHODS`.
        space: What may be tried.
        seed: The search's seed.
    """
    return METHODS[method](space, seed)
