"""Quasi-random search: points spread more evenly than random ones, from a randomized Halton sequence."""

import math
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from hpsearch.searchers.feasible_sequence import FeasibleSequence
from hpsearch.searchers.searcher import Observations, Proposal, SearcherContext, generator
from hpsearch.searchers.seen import LEFTOVER, Seen
from hpsearch.space import Floats

_DRAW, _PERMUTATIONS = 0, 1  # purposes of generators
_BITS = 53  # of a coordinate that the digits determine


class QuasiRandom:
    """Proposes the points of a randomized Halton sequence one after another.

    In a finite space no configuration comes twice: where a point's has been tried, another is drawn.

    Args:
        context: The space and the seed.
    """

    adaptive: ClassVar[bool] = False
    uses_prior_observations: ClassVar[bool] = False
    phases: ClassVar[Mapping[str, str]] = {
        "quasi_random": "the next point of a sequence that covers the space evenly",
        **LEFTOVER,
    }

    def __init__(self, context: SearcherContext) -> None:
        self._seed = context.seed
        self._seen = Seen(context.space)
        halton = RandomizedHalton(context.space.dimensions, generator(context.seed, 0, _PERMUTATIONS))
        self._points = FeasibleSequence(context.space, halton.point)

    def uses_results(self, number: int) -> bool:
        """Never: a point depends at most on earlier proposals."""
        return False

    def propose(self, number: int, observations: Observations) -> Proposal:
        """The next point, or a random draw if that has been tried."""
        self._seen.update(observations.units)
        point = self._points.point(number)
        if point is not None and self._seen.unseen(point[None])[0]:
            return Proposal(point, {"phase": "quasi_random"})
        return Proposal(self._seen.draw(generator(self._seed, number, _DRAW)), {"phase": "leftover"})


class RandomizedHalton:
    """The Halton sequence (1960), its digits permuted at random (Owen, 2017).

    Coordinate j of point n has the digits of n in base p, the j-th prime, in reverse: that of p^k becomes
    the digit of p^(−k−1). Each is replaced through a permutation of its own, so every point is uniformly
    distributed, and the coordinates of large bases are not correlated as in the plain sequence.

    Args:
        dimensions: How many coordinates a point has, d.
        rng: Where the permutations come from.
    """

    def __init__(self, dimensions: int, rng: np.random.Generator) -> None:
        self._permutations = [
            np.array([rng.permutation(base) for _ in range(math.ceil(_BITS / math.log2(base)))], np.int32)
            for base in _first_primes(dimensions)
        ]

    def point(self, number: int) -> Floats:
        """Point ``number``, counted from 0, of the sequence; shape (d,), below 1."""
        coordinates = [_coordinate(number, permutations) for permutations in self._permutations]
        return np.array(coordinates, dtype=np.float64)


def _coordinate(number: int, permutations: np.ndarray) -> float:
    base = permutations.shape[1]
    coordinate, scale = 0.0, 1.0
    for permutation in permutations:
        number, digit = divmod(number, base)
        scale /= base
        coordinate += float(permutation[digit]) * scale
    return min(coordinate, math.nextafter(1.0, 0.0))


def _first_primes(count: int) -> list[int]:
    primes: list[int] = []
    candidate = 2
    while len(primes) < count:
        if all(candidate % prime for prime in primes if prime * prime <= candidate):
            primes.append(candidate)
        candidate += 1
    return primes
