"""Tests of running a trial once more."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done

Program = Callable[..., Done]

SCRIPT = """import random, sys
random.seed(int(sys.argv[2]))
for epoch in range(2):
    print(f"epoch {epoch} val_loss={float(sys.argv[1]) + random.random()}")
"""
COMMAND = """metric: {name: val_loss}
objective: {command: {run: "python t.py {lr} {seed}", epochs: 2}}
space: {lr: {min: 0, max: 1}}
search: {trials: 3, early_stopping: false}
"""


@pytest.fixture(autouse=True)
def python_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts this Python on the path as ``python``."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")


def contents(directory: Path) -> dict[Path, bytes]:
    """All files of a directory."""
    return {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_a_command_runs_again(hpsearch: Program, in_tmp: Path) -> None:
    """It gives the same result with its seed and a mean with others; new code is noted."""
    Path("t.py").write_text(SCRIPT)
    Path("c.yaml").write_text(COMMAND)
    hpsearch("run", "c.yaml", "-q", "-o", "r")
    before = contents(Path("r"))
    done = hpsearch("rerun", "r")
    assert "comparison  equal to the last digit: val_loss after each of 2 epochs\n" in done.out, done
    found = json.loads(hpsearch("rerun", "r", "1", "--times", "3", "-f", "json").out)
    values = [each["value"] for each in found["again"]]
    assert len({each["seed"] for each in found["again"]} | {found["recorded"]["seed"]}) == 4
    assert found["mean"] == pytest.approx(sum(values) / 3)
    variance = sum((value - found["mean"]) ** 2 for value in values) / 2
    assert found["standard_error"] == pytest.approx((variance / 3) ** 0.5)
    assert found["equal"] is None
    assert contents(Path("r")) == before

    Path("t.py").write_text(SCRIPT.replace("random.random()", "2 + random.random()"))
    done = hpsearch("rerun", "r")
    assert "different from epoch 1 on: val_loss" in done.out
    assert "t.py changed since the run began. This runs it as it is now." in done.out
    Path("t.py").write_text("raise SystemExit('no GPU')")
    done = hpsearch("rerun", "r", "1", "--seed", "7")
    assert (done.code, "Trial 1 failed: it exited with code 1: no GPU" in done.err) == (3, True), done


def test_a_function_runs_from_its_copy(hpsearch: Program, in_tmp: Path) -> None:
    """It gives the same result even if the project's code has changed, with a note."""
    Path("f.py").write_text("def fit(lr, trial):\n    return lr + trial.seed\n")
    config = "objective: {function: f:fit}\nspace: {lr: {values: [1, 2]}}\nsearch: {trials: 2}\n"
    Path("c.yaml").write_text(config)
    hpsearch("run", "c.yaml", "-q", "-o", "r")
    Path("f.py").write_text("def fit(lr, trial):\n    return 0\n")
    done = hpsearch("rerun", "r", "1")
    assert "equal to the last digit" in done.out, done
    assert "f.py changed since the run began. This runs the code that the run began with." in done.out


def test_the_network_runs_again(hpsearch: Program, in_tmp: Path) -> None:
    """It runs with its own seeds and rungs, although the data are no longer in the run directory."""
    Path("c.yaml").write_text(
        "objective: {network: {data: blobs, epochs: 2}}\nspace: {learning_rate: {min: 0.1, max: 1}}\n"
        "search: {trials: 2, repeats: 2}\n"
    )
    hpsearch("run", "c.yaml", "-q", "-o", "r")
    shown = json.loads(hpsearch("rerun", "r", "-f", "json").out)
    assert (shown["equal"], shown["again"]) == (True, [shown["recorded"]])
    assert "standard_error" in shown["recorded"]
