"""Tests of the progress of a search as details."""

from datetime import UTC, datetime
from pathlib import Path

from hpsearch.config import Config
from hpsearch.reports.status import status_details
from hpsearch.running import RunningTrial
from hpsearch.trial import Trial


def test_what_waits_to_run_again_is_told_from_what_runs(config: Config) -> None:
    """A search that is resumed begins trials without a result again, a few at a time."""
    running = [RunningTrial(Trial(number, {}, 0), (), datetime.now(UTC)) for number in (1, 2)]
    details = status_details(
        Path("run"),
        config,
        searching=True,
        counts={},
        unfinished=[1, 2, 5, 7],
        running=running,
        best=None,
        rows=None,
        events=[],
    )
    lines = dict(details.lines)
    assert lines["to run again"] == "5, 7"
    assert [line[:7] for line in lines["running"].split("\n")] == ["trial 1", "trial 2"]
