"""Tests of trials that fail, and of metrics that are not numbers."""

import json

import pytest

from tests.faults.case import Case, hpsearch
from tests.faults.objectives import DIVERGED, ODD, Failing, Odd
from tests.faults.surroundings import TrainedBy


@pytest.mark.trial_of("every trial fails")
@pytest.mark.parametrize("strategy", ["panda", "caviar"])
def test_every_trial_fails(case: Case, strategy: str) -> None:
    """After three equal failures at the start, the search ends with exit code 3 and can be resumed."""
    case.text = case.text.replace("trials: 5", "trials: 20")
    directory = case.place / "run"
    program = case.search(directory, "--strategy", strategy, surroundings=TrainedBy(Failing))
    assert program.wait() == 3
    assert "The first trials all failed for the same reason, so the search ended after" in program.err
    assert "× RuntimeError: CUDA out of luck" in program.err
    rows = json.loads(hpsearch("leaderboard", directory, "-f", "json")[1])["rows"]
    assert {row["status"] for row in rows} == {"failed"}
    assert 3 <= len(rows) <= 5
    assert hpsearch("show", directory, "best")[0] == 2
    case.row.tries += 1
    assert case.search(directory, "--retry-failed").wait() == 0


@pytest.mark.trial_of("a metric that is not a finite number, of 15 kinds")
@pytest.mark.parametrize("method", ["random", "coarse_to_fine"])
def test_odd_metrics(case: Case, method: str) -> None:
    """The trial has diverged, or failed with the type's name; it is ranked last, and the search continues."""
    case.text = case.text.replace("trials: 5, lag: 1", f"trials: {3 * len(ODD)}, lag: 1, method: {method}")
    case.text = case.text.replace("{min_epochs: 1, reduction: 2}", "false")
    directory = case.place / "run"
    program = case.search(directory, surroundings=TrainedBy(Odd))
    assert program.wait() == 0, program.err
    rows = json.loads(hpsearch("leaderboard", directory, "-f", "json")[1])["rows"]
    assert [row["value"] for row in rows] == [0.25] * 2 * len(ODD) + [None] * len(ODD)
    odd = {row["trial"] // 3: row for row in rows[2 * len(ODD) :]}
    for third, value in enumerate(ODD):
        case.row.tries += 1
        assert odd[third]["status"] == ("diverged" if third < len(DIVERGED) else "failed")
        assert third < len(DIVERGED) or f"not {type(value).__name__}:" in odd[third]["reason"]
