"""Tests of two searches in one run at the same time."""

import signal

import pytest

from tests.faults.case import Case
from tests.processes import wait_until

SLOW = """\
name: slow
seed: 5
objective: {network: {data: digits, epochs: 60, hidden_layers: 2}}
space: {learning_rate: {prior: log, min: 1e-3, max: 1}}
search: {trials: 500, method: random, early_stopping: false}
run: {strategy: panda}
"""


@pytest.mark.trial_of("two resumes of one run at once; the winner killed")
def test_two_resumes(case: Case, full: bool) -> None:
    """One wins; the other says who holds the run. A killed winner's lock is released."""
    case.text = SLOW
    directory = case.place / "run"
    first = case.search(directory)
    assert first.wait_for("[1/")
    first.signal(signal.SIGKILL)
    assert first.wait() == -signal.SIGKILL
    for _ in range(20 if full else 4):
        pair = [case.search(directory), case.search(directory)]
        wait_until(lambda pair=pair: not all(program.running for program in pair))
        (loser,) = [program for program in pair if not program.running]
        (winner,) = [program for program in pair if program.running]
        assert loser.wait() == 4
        assert f"process {winner.pid} on " in loser.err
        assert "is searching in it" in loser.err
        assert "Traceback" not in loser.err
        winner.signal(signal.SIGKILL)
        assert winner.wait() == -signal.SIGKILL
        case.row.tries += 1
        assert not winner.started
