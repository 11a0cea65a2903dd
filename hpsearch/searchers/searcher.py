"""What every searcher takes and returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from hpsearch.space import Booleans, Floats, Space
from hpsearch.trial import Value

Indices = NDArray[np.intp]
PriorObservation = tuple[Mapping[str, Value], float]
"""Values of some parameters, and their loss, scaled to mean 0 and variance 1 within its own search."""


@dataclass(frozen=True, slots=True)
class EarlierSearch:
    """What is known from an earlier search, or from a file of results.

    Attributes:
        name: For people.
        observations: At least one.
    """

    name: str
    observations: Sequence[PriorObservation]


@dataclass(frozen=True, slots=True)
class SearcherContext:
    """What a searcher is made for.

    Attributes:
        space: What may be tried.
        seed: The search's seed.
        repeats: The number of seeds that each loss is a mean over.
        earlier: Earlier searches.
        portfolio: Configurations that do well elsewhere, the best first.
    """

    space: Space
    seed: int
    repeats: int = 1
    earlier: Sequence[EarlierSearch] = ()
    portfolio: Sequence[Mapping[str, Value]] = ()


@dataclass(frozen=True, slots=True)
class Observations:
    """What the proposal of trial *k* may use: k points, and the results of the first m ≤ k of them.

    Attributes:
        units: Canonical points (see :mod:`hpsearch.space`) of trials 0 … k − 1, shape (k, d).
        losses: Losses of trials 0 … m − 1, lower is better, NaN for a trial without a value; shape (m,).
        stopped: Which of the m trials were stopped early, shape (m,).
        curves: The m trials' losses epoch by epoch, each of shape (epochs,); empty if it reported none.
        ties: What orders equal losses, lower is better, in the shapes of ``curves``; nothing if there is no
            such order.
        history: A record that only grows, of which these are the first entries. Two observations of one
            history need not be compared: the shorter is the beginning of the longer.
    """

    units: Floats
    losses: Floats
    stopped: Booleans
    curves: Sequence[Floats]
    ties: Sequence[Floats] = ()
    history: object | None = None

    @classmethod
    def nothing(cls, dimensions: int) -> "Observations":
        """No trial has been proposed yet."""
        return cls(np.empty((0, dimensions)), np.empty(0), np.empty(0, dtype=np.bool_), ())


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to try, and why.

    Attributes:
        unit: A canonical point of the cube, shape (d,).
        origin: Why, as plain JSON data: ``{"phase": "coarse"}`` and the like. The phase is one of the
            searcher's ``phases``.
    """

    unit: Floats
    origin: Mapping[str, Any] = field(default_factory=dict)


class Searcher(Protocol):
    """A pure function from (config, trial number, observations) to a proposal.

    An instance belongs to one config. It may cache what it computes, as long as equal arguments always give
    equal proposals, in any order and however often.

    Attributes:
        adaptive: Whether the proposals of some trials depend on results. Without early stopping, the trials
            of a searcher that is not adaptive wait for nothing.
        uses_prior_observations: Whether what is known beforehand changes what it proposes.
        phases: Every phase that a proposal's origin may name, and what it means in one line.
    """

    adaptive: ClassVar[bool]
    uses_prior_observations: ClassVar[bool]
    phases: ClassVar[Mapping[str, str]]

    def __init__(self, context: SearcherContext) -> None: ...

    def uses_results(self, number: int) -> bool:
        """Whether the proposal of trial ``number`` depends on any result; never if not ``adaptive``."""
        ...

    def propose(self, number: int, observations: Observations) -> Proposal:
        """The next point.

        Args:
            number: The number of proposals before; further rows of ``observations.units`` are
                enqueued trials, which no searcher proposed.
            observations: The points and results that it may use.

        Raises:
            SpaceExhausted: Every configuration of a finite space is among ``observations.units``.
        """
        ...


def generator(seed: int, number: int, purpose: int) -> np.random.Generator:
    """The random numbers of one trial for one purpose: a function of its arguments, never shared.

    Args:
        seed: The search's seed.
        number: The trial's number.
        purpose: Keeps the streams of one trial apart.
    """
    return np.random.default_rng(np.random.SeedSequence([seed, number, purpose]))
