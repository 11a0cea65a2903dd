"""Tests of following a learning curve to its end, whatever the end is."""

import math
from collections.abc import Generator
from typing import Any

import pytest

from hpsearch.objective import LastRecord
from hpsearch.objectives.follow import follow
from hpsearch.trial import Epoch, Metric, Rung, Status, Trial

METRIC = Metric("error")


def generate(*records: Any) -> Generator[Any, None, None]:
    """A trial's code: yields its items, and raises those that are exceptions."""
    for record in records:
        if isinstance(record, BaseException):
            raise record
        yield record


def run(*records: Any, rungs: tuple[Rung, ...] = (), metric: Metric = METRIC, **options: Any) -> Any:
    """The result of a trial with these records, after checking that its code was ended."""
    source = generate(*records)
    result = follow(Trial(3, {}, 0, rungs), metric, source, **options)
    assert source.gi_frame is None
    return result


def errors(*values: float) -> list[dict[str, float]]:
    """Records of the metric."""
    return [{"error": value} for value in values]


def test_a_trial_that_ends_is_done() -> None:
    """Its value is the last value of the metric, and its curve has every epoch."""
    result = run(*errors(0.5, 0.2, 0.3))
    assert (result.number, result.status, result.value) == (3, Status.DONE, 0.3)
    assert [epoch.metrics for epoch in result.curve] == errors(0.5, 0.2, 0.3)
    assert [epoch.number for epoch in result.curve] == [1, 2, 3]


def test_at_best_the_best_epoch_counts() -> None:
    """metric.at: best uses the best of all epochs, in the metric's direction."""
    assert run(*errors(0.5, 0.2, 0.3), metric=Metric("error", "minimize", "best")).value == 0.2
    assert run(*errors(0.5, 0.2, 0.3), metric=Metric("error", "maximize", "best")).value == 0.5


def test_a_rung_stops_a_trial_that_is_worse() -> None:
    """It keeps its last value, and the reason has both numbers."""
    result = run(*errors(0.9, 0.8, 0.1), rungs=(Rung(1, 0.9), Rung(2, 0.7)))
    assert (result.status, result.value, len(result.curve)) == (Status.STOPPED, 0.8, 2)
    assert result.reason == "stopped early after epoch 2: error 0.8, needed at most 0.7"


def test_a_rung_knows_the_goal() -> None:
    """For a metric to be maximized, smaller is worse."""
    accuracy = Metric("error", "maximize")
    assert run(*errors(0.9, 0.8), rungs=(Rung(1, -0.9),), metric=accuracy).status is Status.DONE
    result = run(*errors(0.8, 0.8), rungs=(Rung(1, -0.9),), metric=accuracy)
    assert result.reason == "stopped early after epoch 1: error 0.8, needed at least 0.9"


def test_no_rung_stops_what_has_ended_by_itself() -> None:
    """The last record of code that returned passes every rung, but must be finite."""
    assert run(LastRecord(error=0.9), rungs=(Rung(1, 0.5),)).status is Status.DONE
    assert run(LastRecord(error=math.nan), rungs=(Rung(1, 0.5),)).status is Status.DIVERGED


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_metric_that_is_not_finite_ends_the_trial(value: float) -> None:
    """It has diverged, without a value, and the reason names the epoch."""
    result = run(*errors(0.5, value, 0.1))
    assert (result.status, result.value, len(result.curve)) == (Status.DIVERGED, None, 2)
    assert "after epoch 2" in result.reason
    assert result.curve[1].metrics == {"error": None}


def test_other_metrics_may_be_anything() -> None:
    """A value that is not finite becomes None, a non-number is left out; the trial continues."""
    result = run({"error": 0.1, "loss": math.nan, "note": "text", "list": [1]})
    assert result.curve[0].metrics == {"error": 0.1, "loss": None}
    assert result.status is Status.DONE


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ({"error": "0.5"}, "not str: '0.5'"),
        ({"error": None}, "not NoneType"),
        ({"error": 1j}, "not complex"),
        ({"error": True}, "not bool"),
        ({"eror": 1.0, "loss": 2.0}, "'error'; this one reported eror, loss"),
        (0.5, "not float: 0.5"),
        (RuntimeError("boom"), "RuntimeError: boom"),
        (KeyError(1), "KeyError: 1"),
    ],
)
def test_what_goes_wrong_in_a_trial_is_its_reason(record: Any, text: str) -> None:
    """The trial has failed; the first line of its reason says why, and a traceback follows."""
    result = run(*errors(0.5), record)
    assert (result.status, result.value, len(result.curve)) == (Status.FAILED, None, 1)
    assert text in result.reason.splitlines()[0]


