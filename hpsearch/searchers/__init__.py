"""Which trial next? One file per searcher; a proposal is a pure function of its arguments.

To add one, write its class, add it to :data:`METHODS`, and let it pass the contract in the tests.
"""

from hpsearch.searchers.coarse_to_fine import CoarseToFine
from hpsearch.searchers.observation_buffer import ObservationBuffer
from hpsearch.searchers.quasi_random import QuasiRandom
from hpsearch.searchers.random import Random
from hpsearch.searchers.searcher import (
    EarlierSearch,
    Observations,
    PriorObservation,
    Proposal,
    Searcher,
    SearcherContext,
)
from hpsearch.searchers.warm_start_prior import match_observations

__all__ = [
    "ENQUEUED",
    "METHODS",
    "PHASES",
    "CoarseToFine",
    "EarlierSearch",
    "ObservationBuffer",
    "Observations",
    "PriorObservation",
    "Proposal",
    "Random",
    "Searcher",
    "SearcherContext",
    "match_observations",
]

METHODS: dict[str, type[Searcher]] = {
    "coarse_to_fine": CoarseToFine,
    "random": Random,
    "quasi_random": QuasiRandom,
}
"""Every searcher, by the name that a config gives it."""

ENQUEUED = "enqueued"
"""The phase of the trials that a config lists; no searcher proposes them."""

PHASES: dict[str, str] = {ENQUEUED: "given in search.enqueue"}
"""What each phase of a trial's origin means, whatever searcher proposed it."""
for _searcher in METHODS.values():
    PHASES |= _searcher.phases
