"""Tests of shell completion."""

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from hpsearch.cli.completions import SETTINGS
from hpsearch.cli.program import program
from hpsearch.config import load
from hpsearch.store import Run

CONFIGS = Path(__file__).parents[2] / "configs"


def completed(*words: str) -> list[str]:
    """The completions of the last word; directories are left to the shell."""
    *before, last = words
    found = ShellComplete(program, {}, "hpsearch", "_HPSEARCH_COMPLETE").get_completions(before, last)
    return [item.value for item in found if item.type == "plain"]


def test_runs_and_trials_are_completed(example: Path) -> None:
    """Names of runs, latest and best are completed, even after options."""
    assert completed("show", "") == ["latest", "example-001"]
    assert completed("leaderboard", "-n", "3", "ex") == ["example-001"]
    with Run.read(example) as run:
        numbers = [str(number) for number in range(run.asked())]
    assert completed("show", "example-001", "") == ["best", *numbers]
    assert completed("explain", str(example), "3") == ["3"]
    assert completed("train", "no-such-run", "b") == ["best"]


@pytest.mark.parametrize("option", ["--where", "--sort", "--columns"])
def test_names_of_columns_are_completed(example: Path, option: str) -> None:
    """Names are completed after the last comma, with or without a minus; constants are not columns."""
    assert completed("leaderboard", str(example), option, "status=done,le") == ["status=done,learning_rate"]
    names = ["beta2,-val_error", "beta2,-val_loss"]
    assert completed("leaderboard", str(example), option, "beta2,-val") == names
    assert completed("leaderboard", "no-such-run", option, "") == []


def test_settings_are_completed() -> None:
    """The settings of every config and the paths in this one are completed."""
    config = str(CONFIGS / "digits.yaml")
    assert completed("run", config, "search.la") == ["search.lag="]
    assert "space.learning_rate.max=" in completed("run", config, "space.learning")
    assert completed("run", "none.yaml", "see") == ["seed="]


def test_the_settings_are_those_of_a_config() -> None:
    """No setting is missing, and none that was removed is left."""
    resolved = load(CONFIGS / "digits.yaml").resolved()
    keys = [
        "name",
        "seed",
        *(f"{part}.{key}" for part in ("metric", "search", "run") for key in resolved[part]),
    ]
    assert sorted(SETTINGS) == sorted(keys)
