"""Which trial may start, and when: ask and tell, as a pure function of the config and of earlier results."""

from hpsearch.search.algorithm import ALGORITHM, ALGORITHMS, changed_algorithm
from hpsearch.search.search import Search

__all__ = ["ALGORITHM", "ALGORITHMS", "Search", "changed_algorithm"]
