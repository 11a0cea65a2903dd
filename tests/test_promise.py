"""Tests of the promise that a search is a pure function of its config: real trials in real processes."""

import json
import random
import re
import signal
from pathlib import Path

import pytest

from hpsearch.store import Run
from tests.faults.case import leaderboard
from tests.faults.program import Program
from tests.processes import wait_until

CONFIG = """\
name: promise
seed: 11
objective: {network: {data: digits, epochs: 6, hidden_layers: 1}}
space:
  learning_rate: {prior: log, min: 1e-4, max: 10}
  hidden_units: {type: int, prior: log, min: 8, max: 64}
  batch_size: {values: [32, 64, 128]}
  optimizer: {values: [sgd, momentum, adam]}
  momentum: {prior: reverse_log, min: 0.5, max: 0.99, when: {optimizer: [momentum, adam]}}
search: {trials: 24, lag: 4, early_stopping: {min_epochs: 1, reduction: 2}}
"""


def finish(place: Path, *arguments: object) -> None:
    """Run the program until it ends."""
    program = Program(*arguments, cwd=place)
    assert program.wait() == 0, program.err


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The config of the search."""
    path = tmp_path_factory.mktemp("promise") / "promise.yaml"
    path.write_text(CONFIG)
    return path


@pytest.fixture(scope="module")
def uninterrupted(config: Path) -> str:
    """The leaderboard of running one trial after another."""
    finish(config.parent, "run", config, "--strategy", "panda", "-o", config.parent / "panda")
    return leaderboard(config.parent / "panda")


def test_early_stopping_is_on(uninterrupted: str) -> None:
    """The reference search stops some trials and trains others to the end."""
    rows = json.loads(uninterrupted)["rows"]
    assert len(rows) == 24
    assert {row["status"] for row in rows} >= {"done", "stopped"}


@pytest.mark.parametrize("workers", [2, 4])
def test_the_number_of_workers_changes_no_byte(config: Path, uninterrupted: str, workers: int) -> None:
    """Caviar with 2 or 4 workers has the same leaderboard as panda."""
    directory = config.parent / f"caviar-{workers}"
    finish(config.parent, "run", config, "--strategy", "caviar", "-j", workers, "-o", directory)
    assert leaderboard(directory) == uninterrupted


@pytest.mark.parametrize(("strategy", "seed"), [("panda", 1), ("caviar", 2)])
def test_kills_change_no_byte(config: Path, uninterrupted: str, strategy: str, seed: int) -> None:
    """Killed with SIGKILL at three moments and resumed each time, the search ends as if never killed."""
    directory = config.parent / f"killed-{strategy}"
    moments = sorted(random.Random(seed).sample(range(1, 20), 3))
    command: list[object] = ["run", config, "-o", directory, "--strategy", strategy]
    for moment in moments:
        program = Program(*command, cwd=config.parent)
        wait_until(lambda program=program, moment=moment: most_finished(program) >= moment)
        program.signal(signal.SIGKILL)
        assert program.wait() == -signal.SIGKILL
        with Run.read(directory) as run:  # more may have been saved before the kill than was seen
            assert len(run.results()) >= moment
        command = ["resume", directory, "--strategy", strategy]
    finish(config.parent, *command)
    assert leaderboard(directory) == uninterrupted


def most_finished(program: Program) -> int:
    """The number of trials that a search has reported as finished."""
    return max((int(count) for count in re.findall(r"\[(\d+)/", program.err)), default=0)


def test_a_value_that_ends_a_search_ends_it_the_same_way_for_any_workers_and_kill(
    config: Path, uninterrupted: str
) -> None:
    """With 2 workers and a kill, and with 4: the same first trials as without the value."""
    rows = sorted(json.loads(uninterrupted)["rows"], key=lambda row: row["trial"])
    target = min(row["value"] for row in rows[:8] if row["value"] is not None)
    first = next(row["trial"] for row in rows if row["value"] is not None and row["value"] <= target)
    for workers in (2, 4):
        directory = config.parent / f"reached-{workers}"
        command: list[object] = ["run", config, "-o", directory, f"search.stop_at={{val_error: {target}}}"]
        if workers == 2:
            program = Program(*command, "-j", workers, cwd=config.parent)
            assert program.wait_for("[3/")
            program.signal(signal.SIGKILL)
            program.wait()
            command = ["resume", directory]
        finish(config.parent, *command, "-j", workers)
        found = sorted(json.loads(leaderboard(directory))["rows"], key=lambda row: row["trial"])
        assert [(row["trial"], row["value"]) for row in found] == [
            (row["trial"], row["value"]) for row in rows[: first + 4 + 1]
        ]


def test_raising_the_number_of_trials_repeats_nothing(config: Path, uninterrupted: str) -> None:
    """A search of 12 trials resumed with 24 keeps the first 12 and adds 12."""
    directory = config.parent / "raised"
    finish(config.parent, "run", config, "--trials", 12, "-o", directory)
    first = {row["trial"]: row for row in json.loads(leaderboard(directory))["rows"]}
    finish(config.parent, "resume", directory, "--trials", 24)
    rows = {row["trial"]: row for row in json.loads(leaderboard(directory))["rows"]}
    assert sorted(rows) == list(range(24))
    for number, row in first.items():
        assert rows[number]["value"] == row["value"]
