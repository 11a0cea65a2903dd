"""Tests of a run in the form in which it is exported."""

from datetime import UTC, datetime, timedelta

import pytest

from hpsearch.exchange.run_export import RunExport
from hpsearch.store import Run

STARTED = datetime(2024, 5, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(("hours", "started"), [(2, STARTED + timedelta(hours=2, seconds=-2)), (0, STARTED)])
def test_a_trial_that_ran_again_started_when_its_last_run_did(
    run: Run, monkeypatch: pytest.MonkeyPatch, hours: int, started: datetime
) -> None:
    """Its start is its end minus two seconds, but not before it first started."""
    ended = STARTED + timedelta(hours=hours)
    monkeypatch.setattr(run, "times", lambda: {trial.number: (STARTED, ended) for trial in run.trials()})
    first, *_ = RunExport.of(run).trials
    assert (first.started, first.ended) == (started, ended)
