from typing import Any

from hpsearch.searchers import METHODS, Searcher, SearcherContext
from hpsearch.space import Space


def make(method: str, space: Space, seed: int, **more: Any) -> Searcher:
    """A new searcher with that name."""
    return METHODS[method](SearcherContext(space, seed, **more))
