"""Tests of the clock that does not run while its process is suspended."""

import time

import pytest

from hpsearch.process.running_time import LONGEST_STEP, SECONDS_PER_CPU_SECOND, RunningTime


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """The wall clock and the CPU time of this process, to be set."""
    values = {"monotonic": 100.0, "process_time": 5.0}
    for name in values:
        monkeypatch.setattr(time, name, lambda name=name: values[name])
    return values


def test_a_stop_counts_as_one_step(clocks: dict[str, float]) -> None:
    """An hour in which the process neither computed nor read the clock does not count."""
    running = RunningTime()
    clocks["monotonic"] += 0.25
    assert running() == 0.25
    clocks["monotonic"] += 3600
    assert running() == 0.25 + LONGEST_STEP


def test_computing_counts_in_full(clocks: dict[str, float]) -> None:
    """A minute between two calls counts if the process computed for a tenth of it."""
    running = RunningTime()
    clocks["monotonic"] += 60
    clocks["process_time"] += 60 / SECONDS_PER_CPU_SECOND
    assert running() == 60


def test_it_counts_as_a_clock_does_for_one_that_asks_often(clocks: dict[str, float]) -> None:
    """No time is lost in many small steps, whether or not the process computes."""
    running = RunningTime()
    for _ in range(1000):
        clocks["monotonic"] += LONGEST_STEP / 8
    assert running() == LONGEST_STEP
    for _ in range(1000):
        clocks["monotonic"] += LONGEST_STEP / 8
        running()
    assert running() == pytest.approx(126 * LONGEST_STEP)
