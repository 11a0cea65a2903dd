"""Fixtures for tests of user code."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hpsearch.objectives.code_objective import CodeObjective
from hpsearch.objectives.command import Command
from hpsearch.objectives.function import Function
from hpsearch.objectives.user_code import Limits, UserCode
from hpsearch.trial import Metric, Result, Rung, Trial

HERE = Path(__file__).parent
Run = Callable[..., Result]


@pytest.fixture
def run_code(tmp_path: Path) -> Run:
    """Runs a program as trial 7, below ``tmp_path / "trials"``."""

    def run(
        user_code: UserCode,
        x: object = 0.25,
        rungs: tuple[Rung, ...] = (),
        metric: str = "value",
        **options: Any,
    ) -> Result:
        limits = Limits(options.pop("timeout", None), options.pop("memory", None))
        objective = CodeObjective(user_code, Metric(metric), HERE, tmp_path / "trials", limits, **options)
        values = x if isinstance(x, dict) else {"x": x}
        return objective(Trial(7, values, 11, rungs))

    return run


@pytest.fixture
def call(run_code: Run) -> Run:
    """Calls a function in ``user_code`` by name."""
    return lambda name, *arguments, **options: run_code(
        Function(f"user_code:{name}", HERE, options.pop("epochs", None)), *arguments, **options
    )


@pytest.fixture
def command(run_code: Run) -> Run:
    """Runs a command, given by its words; one word is for a shell."""

    def run(*words: str, patterns: dict[str, str] | None = None, **options: Any) -> Result:
        text = words if len(words) > 1 else words[0]
        return run_code(Command(text, patterns or {}, options.pop("epochs", None)), **options)

    return run


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The directory of trial 7's files."""
    return tmp_path / "trials" / "00007"
