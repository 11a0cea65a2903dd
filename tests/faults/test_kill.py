"""Tests of ``kill -9`` of the search: at every system call, at every store operation, at random."""

import contextlib
import io
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.faults.case import Case
from tests.faults.program import SYSCALLS, Program, strace_works

PARTS = 4  # of the exact kills, one for each process
STEP = 13  # without --full there is one part, of every 13th kill

needs_strace = pytest.mark.skipif(not strace_works(), reason="strace is not installed, or may not trace")


@pytest.fixture(params=range(PARTS))
def kills(request: pytest.FixtureRequest, full: bool) -> slice:
    """The selection of exact kills."""
    if not full and request.param:
        pytest.skip("with --full only")
    return slice(request.param, None, PARTS if full else STEP)


def kill_and_finish(case: Case, directory: Path, program: Program) -> None:
    """Let a fault kill a search, check the rest against the promises, and resume it to the end."""
    assert program.wait() == -signal.SIGKILL
    case.check(directory, program)
    case.finish(directory)


def sweep(case: Case, numbers: slice, begun: Path | None = None) -> None:
    """Kill a search at each writing system call in turn, and resume it to the end each time.

    Args:
        case: The search.
        numbers: The numbers of the calls to kill it at.
        begun: A run to resume, instead of a new one.
    """

    def traced(directory: Path, injection: str) -> Program:
        if begun is not None:
            shutil.copytree(begun, directory)
        return case.search(directory, injection=injection)

    program = traced(case.place / "all", SYSCALLS)
    assert program.wait() == 0
    counts = Counter(call.partition("(")[0] for call in program.calls)
    points = [(call, number) for call, count in counts.items() for number in range(1, count + 1)]
    for call, number in points[numbers]:
        directory = case.place / f"{call}-{number}"
        kill_and_finish(case, directory, traced(directory, f"{call}:signal=KILL:when={number}"))


@pytest.mark.trial_of("kill -9 at every system call that writes")
@needs_strace
def test_at_every_system_call(case: Case, full: bool, kills: slice) -> None:
    """The search may be killed between any two changes on the disk."""
    if not full:
        case.text = case.text.replace("trials: 5", "trials: 3")
    sweep(case, kills)


@pytest.mark.trial_of("kill -9 at system calls that write, of a resumed search")
@needs_strace
def test_at_every_system_call_of_a_resume(case: Case, kills: slice) -> None:
    """A search killed in the middle of a transaction may be killed again at any point."""
    for number in range(20, 60, 2):  # the test does not care how many there are before the first result
        begun = case.place / f"begun-{number}"
        program = case.search(begun, injection=f"fdatasync:signal=KILL:when={number}")
        assert program.wait() == -signal.SIGKILL
        if program.acknowledged:
            break
    assert 0 < len(program.acknowledged) < len(case.expected.trials)
    sweep(case, kills, begun)


CHANGES = {"open", "fsync", "mkdir", "rename", "replace", "unlink", "rmdir"}
"""Functions of the system that change what is on the disk, or may."""


def changes(function: Any) -> bool:
    """Whether a built-in function changes the database or a file, or reports a change on stderr."""
    of = getattr(function, "__self__", None)
    if isinstance(of, sqlite3.Connection | sqlite3.Cursor):
        return bool(function.__name__.startswith("execute"))
    if isinstance(of, io.BufferedWriter | io.TextIOWrapper):
        return function.__name__ in ("write", "flush")
    return function.__module__ == "posix" and function.__name__ in CHANGES


@dataclass(frozen=True)
class KilledAt:
    """Surroundings in which a program is killed right before one of its :func:`changes`.

    Attributes:
        number: The number of the change, from 0.
    """

    number: int

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        left = self.number

        def profile(_: FrameType, event: str, function: Any) -> None:
            nonlocal left
            if event == "c_call" and changes(function):
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1

        sys.setprofile(profile)
        try:
            yield
        finally:
            sys.setprofile(None)


@pytest.mark.trial_of("kill -9 at operations on a file or the database")
def test_at_every_operation(case: Case, kills: slice) -> None:
    """The search may be killed before any open, write or sync; only a few if strace does more."""
    number, step = kills.start, kills.step * (4 if strace_works() else 1)
    while (program := case.search(case.place / f"{number}", surroundings=KilledAt(number))).wait() != 0:
        kill_and_finish(case, case.place / f"{number}", program)
        number += step
    assert number > 100


@pytest.mark.trial_of("kill -9 at random moments, also of resumed searches")
@pytest.mark.parametrize(("strategy", "seconds"), [("panda", 0.25), ("caviar", 1.5)])
def test_at_random_moments(
    case: Case, full: bool, randomness: random.Random, strategy: str, seconds: float
) -> None:
    """A search that is killed again and again ends as if it had never been."""
    begun = 0
    programs: list[Program] = []
    while case.row.tries < (25 if full else 5):
        directory = case.place / f"{begun}"
        programs.append(case.search(directory, "--strategy", strategy))
        time.sleep(randomness.uniform(0, seconds))
        programs[-1].signal(signal.SIGKILL)
        assert programs[-1].wait() in (0, -signal.SIGKILL)
        case.check(directory, *programs)
        if not programs[-1].killed or len(programs) == 5:
            case.finish(directory, "--strategy", strategy)
            begun, programs = begun + 1, []
