"""Fixtures and helpers that many tests need."""

# ruff: noqa: E402 -- NumPy, which the rest imports, has to find what the first lines set

from hpsearch.machine import kernels

kernels.prefer_portable()

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from hpsearch.config import Config, load
from hpsearch.loop import SearchStart
from hpsearch.trial import Epoch, Result, Trial

# Hundreds of processes are started; each would compile all modules again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# It would hide output that is flushed too late.
os.environ.pop("PYTHONUNBUFFERED", None)

os.environ["TZ"] = "UTC"  # times are shown in the local time zone
time.tzset()

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("dev", deadline=None, max_examples=50)
settings.register_profile("few", derandomize=True, deadline=None, max_examples=10)  # of .ci/versions.py
settings.register_profile("many", deadline=None, max_examples=20_000)  # for a law, by hand
settings.load_profile("ci" if os.environ.get("CI") else "dev")

pytest_plugins = ("tests.table", "tests.objectives.fixtures")

GOLDENS = Path(__file__).parent / "goldens"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--write-goldens`` writes the outputs that differ, and fails all the same: none passes unread."""
    parser.addoption(
        "--write-goldens", action="store_true", help="write outputs that differ to tests/goldens"
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Compares a text with the file of that name in tests/goldens, or another directory."""

    def compare(name: str, text: str, directory: Path = GOLDENS) -> None:
        path = directory / name
        expected = path.read_text(encoding="utf-8") if path.exists() else ""
        if text != expected and request.config.getoption("--write-goldens"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == expected, f"{path} differs; read it, then write it with --write-goldens"

    return compare


TINY = """\
name: tiny
seed: 3
objective: {network: {data: blobs, epochs: 4}}
space:
  learning_rate: {prior: log, min: 1e-4, max: 1}
  hidden_units: {type: int, prior: log, min: 2, max: 16}
  optimizer: {values: [momentum, adam]}
search: {trials: 12, lag: 3}
run: {strategy: panda}
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A config whose search takes a second: 12 trials of a small network on generated data."""
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    return path


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A separate working directory for the test, away from the checkout."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def config(tiny: Path) -> Config:
    """The tiny config, loaded."""
    return load(tiny)


class Recorder:
    """A callback that records what it was shown."""

    def __init__(self, on_finished: Callable[[Trial, Result], None] | None = None) -> None:
        self.trials: list[Trial] = []
        self.results: list[Result] = []
        self.texts: list[str] = []
        self._on_finished = on_finished

    def on_search_start(self, search: SearchStart) -> None:
        self.slots = search.slots
        self.before = list(search.results)
        self.draining = search.draining

    def on_trial_start(self, trial: Trial) -> None:
        self.trials.append(trial)

    def on_epoch(self, trial: Trial, epoch: Epoch) -> None:
        pass

    def on_trial_complete(self, trial: Trial, result: Result) -> None:
        self.results.append(result)
        if self._on_finished:
            self._on_finished(trial, result)

    def on_message(self, text: str) -> None:
        self.texts.append(text)
