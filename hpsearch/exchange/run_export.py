"""A run as it is written for other tools."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from hpsearch.config import Config
from hpsearch.space import Space
from hpsearch.store import Run
from hpsearch.trial import Metric, Result, Trial, Value


@dataclass(frozen=True)
class TrialExport:
    """One trial.

    Attributes:
        trial: What was tried.
        result: What came of it; None as long as it has no result.
        began: When it started; of one that was run again, when its last run did.
        ended: When its result was there; None as long as it has none.
    """

    trial: Trial
    result: Result | None
    began: datetime
    ended: datetime | None

    @property
    def about(self) -> dict[str, Any]:
        """What other tools have no place of their own for, as JSON data."""
        known: dict[str, Any] = {"number": self.trial.number, "seeds": list(self.trial.seeds)}
        known |= {"origin": dict(self.trial.origin)} if self.trial.origin else {}
        if self.result is not None:
            known |= {"status": str(self.result.status)}
            known |= {"reason": self.result.reason} if self.result.reason else {}
            known |= {"final": dict(self.result.final)} if self.result.final else {}
        return known


@dataclass(frozen=True)
class RunExport:
    """A run.

    Attributes:
        name: What it is called elsewhere.
        config: The resolved config.
        metric: What was made better.
        space: What was searched.
        records: All trials, by number.
    """

    name: str
    config: Mapping[str, Any]
    metric: Metric
    space: Space
    records: tuple[TrialExport, ...]

    @classmethod
    def of(cls, run: Run, name: str | None = None) -> Self:
        """The history of a run.

        Args:
            run: The run, open.
            name: What it is to be called; as its directory if not given.
        """
        config = Config.from_resolved(run.meta("config"))
        results = {result.number: result for result in run.results()}
        times = run.times()
        records = tuple(
            _record(trial, results.get(trial.number), *times[trial.number]) for trial in run.trials()
        )
        name = name or run.directory.resolve().name
        return cls(name, run.meta("config"), config.metric, config.space, records)

    def searched(self, values: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
        """The values of a trial without the constants."""
        yield from ((name, value) for name, value in values.items() if name not in self.space.constants)


def _record(trial: Trial, result: Result | None, started: datetime, finished: datetime | None) -> TrialExport:
    if result is None or finished is None:
        return TrialExport(trial, None, started, None)
    return TrialExport(trial, result, max(started, finished - timedelta(seconds=result.seconds)), finished)
