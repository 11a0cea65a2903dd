"""Tests of changes in the user's project during a search or between two starts."""

import contextlib
import json
import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from hpsearch.store import Run
from tests.faults.case import Case, leaderboard
from tests.faults.program import Program
from tests.processes import wait_until

TRAIN = """\
import pathlib, sys, time
import helper
def f(x, trial):
    pathlib.Path("running").touch()
    while pathlib.Path("gate").exists():
        time.sleep(0.01)
    for epoch in range(4):
        time.sleep(0.02)
        yield {"loss": x + helper.SHIFT}
if __name__ == "__main__":
    for record in f(float(sys.argv[1]), None):
        print(record)
"""
CONFIG = """\
name: project
seed: 5
metric: {name: loss}
objective: OBJECTIVE
space: {x: {min: 0, max: 1}}
search: {method: random, trials: 6, early_stopping: false}
run: {workers: 2, timeout: TIMEOUT}
"""
OBJECTIVES = {"function": "{function: 'train:f'}", "command": "{command: 'python train.py {x}'}"}


def write(case: Case, kind: str, *, timeout: str = "10m", start: str = "") -> None:
    """A project in the case's directory, whose trials wait as long as there is a file ``gate``."""
    (case.place / "train.py").write_text(start + TRAIN)
    (case.place / "helper.py").write_text("SHIFT = 0\n")
    case.project = case.place
    case.text = CONFIG.replace("OBJECTIVE", OBJECTIVES[kind]).replace("TIMEOUT", timeout)
    assert case.expected.leaderboard


def rows(directory: Path) -> list[object]:
    """The rows of a leaderboard."""
    found: list[object] = json.loads(leaderboard(directory))["rows"]
    return found


@pytest.mark.trial_of("the user's code edited while trials run")
@pytest.mark.parametrize("kind", OBJECTIVES)
@pytest.mark.parametrize("text", ["SHIFT = 100\n", "def (\n"], ids=["other", "broken"])
def test_code_edited(case: Case, full: bool, randomness: random.Random, kind: str, text: str) -> None:
    """A function's trials run the old code; a command's search stops, and continues with the old code."""
    write(case, kind)
    for number in range(10 if full else 1):
        directory = case.place / f"runs-{number}"
        program = case.search(directory)
        assert program.wait_for("[1/6]")
        time.sleep(randomness.uniform(0, 0.3))
        (case.place / "helper.py").write_text(text)
        code = program.wait()
        assert code == 0 if kind == "function" else code in (0, 4), program.err
        case.check(directory, program)
        (case.place / "helper.py").write_text("SHIFT = 0\n")
        case.finish(directory)


@pytest.mark.trial_of("the project moved, and copied, with its runs")
@pytest.mark.parametrize("kind", OBJECTIVES)
def test_project_moved(case: Case, kind: str) -> None:
    """The search continues in the new place, whether or not the old one still exists."""
    write(case, kind)
    project, moved, copy = (case.place / name for name in ("p", "q", "copy"))
    project.mkdir()
    for name in ("train.py", "helper.py"):
        shutil.move(case.place / name, project / name)
    config = project / "c.yaml"
    config.write_text(case.text.replace("trials: 6", "trials: 2"))
    program = Program("run", config, "-o", project / "runs/c-001", cwd=case.place)
    assert program.wait() == 0, program.err
    project.rename(moved)
    shutil.copytree(moved, copy)
    for place in (moved, copy):
        program = case.search(place / "runs/c-001", "--trials", 6)
        assert program.wait() == 0, program.err
        case.check(place / "runs/c-001", program)
        assert rows(place / "runs/c-001") == json.loads(case.expected.leaderboard)["rows"]


@pytest.mark.trial_of("a script or a library missing when a search is resumed")
@pytest.mark.parametrize("kind", OBJECTIVES)
def test_missing(case: Case, kind: str) -> None:
    """A missing file costs no trial: resuming ends with a message, and continues when it exists again."""
    site = case.place / ".site"  # the copy of the code has no such names
    site.mkdir()
    (site / "library.py").touch()
    start = f"import sys\nsys.path.append({str(site)!r})\nimport library\n"
    write(case, kind, start=start)
    directory = case.place / "run"
    case.config.write_text(case.text.replace("trials: 6", "trials: 2"))
    program = case.search(directory)
    assert program.wait() == 0, program.err
    before = leaderboard(directory)
    missing = site / "library.py" if kind == "function" else case.place / "train.py"
    missing.rename(case.place / "away")
    program = case.search(directory, "--trials", 6)
    assert program.wait() == 2
    assert ("library" if kind == "function" else "No trial has run") in program.err
    case.check(directory, program)
    assert leaderboard(directory) == before
    (case.place / "away").rename(missing)
    case.finish(directory, "--trials", 6)


@pytest.mark.trial_of("the whole search suspended for longer than its trials' timeout")
@pytest.mark.parametrize("kind", OBJECTIVES)
def test_stopped(case: Case, full: bool, kind: str) -> None:
    """No trial times out, and the search ends as if it had not been suspended."""
    if not full and kind == "function":
        pytest.skip("with --full only")
    write(case, kind, timeout="4s")
    for number in range(3 if full else 1):
        (case.place / "running").unlink(missing_ok=True)
        (case.place / "gate").touch()
        directory = case.place / f"run-{number}"
        program = case.search(directory)
        wait_until(lambda: (case.place / "running").exists())
        stopped: list[int] = []
        while set(found := [program.pid, *program.started]) != set(stopped):
            stopped = found
            for pid in stopped:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
        (case.place / "gate").unlink()
        time.sleep(4.5)
        for pid in stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        assert program.wait() == 0, program.err
        case.check(directory, program)
        with Run.read(directory) as run:
            assert max(result.seconds for result in run.results()) < 4
