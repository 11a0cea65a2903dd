"""Tests of user programs when the search or the program itself dies."""

import random
import signal
import time

import pytest

from tests.faults.case import Case
from tests.processes import wait_until

# Trials are started one at a time below, so if the lock is taken, the trial is running twice at once.
TRIAL = """\
import fcntl, os, pathlib, signal, subprocess, sys, time
x, stubborn = float(sys.argv[1]), sys.argv[2] == "stubborn"
if stubborn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open(f"{x}.lock", "w") as file:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pathlib.Path("twice").touch()
    os.set_inheritable(file.fileno(), False)
    subprocess.Popen(["sleep", "1000"], start_new_session=stubborn)
    pathlib.Path("running").touch()
    while pathlib.Path("gate").exists():
        time.sleep(0.01)
    print('{"loss": %r}' % x)
"""
CONFIG = """\
name: command
seed: 5
metric: {name: loss}
objective: {command: {run: python trial.py {x} KIND}}
space: {x: {min: 0, max: 1}}
search: {method: random, trials: 4}
run: {workers: 2}
"""


@pytest.mark.trial_of("the search killed while the user's program runs, and resumed at once")
@pytest.mark.parametrize("kind", ["obedient", "stubborn"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])
def test_search_killed(case: Case, full: bool, randomness: random.Random, kind: str, number: int) -> None:
    """The program ends with it and everything it started; no trial runs twice at the same time."""
    (case.place / "trial.py").write_text(TRIAL)
    case.project = case.place
    case.text = CONFIG.replace("python trial.py {x} KIND", f'"python trial.py {{x}} {kind}"')
    directory = case.place / "run"
    assert case.expected.leaderboard
    programs = []
    for _ in range(4 if full else 1):
        (case.place / "running").unlink()
        (case.place / "gate").touch()
        programs.append(case.search(directory))
        wait_until(lambda: (case.place / "running").exists())
        time.sleep(randomness.uniform(0, 0.4))
        programs[-1].signal(number)
        programs[-1].wait()
        case.row.tries += 1
    (case.place / "gate").unlink()
    programs.append(case.search(directory))
    assert programs[-1].wait() == 0, programs[-1].err
    assert not (case.place / "twice").exists()
    case.row.tries -= 1
    case.check(directory, *programs)
