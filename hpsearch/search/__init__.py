"""What may start when: ask and tell, as a pure function of the config and of earlier results."""

from hpsearch.search.search import ALGORITHM, ALGORITHMS, Search, changed_algorithm

__all__ = ["ALGORITHM", "ALGORITHMS", "Search", "changed_algorithm"]
