"""Tests of trials of user code that run with several seeds."""

import statistics
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hpsearch.objectives.code_objective import CodeObjective
from hpsearch.objectives.function import Function
from hpsearch.trial import Metric, Result, Rung, Status, Trial

TEXT = """
import os, random
from pathlib import Path

def objective(x, trial):
    with Path(__file__).with_name("ran").open("a") as file:
        file.write(f"{trial.seed} ")
    for epoch in range(trial.seed % 10):
        yield {"value": x + random.random(), "epoch": epoch}
    if trial.seed == 23 and not (trial.checkpoint_dir / "died").exists():
        (trial.checkpoint_dir / "died").touch()
        os._exit(1)
    return {"test": trial.seed}
"""
TRIAL = Trial(7, {"x": 0.25}, 12, (), {}, (23, 33))


@pytest.fixture
def run(tmp_path: Path) -> Callable[[Trial], Result]:
    """Runs a trial of the function above."""
    (tmp_path / "draws.py").write_text(TEXT)
    function = Function("draws:objective", tmp_path)
    return CodeObjective(function, Metric("value"), tmp_path, tmp_path / "trials")


def ran(tmp_path: Path) -> list[str]:
    """The seeds that have been run so far."""
    return (tmp_path / "ran").read_text().split()


def test_a_trial_is_worth_the_mean_of_its_seeds(run: Callable[[Trial], Result], tmp_path: Path) -> None:
    """A killed trial continues with the killed seed; a shorter curve counts with its last epoch."""
    killed = run(TRIAL)
    assert killed.status is Status.CRASHED
    assert killed.reason.startswith("with seed 23, number 2 of 3: it exited with code 1")
    result = run(TRIAL)
    assert ran(tmp_path) == ["12", "23", "23", "33"]
    alone = [run(Trial(8, TRIAL.values, seed)) for seed in (12, 33)]
    (tmp_path / "trials/00008/checkpoint/files").mkdir(parents=True)
    (tmp_path / "trials/00008/checkpoint/files/died").touch()
    alone.insert(1, run(Trial(8, TRIAL.values, 23)))
    values = [each.value or 0.0 for each in alone]
    assert result.value == statistics.fmean(values)
    assert result.curve[-1].metrics["value_se"] == pytest.approx(statistics.stdev(values) / 3**0.5)
    firsts = [each.curve[0].metrics["value"] or 0.0 for each in alone]
    assert result.curve[0].metrics["value"] == statistics.fmean(firsts)
    assert (len(result.curve), result.final["test"]) == (3, statistics.fmean((12, 23, 33)))


@pytest.mark.parametrize("bounds", [{"repeat_below": 0.2}, {"rungs": (Rung(1, 0.2),)}], ids=str)
def test_one_seed_is_enough_for_what_cannot_win(
    run: Callable[[Trial], Result], tmp_path: Path, bounds: dict[str, object]
) -> None:
    """A trial that was stopped early, or is above the bound, is not repeated."""
    result = run(replace(TRIAL, **bounds))
    assert ran(tmp_path) == ["12"]
    alone = run(replace(TRIAL, more_seeds=(), **bounds))
    assert replace(result, seconds=0, curve=()) == replace(alone, seconds=0, curve=())
