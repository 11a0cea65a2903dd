"""What next? One file per searcher; all answer :meth:`Searcher.propose` and remember nothing that matters."""

from collections.abc import Callable

from hpsearch.searchers.base import Proposal, Searcher, Visible
from hpsearch.searchers.coarse_to_fine import CoarseToFine
from hpsearch.searchers.experience import Experience, Lesson, lessons
from hpsearch.searchers.history import History
from hpsearch.searchers.random import Random
from hpsearch.space import Space

__all__ = [
    "METHODS",
    "CoarseToFine",
    "Experience",
    "History",
    "Lesson",
    "Proposal",
    "Random",
    "Searcher",
    "Visible",
    "lessons",
    "make",
]

METHODS: dict[str, Callable[[Space, int, Experience | None, int], Searcher]] = {
    "coarse_to_fine": CoarseToFine,
    "random": lambda space, seed, experience, repeats: Random(space, seed),
}
"""Every searcher by the name a config gives it, made from (space, seed, experience, repeats)."""


def make(
    method: str, space: Space, seed: int, experience: Experience | None = None, repeats: int = 1
) -> Searcher:
    """The searcher of that name.

    Args:
        method: One of :data:`METHODS`.
        space: What may be tried.
        seed: The search's seed.
        experience: What earlier searches found out; random search does not ask.
        repeats: Over how many seeds each loss is a mean.
    """
    return METHODS[method](space, seed, experience, repeats)
