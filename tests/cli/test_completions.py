"""Tests of what the shell completes."""

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from hpsearch.cli.completions import SETTINGS
from hpsearch.cli.program import program
from hpsearch.config import load
from hpsearch.store import Run

CONFIGS = Path(__file__).parents[2] / "configs"


def completed(*words: str) -> list[str]:
    """What is offered for the last word; directories are left to the shell."""
    *before, last = words
    found = ShellComplete(program, {}, "hpsearch", "_HPSEARCH_COMPLETE").get_completions(before, last)
    return [item.value for item in found if item.type == "plain"]


def test_runs_and_trials_are_completed(example: Path) -> None:
    """By name, latest and best among them; also where options come first."""
    assert completed("show", "") == ["latest", "example-001"]
    assert completed("leaderboard", "-n", "3", "ex") == ["example-001"]
    with Run.read(example) as run:
        numbers = [str(number) for number in range(run.asked())]
    assert completed("show", "example-001", "") == ["best", *numbers]
    assert completed("explain", str(example), "3") == ["3"]
    assert completed("train", "no-such-run", "b") == ["best"]


@pytest.mark.parametrize("option", ["--where", "--sort", "--columns"])
def test_names_of_columns_are_completed(example: Path, option: str) -> None:
    """After the last comma, with a minus or without; constants are no columns."""
    assert completed("leaderboard", str(example), option, "status=done,le") == ["status=done,learning_rate"]
    names = ["beta2,-val_error", "beta2,-val_loss"]
    assert completed("leaderboard", str(example), option, "beta2,-val") == names
    assert completed("leaderboard", "no-such-run", option, "") == []


def test_settings_are_completed() -> None:
    """Those of every config, and the paths of what this one says."""
    config = str(CONFIGS / "digits.yaml")
    assert completed("run", config, "search.la") == ["search.lag="]
    assert "space.learning_rate.max=" in completed("run", config, "space.learning")
    assert completed("run", "none.yaml", "see") == ["seed="]


def test_the_settings_are_those_of_a_config() -> None:
    """None is missing, and none was removed."""
    resolved = load(CONFIGS / "digits.yaml").resolved()
    keys = [
        "name",
        "seed",
        *(f"{part}.{key}" for part in ("metric", "search", "run") for key in resolved[part]),
    ]
    assert sorted(SETTINGS) == sorted(keys)
