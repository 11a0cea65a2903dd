"""Tests of trial.report(): reports of a function without yield, in another process and in this one."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hpsearch
from hpsearch.objectives.code_objective import CodeObjective
from hpsearch.objectives.function import Function
from hpsearch.objectives.local_function import LocalFunction
from hpsearch.process.reporting import StopTrial
from hpsearch.trial import Epoch, Metric, Result, Rung, Status, Trial
from tests.objectives import user_code
from tests.objectives.fixtures import HERE

Call = Callable[..., Result]


@pytest.fixture(params=["there", "here"])
def either(run_code: Call, request: pytest.FixtureRequest) -> Call:
    """Calls a function in ``user_code``, in a separate process or in this one."""

    def run(name: str, *arguments: Any, epochs: int | None = None, **options: Any) -> Result:
        there = Function(f"user_code:{name}", HERE, epochs)
        here = LocalFunction(getattr(user_code, name), epochs)
        return run_code(there if request.param == "there" else here, *arguments, **options)

    return run


def test_reports_make_a_learning_curve(either: Call) -> None:
    """The function's return value contains final metrics."""
    result = either("reports", epochs=3)
    assert (result.status, result.value, result.final) == (Status.DONE, 2.25, {"test": 0.5})
    assert [epoch.metrics["value"] for epoch in result.curve] == [0.25, 1.25, 2.25]


def test_numbers_are_the_metric(either: Call) -> None:
    """Numbers may be reported or returned; a return after a report does not change the trial's value."""
    result = either("reports_numbers")
    assert [epoch.metrics for epoch in result.curve] == [{"value": 0.25}, {"value": 0.5}]
    assert (result.value, result.final) == (0.5, {"value": 0.75})


def test_a_masked_number_is_missing(either: Call) -> None:
    """It does not become the 0 that float() returns."""
    result = either("masked")
    assert (result.status, result.value) == (Status.FAILED, None)
    assert "a metric must be a number, not MaskedConstant" in result.reason


def test_a_trial_that_is_stopped_raises(either: Call) -> None:
    """The function lets the exception pass, and the trial is stopped."""
    result = either("reports", epochs=9, rungs=(Rung(2, 0.1),))
    assert (result.status, result.value, len(result.curve)) == (Status.STOPPED, 1.25, 2)
    assert result.reason.startswith("stopped early after epoch 2")


def test_code_that_ignores_a_stop_is_stopped_at_its_next_report(either: Call, directory: Path) -> None:
    """Nothing more is recorded."""
    result = either("persists", rungs=(Rung(2, 0.1),))
    assert (result.status, len(result.curve)) == (Status.STOPPED, 2)
    assert (directory / "heard").read_text() == "3 StopTrial at 3"


def test_no_trial_goes_beyond_its_epochs(either: Call) -> None:
    """It is done after them, whether it reports or yields."""
    for name in ("reports_for_ever", "closes"):
        result = either(name, epochs=3)
        assert (result.status, len(result.curve)) == (Status.DONE, 3)
        assert result.reason == "ended after 3 epochs, as it continued past them"


def test_a_function_may_end_its_trial(either: Call) -> None:
    """The trial keeps what it has reported."""
    assert (either("ends_itself").status, either("ends_itself").value) == (Status.DONE, 0.25)


@pytest.mark.parametrize(
    ("name", "epochs", "reason"),
    [
        ("yields_then_reports", 1, "MixedReports: a function yields its epochs or reports them"),
        ("reports_then_yields", 1, "MixedReports: a function yields its epochs or reports them"),
        ("reports_and_returns_an_iterator", 1, "MixedReports: a function yields its epochs or reports them"),
        ("reports_text", 0, "TypeError: a metric must be a number, not str: '0.5'"),
        (
            "misreports",
            0,
            "TypeError: every epoch must report the metric 'value'; this one reported valeu",
        ),
    ],
)
def test_wrong_reports_fail_the_trial(either: Call, name: str, epochs: int, reason: str) -> None:
    """The rules are those for yielding; doing both is refused."""
    result = either(name)
    assert (result.status, len(result.curve)) == (Status.FAILED, epochs)
    assert result.reason.startswith(reason)


def test_every_epoch_is_shown_at_once(tmp_path: Path, run_code: Call) -> None:
    """It is shown before the function continues."""
    seen: list[tuple[int, int]] = []
    done: list[int] = []

    def objective(x: float, trial: Any) -> None:
        for epoch in range(3):
            trial.report(x)
            done.append(epoch)

    def on_epoch(trial: Trial, epoch: Epoch) -> None:
        seen.append((epoch.number, len(done)))

    runs = CodeObjective(LocalFunction(objective), Metric("value"), tmp_path, tmp_path / "trials")
    assert runs(Trial(0, {"x": 1.0}, 0), on_epoch).value == 1.0
    assert seen == [(1, 0), (2, 1), (3, 2)]


def test_a_fork_cannot_report(call: Call, directory: Path) -> None:
    """A fork would report in its parent's name."""
    result = call("reports_in_a_fork")
    assert (result.status, len(result.curve)) == (Status.DONE, 1)
    assert "in a fork of the process" in (directory / "error").read_text()


def test_a_trial_that_was_sent_away_cannot_report(call: Call) -> None:
    """The error says where it can report."""
    assert "works only in the process in which the function was called" in call("sends_its_trial_away").reason


@pytest.mark.parametrize("x", [0.25, 0.75], ids=["exit", "kill"])
def test_a_trial_that_reports_goes_on_from_its_checkpoint(call: Call, directory: Path, x: float) -> None:
    """Its curve is complete, as if it had yielded."""
    assert call("reports_and_resumes", x).status in (Status.FAILED, Status.CRASHED)
    second = call("reports_and_resumes", x)
    assert [epoch.metrics["value"] for epoch in second.curve] == [x, x + 1, x + 2, x + 3]
    assert (directory / "trained").read_text() == "0 1 2 3 "


def test_an_interrupt_reaches_the_program_between_reports(run_code: Call) -> None:
    """Ctrl-C does not belong to the trial."""

    def interrupted(x: float, trial: Any) -> None:
        trial.report(x)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_code(LocalFunction(interrupted))


def test_the_exception_is_public() -> None:
    """There is one class, which ``except Exception`` does not catch."""
    assert hpsearch.StopTrial is StopTrial is sys.modules["hpsearch.process.reporting"].StopTrial
    assert not issubclass(StopTrial, Exception)
