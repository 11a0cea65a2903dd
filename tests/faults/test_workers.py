"""Tests of workers that die, and of workers whose search dies."""

import contextlib
import json
import os
import random
import signal
import time

import pytest

from tests.faults.case import Case, hpsearch
from tests.faults.objectives import HOW, Alone, Deadly
from tests.faults.program import Program
from tests.faults.surroundings import TrainedBy

INDEPENDENT = """\
name: independent
seed: 5
objective: {network: {data: blobs, epochs: 10}}
space: {learning_rate: {prior: log, min: 1e-3, max: 1}, hidden_units: {type: int, min: 4, max: 64}}
search: {method: random, trials: 12, early_stopping: false}
run: {strategy: caviar, workers: 2}
"""
"""No trial looks at another: one that the fault ends for good changes nothing else."""


def deadly(trials: str, deaths: int) -> TrainedBy:
    """Surroundings in which trials end their process a number of times, each in the next way."""
    return TrainedBy(Deadly, (("DEADLY", trials), ("DEATHS", str(deaths))))


@pytest.mark.trial_of("a worker dies: killed, by a segmentation fault, by os._exit(0)")
def test_dies_once(case: Case) -> None:
    """Its trial runs again, and the death leaves no visible trace."""
    case.text = INDEPENDENT
    program = case.search(case.place / "run", surroundings=deadly("2 5 8", 1))
    assert program.wait() == 0
    case.check(case.place / "run", program)
    case.finish(case.place / "run")
    case.row.tries = len(HOW)


@pytest.mark.trial_of("a trial kills its worker every time")
def test_dies_every_time(case: Case) -> None:
    """It is crashed, with the way it died; every other trial finishes, and the search succeeds."""
    case.text = INDEPENDENT
    directory = case.place / "run"
    program = case.search(directory, surroundings=deadly("4 6 9", 99))
    assert program.wait() == 0
    assert "trial 4 crashed" in program.err
    assert "9 done, 3 crashed" in program.out
    case.check(directory, program, exempt=frozenset({4, 6, 9}))
    case.row.tries = len(HOW)
    rows = json.loads(hpsearch("leaderboard", directory, "-f", "json")[1])["rows"]
    assert [(row["trial"], row["status"]) for row in rows[-3:]] == [(n, "crashed") for n in (4, 6, 9)]
    assert all("its worker process died" in row["reason"] for row in rows[-3:])
    case.finish(directory, "--retry-failed", "--strategy", "panda", "-j", 1)


@pytest.mark.trial_of("every trial kills its worker")
def test_all_die(case: Case) -> None:
    """The search ends as documented, with the reason; resumed after the cause is fixed, it finishes."""
    case.text = INDEPENDENT.replace("method: random", "method: random, max_failures: 3")
    directory = case.place / "run"
    everything = " ".join(map(str, range(12)))
    program = case.search(directory, surroundings=deadly(everything, 99))
    assert program.wait() == 3
    assert "Too many trials failed in a row" in program.err
    assert "its worker process died (SIG" in program.err
    case.check(directory, program, exempt=frozenset(range(12)))
    case.finish(directory, "--retry-failed", "--strategy", "panda", "-j", 1)


@pytest.mark.trial_of("a worker killed from outside, at random moments")
def test_killed_from_outside(case: Case, full: bool, randomness: random.Random) -> None:
    """Whichever worker it is and whatever it does, the search ends as if nothing had happened."""
    case.text = INDEPENDENT.replace("trials: 12", "trials: 24").replace(
        "workers: 2", "workers: 2, retries: 9"
    )
    for number in range(5 if full else 1):
        program = case.search(case.place / f"{number}")
        for _ in range(3):
            program.wait_for("trial")
            time.sleep(randomness.uniform(0, 0.8))
            for worker in program.workers[:1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, randomness.choice([signal.SIGKILL, signal.SIGSEGV]))
        assert program.wait() == 0, program.err
        case.check(case.place / f"{number}", program)
        case.finish(case.place / f"{number}")


@pytest.mark.trial_of("the search killed while workers train, and resumed at once")
def test_resumed_at_once(case: Case, full: bool, randomness: random.Random) -> None:
    """Workers end with their search; no trial ever runs in two processes at the same time."""
    case.text = INDEPENDENT.replace("epochs: 10", "epochs: 60")
    directory = case.place / "run"
    locks = case.place / "locks"
    locks.mkdir()
    alone = TrainedBy(Alone, (("LOCKS", str(locks)),))
    programs: list[Program] = []
    for _ in range(10 if full else 2):
        programs.append(case.search(directory, surroundings=alone))
        programs[-1].wait_for("at a time")
        time.sleep(randomness.uniform(0.3, 1))
        programs[-1].signal(signal.SIGKILL)
        assert programs[-1].wait() in (0, -signal.SIGKILL)
        case.row.tries += 1
    programs.append(case.search(directory, surroundings=alone))
    assert programs[-1].wait() == 0, programs[-1].err
    assert not (locks / "twice").exists()
    case.row.tries -= 1
    case.check(directory, *programs)
    case.finish(directory)
