"""Tests of the note about epochs that are not reported."""

import pytest

from hpsearch.starting.epochs_note import EpochsNote
from hpsearch.trial import Epoch, Result, Status, Trial
from tests.conftest import Recorder


def notes(full: int | None, *results: Result, **values: int) -> list[str]:
    """What is noted about these results."""
    recorder = Recorder()
    callback = EpochsNote(recorder, full)
    for result in results:
        callback.on_trial_complete(Trial(result.number, values, 1), result)
    assert recorder.results == list(results)
    return recorder.texts


def result(number: int, count: int, status: Status = Status.DONE) -> Result:
    """A result with the given number of epochs."""
    return Result(number, status, 1.0, tuple(Epoch(n + 1, {"x": 1.0}, 0.0) for n in range(count)))


def test_the_first_trial_with_other_epochs_is_noted() -> None:
    """Of several trials with a different number of epochs, only the first is noted."""
    (text,) = notes(4, result(0, 4), result(1, 1), result(2, 2))
    assert text.startswith("Trial 1 reported 1 of 4 epochs.")


def test_a_trial_that_was_stopped_at_its_epochs_is_noted() -> None:
    """It is noted once, with what to write in the config."""
    cut = Result(
        3, Status.DONE, 1.0, result(3, 4).curve, reason="ended after 4 epochs, as it continued past them"
    )
    (text,) = notes(4, result(0, 4), cut, cut)
    assert text.startswith(
        "Trial 3 ended after 4 epochs, as it continued past them. Set epochs to as many as"
    )


@pytest.mark.parametrize(
    ("epochs", "found", "values"),
    [
        (4, result(0, 4), {}),
        (None, result(0, 1), {}),
        (4, result(0, 2, Status.STOPPED), {}),
        (None, result(0, 3), {"epochs": 3}),
    ],
)
def test_what_is_as_expected_is_not_noted(epochs: int | None, found: Result, values: dict[str, int]) -> None:
    """Nor is a trial that was stopped, or one whose number of epochs is searched."""
    assert notes(epochs, found, **values) == []
