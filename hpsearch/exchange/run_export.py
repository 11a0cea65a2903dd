"""A run in the form in which it is exported."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from hpsearch.config import Config
from hpsearch.exchange.chosen import Chosen
from hpsearch.store import Run
from hpsearch.trial import Result, Trial, Value

__all__ = ["RunExport", "TrialExport", "flat"]


@dataclass(frozen=True)
class TrialExport:
    """One trial.

    Attributes:
        trial: The trial.
        result: Its result; None while it has none.
        started: When it started; for a trial that ran again, when its last run started.
        ended: When its result was recorded; None while it has none.
    """

    trial: Trial
    result: Result | None
    started: datetime
    ended: datetime | None

    @property
    def flat_values(self) -> dict[str, bool | int | float | str]:
        """The values of the trial, with null, lists and mappings as JSON text."""
        return {name: flat(value) for name, value in self.trial.values.items()}

    @property
    def metadata(self) -> dict[str, Any]:
        """Data that have no dedicated place in other tools, as JSON data."""
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
        name: Its name in the other tool.
        config: Its config.
        trials: All its trials, by number.
    """

    name: str
    config: Config
    trials: tuple[TrialExport, ...]

    @classmethod
    def of(cls, run: Run, name: str | None = None, chosen: Chosen | None = None) -> Self:
        """The export of a run.

        Args:
            run: The run, open.
            name: Its name in the other tool; by default the name of its directory.
            chosen: The trials to export; None for all.
        """
        records = list((chosen or Chosen()).records(run))
        times = run.times()  # read afterwards, so that every record has its times
        trials = tuple(_trial_export(trial, result, *times[trial.number]) for trial, result in records)
        config = Config.from_resolved(run.meta("config"))
        return cls(name or run.directory.resolve().name, config, trials)

    def searched(self, values: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
        """The values of a trial without the constants."""
        constants = self.config.space.constants
        yield from ((name, value) for name, value in values.items() if name not in constants)


def flat(value: Value) -> bool | int | float | str:
    """A value for tools without null, lists or mappings: these become JSON text."""
    if isinstance(value, bool | int | float | str):
        return value
    return json.dumps(value)


def _trial_export(
    trial: Trial, result: Result | None, started: datetime, finished: datetime | None
) -> TrialExport:
    if result is None or finished is None:
        return TrialExport(trial, None, started, None)
    return TrialExport(trial, result, max(started, finished - timedelta(seconds=result.seconds)), finished)
