"""Ctrl-C, Ctrl-C again, SIGTERM: to the search, to its whole process group, at any moment."""

import random
import signal
import time

import pytest

from tests.faults.case import Case, contents
from tests.faults.program import Program

LONG = """\
name: long
seed: 5
objective: {network: {data: blobs, epochs: 60}}
space: {learning_rate: {prior: log, min: 1e-3, max: 1}, hidden_units: {type: int, min: 4, max: 64}}
search: {trials: 12, lag: 3, early_stopping: false}
run: {workers: 2}
"""
SIGNALS = {
    "SIGINT": ((signal.SIGINT,), 130),
    "SIGINT twice": ((signal.SIGINT, signal.SIGINT), 130),
    "SIGTERM": ((signal.SIGTERM,), 143),
}


@pytest.mark.trial_of("SIGINT once and twice, SIGTERM; to the search and to its process group")
@pytest.mark.parametrize("to_group", [False, True], ids=["search", "group"])
@pytest.mark.parametrize(("signals", "code"), SIGNALS.values(), ids=SIGNALS.keys())
@pytest.mark.parametrize("strategy", ["panda", "caviar"])
def test_while_trials_run(
    case: Case, strategy: str, signals: tuple[int, ...], code: int, to_group: bool
) -> None:
    """The trials never see it; it is saved, with the documented exit code, and goes on as if it never was."""
    case.text = LONG
    directory = case.place / "run"
    how = ("--strategy", strategy, "-j", 1 if strategy == "panda" else 2)
    program = case.search(directory, *how)
    assert program.wait_for("[3/")
    for number in signals:
        program.signal_group(number) if to_group else program.signal(number)
        program.wait_for("Finishing")
    assert program.wait() == code
    assert program.err.splitlines()[-1].endswith(f"`hpsearch resume {directory}`.")
    assert "KeyboardInterrupt" not in program.err
    if signals == (signal.SIGINT,):
        trials, _ = contents(directory)
        assert len(trials) == len(program.acknowledged)
    case.check(directory, program)
    case.finish(directory, *how)


@pytest.mark.trial_of("SIGINT and SIGTERM at random moments, from the first instant on")
@pytest.mark.parametrize("strategy", ["panda", "caviar"])
def test_at_random_moments(case: Case, full: bool, randomness: random.Random, strategy: str) -> None:
    """Interrupted again and again, sometimes before it has begun, it ends as if it never was."""
    begun = 0
    programs: list[Program] = []
    while case.row.tries < (10 if full else 4):
        directory = case.place / f"{begun}"
        number = randomness.choice([signal.SIGINT, signal.SIGTERM])
        programs.append(case.search(directory, "--strategy", strategy))
        assert programs[-1].ready()
        time.sleep(randomness.uniform(0, 0.25 if strategy == "panda" else 1.5))
        programs[-1].signal_group(number)
        codes = (0, 130) if number == signal.SIGINT else (0, 143, -signal.SIGTERM)
        assert programs[-1].wait() in codes, programs[-1].err
        case.check(directory, *programs)
        if programs[-1].wait() == 0 or len(programs) == 5:
            case.finish(directory, "--strategy", strategy)
            begun, programs = begun + 1, []
