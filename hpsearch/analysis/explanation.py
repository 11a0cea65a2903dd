"""Why trials were proposed, as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hpsearch.analysis.moves import Move
from hpsearch.analysis.narrowing import AtBound, Narrowing
from hpsearch.trial import Result, Trial


@dataclass(frozen=True, slots=True)
class SearchExplanation:
    """Where a search looked.

    Attributes:
        narrowing: For each parameter, the values tried early and late.
        early: The numbers of the early trials.
        late: The numbers of the late trials.
        best: The best trial.
        phases: The number of trials of each phase of the searcher.
        at_bounds: The parameters whose best value is at the end of a range that could be wider.
    """

    narrowing: Sequence[Narrowing]
    early: range
    late: range
    best: Trial
    phases: Mapping[str, int]
    at_bounds: Sequence[AtBound]


@dataclass(frozen=True, slots=True)
class TrialExplanation:
    """Why a trial was proposed.

    Attributes:
        metric: The name of the search's metric.
        trial: The trial.
        result: Its result, if it has one.
        centre: The result of the trial that it was proposed around; None if there is none.
        moves: For each parameter, how far the trial is from that centre.
    """

    metric: str
    trial: Trial
    result: Result | None
    centre: Result | None
    moves: Sequence[Move]