def test_a_trial_without_an_epoch_is_failed() -> None:
    """There is nothing to rank it by."""
    result = run()
    assert result.status is Status.FAILED
    assert "without reporting" in result.reason


def test_a_trial_that_takes_too_long_is_timed_out() -> None:
    """The reason states the timeout."""
    result = run(*errors(0.5, 0.4), timeout=0.0)
    assert (result.status, len(result.curve)) == (Status.TIMED_OUT, 1)
    assert result.reason == "it ran longer than its timeout of 0 s"


def test_final_figures_are_taken_once_at_the_end() -> None:
    """A stopped trial has them too; a failed one has none."""
    calls: list[int] = []

    def final() -> dict[str, float]:
        calls.append(1)
        return {"test_error": 0.4, "other": math.nan}

    assert run(*errors(0.5, 0.4), final=final).final == {"test_error": 0.4, "other": None}
    assert run(*errors(0.5), rungs=(Rung(1, 0.1),), final=final).final["test_error"] == 0.4
    assert run(RuntimeError(), final=final).final == {}
    assert len(calls) == 2


def test_earlier_epochs_come_first() -> None:
    """A resumed trial's curve continues, with its numbers and its seconds."""
    earlier = (Epoch(1, {"error": 0.9}, 5.0), Epoch(2, {"error": 0.8}, 10.0))
    result = run(*errors(0.7), earlier=earlier)
    assert [epoch.number for epoch in result.curve] == [1, 2, 3]
    assert result.curve[:2] == earlier
    assert result.seconds >= 10.0


def test_a_resumed_trial_that_should_have_stopped_stops() -> None:
    """The rung at its last epoch before the kill is checked again."""
    result = run(*errors(0.1), earlier=(Epoch(1, {"error": 0.9}, 1.0),), rungs=(Rung(1, 0.5),))
    assert (result.status, len(result.curve)) == (Status.STOPPED, 1)


def test_every_epoch_is_shown() -> None:
    """The display gets each epoch as it arrives."""
    seen: list[int] = []
    run(*errors(0.5, 0.4), on_epoch=lambda trial, epoch: seen.append((trial.number, epoch.number)))
    assert seen == [(3, 1), (3, 2)]


def test_an_interrupt_is_no_failure() -> None:
    """Anything but an Exception passes through, because it is meant for the search."""
    with pytest.raises(KeyboardInterrupt):
        run(KeyboardInterrupt())


def test_a_training_that_is_complete_has_not_timed_out() -> None:
    """After its last epoch the time no longer matters."""
    assert run(*errors(0.5), timeout=0.0, epochs=1).status is Status.DONE
    assert run(*errors(0.5, 0.4), timeout=0.0, epochs=2).status is Status.TIMED_OUT


def test_memory_that_is_not_there_has_a_status_of_its_own() -> None:
    """A MemoryError has its own status."""
    result = run(*errors(0.5), MemoryError("too large"))
    assert (result.status, result.value) == (Status.OUT_OF_MEMORY, None)


TIED = Metric("error", at="best", ties=Metric("loss"))


def test_a_rung_orders_equal_losses_by_their_ties() -> None:
    """At the rung's own loss, a trial continues with at most the rung's tie."""
    records = [{"error": 0.5, "loss": 2.0}, {"error": 0.5, "loss": 1.5}]
    assert run(*records, rungs=(Rung(2, 0.5, 1.5),), metric=TIED).status is Status.DONE
    result = run(*records, rungs=(Rung(2, 0.5, 1.25),), metric=TIED)
    assert result.status is Status.STOPPED
    assert result.reason == (
        "stopped early after epoch 2: error 0.5, needed at most 0.5, and then loss 1.5, needed at most 1.25"
    )


def test_the_metric_of_ties_has_to_be_reported() -> None:
    """A record without it fails the trial; a value that is not finite does not."""
    result = run(*errors(0.5), metric=TIED)
    assert result.status is Status.FAILED
    assert "every epoch must report 'loss', which metric.ties names; this one reported error" in result.reason
    assert run({"error": 0.5, "loss": math.nan}, metric=TIED).value == 0.5
