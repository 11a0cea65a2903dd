"""The promise: a search is a pure function of its config, on real trials, in real processes."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

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


def hpsearch(*arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the program as a user does."""
    command = [sys.executable, "-m", "hpsearch", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=check)


def leaderboard(directory: Path) -> str:
    """Every byte of a run's leaderboard."""
    return hpsearch("leaderboard", directory, "-f", "json").stdout


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The config."""
    path = tmp_path_factory.mktemp("promise") / "promise.yaml"
    path.write_text(CONFIG)
    return path


@pytest.fixture(scope="module")
def uninterrupted(config: Path) -> str:
    """The leaderboard of one trial after another."""
    hpsearch("run", config, "--strategy", "panda", "-o", config.parent / "panda")
    return leaderboard(config.parent / "panda")


def test_early_stopping_is_on(uninterrupted: str) -> None:
    """The search that the others are compared with stops some trials and trains others to the end."""
    rows = json.loads(uninterrupted)["rows"]
    assert len(rows) == 24
    assert {row["status"] for row in rows} >= {"done", "stopped"}


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_number_of_workers_changes_no_byte(config: Path, uninterrupted: str, workers: int) -> None:
    """Caviar with 1, 2 or 4 workers has panda's leaderboard."""
    directory = config.parent / f"caviar-{workers}"
    hpsearch("run", config, "--strategy", "caviar", "-j", workers, "-o", directory)
    assert leaderboard(directory) == uninterrupted


def finished(directory: Path) -> int:
    """How many results a run has; 0 while there is no run."""
    done = hpsearch("status", directory, "-f", "json", check=False)
    return json.loads(done.stdout)["finished"] if done.returncode == 0 else 0


@pytest.mark.parametrize(("strategy", "seed"), [("panda", 1), ("caviar", 2)])
def test_kills_change_no_byte(config: Path, uninterrupted: str, strategy: str, seed: int) -> None:
    """Killed with SIGKILL at five moments and resumed each time, the search ends as if it never was."""
    directory = config.parent / f"killed-{strategy}"
    moments = sorted(random.Random(seed).sample(range(1, 20), 5))
    command = ["run", config, "-o", directory]
    for moment in moments:
        process = subprocess.Popen(
            [sys.executable, "-m", "hpsearch", *map(str, command), "--strategy", strategy],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        for line in process.stderr:
            # More than was seen may have been saved before the last kill.
            if (counted := re.search(r"\[(\d+)/", line)) and int(counted[1]) >= moment:
                os.kill(process.pid, signal.SIGKILL)
                break
        process.stderr.close()
        assert process.wait() == -signal.SIGKILL
        assert finished(directory) >= moment
        command = ["resume", directory]
    hpsearch(*command, "--strategy", strategy)
    assert leaderboard(directory) == uninterrupted


def test_a_value_that_ends_a_search_ends_it_the_same_way_for_any_workers_and_kill(
    config: Path, uninterrupted: str
) -> None:
    """With 1, 2 and 4 workers, and killed: the same first trials of the search without it."""
    rows = sorted(json.loads(uninterrupted)["rows"], key=lambda row: row["trial"])
    target = min(row["value"] for row in rows[:8] if row["value"] is not None)
    first = next(row["trial"] for row in rows if row["value"] is not None and row["value"] <= target)
    boards = []
    for workers in (1, 2, 4):
        directory = config.parent / f"reached-{workers}"
        arguments = ["run", config, "-j", workers, "-o", directory, f"search.stop_at={{val_error: {target}}}"]
        if workers == 2:
            command = [sys.executable, "-m", "hpsearch", *map(str, arguments)]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            assert process.stderr is not None
            next(line for line in process.stderr if "[3/" in line)
            process.kill()
            process.stderr.close()
            process.wait()
            arguments = ["resume", directory, "-j", workers]
        hpsearch(*arguments)
        boards.append(leaderboard(directory))
    assert boards[0] == boards[1] == boards[2]
    found = sorted(json.loads(boards[0])["rows"], key=lambda row: row["trial"])
    assert [(row["trial"], row["value"]) for row in found] == [
        (row["trial"], row["value"]) for row in rows[: first + 4 + 1]
    ]


def test_raising_the_number_of_trials_repeats_nothing(config: Path, uninterrupted: str) -> None:
    """A search of 12 trials resumed to 24 keeps the first 12 and adds 12."""
    directory = config.parent / "raised"
    hpsearch("run", config, "--trials", 12, "-o", directory)
    first = {row["trial"]: row for row in json.loads(leaderboard(directory))["rows"]}
    hpsearch("resume", directory, "--trials", 24)
    rows = {row["trial"]: row for row in json.loads(leaderboard(directory))["rows"]}
    assert sorted(rows) == list(range(24))
    for number, row in first.items():
        assert rows[number]["value"] == row["value"]


def wait_for(condition: object) -> None:
    """Wait for something in another process."""
    end = time.monotonic() + 120
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    """The processes that a process started and that still run."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in found.read_text().split()] if found.exists() else []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("signals", "code"),
    [((signal.SIGINT,), 130), ((signal.SIGINT, signal.SIGINT), 130), ((signal.SIGTERM,), 143)],
    ids=["ctrl-c", "ctrl-c-twice", "sigterm"],
)
@pytest.mark.parametrize("strategy", ["panda", "caviar"])
def test_signals_save_and_leave_nothing_behind(
    config: Path, uninterrupted: str, strategy: str, signals: tuple[int, ...], code: int
) -> None:
    """Sent to the whole process group: saved, the documented exit code, no child left, resumed the same."""
    directory = config.parent / f"signal-{strategy}-{len(signals)}-{code}"
    process = subprocess.Popen(
        [sys.executable, "-m", "hpsearch", "run", str(config), "-o", str(directory), "--strategy", strategy],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    lines: list[str] = []
    for line in process.stderr:
        lines.append(line)
        if "[5/" in line:
            break
    workers = children(process.pid)
    os.killpg(process.pid, signals[0])
    if len(signals) > 1:
        lines += [next(line for line in process.stderr if "Finishing" in line)]
        if process.poll() is None:
            os.killpg(process.pid, signals[1])
    lines += process.stderr.readlines()
    process.stderr.close()
    assert process.wait() == code
    assert "KeyboardInterrupt" not in "".join(lines)
    # Not always the last line: joblib's resource tracker, a process of its own, may warn after it.
    assert any(f"hpsearch resume {directory}" in line for line in lines)
    wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    hpsearch("resume", directory, "--strategy", strategy)
    assert leaderboard(directory) == uninterrupted
