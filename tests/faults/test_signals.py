"""Tests of Ctrl-C, Ctrl-C again and SIGTERM: to the search, to its process group, at any moment."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.case import Case, contents, leaderboard
from tests.faults.program import Program
from tests.processes import SECONDS

LONG = """\
name: long
seed: 5
objective: {network: {data: blobs, epochs: 20}}
space: {learning_rate: {prior: log, min: 1e-3, max: 1}, hidden_units: {type: int, min: 4, max: 64}}
search: {trials: 8, lag: 3, early_stopping: false}
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
    case: Case, full: bool, strategy: str, signals: tuple[int, ...], code: int, to_group: bool
) -> None:
    """The trials never see the signal; the search is saved, exits as documented, and continues."""
    if not full and to_group != (strategy == "caviar"):
        pytest.skip("with --full only")
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


@pytest.mark.trial_of("SIGINT and SIGTERM at random moments, from the very start")
@pytest.mark.parametrize("strategy", ["panda", "caviar"])
def test_at_random_moments(case: Case, full: bool, randomness: random.Random, strategy: str) -> None:
    """A search that is interrupted again and again, even before it begins, ends as if it had not been."""
    begun = 0
    programs: list[Program] = []
    while case.row.tries < (10 if full else 3):
        directory = case.place / f"{begun}"
        number = randomness.choice([signal.SIGINT, signal.SIGTERM])
        programs.append(case.search(directory, "--strategy", strategy))
        assert programs[-1].ready()
        time.sleep(randomness.uniform(0, 0.25 if strategy == "panda" else 1.5))
        programs[-1].signal_group(number)
        codes = (0, 130) if number == signal.SIGINT else (0, 143)
        assert programs[-1].wait() in codes, programs[-1].err
        case.check(directory, *programs)
        if programs[-1].wait() == 0 or len(programs) == 5:
            case.finish(directory, "--strategy", strategy)
            begun, programs = begun + 1, []


COMMANDS = {
    "module": [sys.executable, "-m", "hpsearch"],
    "script": [str(Path(sys.executable).parent / "hpsearch")],
}
STEP = 0.005  # seconds between two instants
MOST_INSTANTS = 200  # of one program; a slow machine tries them further apart


def interrupted(
    command: list[str], delay: float | None, signals: tuple[int, ...], output: Path
) -> tuple[int, float]:
    """Start a program as in a terminal, and interrupt it; returns its exit code and duration in seconds.

    Args:
        command: The command to start.
        delay: Seconds until the first signal; None for no signal at all.
        signals: The signals that its process group then gets, one right after another.
        output: The file that its stderr is added to.
    """
    begun = time.monotonic()
    # Blocked since before the process exists: they wait until the program handles them.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        with output.open("ab") as file:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=file, process_group=0)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    if delay is not None:
        time.sleep(delay)
        for number in signals:
            if process.poll() is None:
                os.killpg(process.pid, number)
    return process.wait(SECONDS), time.monotonic() - begun


@pytest.mark.trial_of("SIGINT once and twice, SIGTERM, every 5 ms from the start to the end (--full)")
@pytest.mark.parametrize("strategy", ["panda", "caviar"])
@pytest.mark.parametrize(("signals", "code"), SIGNALS.values(), ids=SIGNALS.keys())
@pytest.mark.parametrize("how", COMMANDS)
def test_at_every_instant(
    case: Case, full: bool, how: str, signals: tuple[int, ...], code: int, strategy: str
) -> None:
    """Whenever the signal comes, the exit code is documented or 0, without a traceback or a draft."""
    short = ("module", "panda") if len(signals) == 1 else ("script", "caviar")
    if not full and (how, strategy) != short:
        pytest.skip("with --full only")
    command = COMMANDS[how]
    output = case.place / "stderr"
    options = ["--strategy", strategy, "-j", "1" if strategy == "panda" else "2"]
    begin = [*command, "run", str(case.config), *options, "-o"]
    ended, seconds = interrupted([*begin, str(case.place / "whole")], None, (), output)
    assert ended == 0, output.read_text()
    count = min(int(seconds / STEP), MOST_INSTANTS) if full else 4
    found = []
    for attempt in range(count):
        directory = case.place / f"{len(found)}"
        again = [*command, "resume", str(directory), *options]
        delay = seconds * (attempt + 0.5) / count
        ended, _ = interrupted(
            again if directory.exists() else [*begin, str(directory)], delay, signals, output
        )
        text = output.read_text()
        assert ended in (0, code), text
        assert "Traceback" not in text
        assert "KeyboardInterrupt" not in text
        if len(signals) == 1:
            assert not list(case.place.glob(".*")), "a draft was left behind"
        case.row.tries += 1
        if ended == 0:
            found.append(leaderboard(directory))
    assert set(found) <= {case.expected.leaderboard}
    case.finish(case.place / f"{len(found)}", *options)
