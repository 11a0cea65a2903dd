"""Tests of results that are held back because the computer may be the cause."""

import pytest

from hpsearch.search.first_failures import FirstFailures
from hpsearch.trial import Result, Status

DONE = Result(0, Status.DONE, 0.5)
BEFORE = (DONE, Result(1, Status.FAILED, reason="x = 1 is too large\n"))


def failed(number: int, reason: str = "No module named 'm'", status: Status = Status.FAILED) -> Result:
    """A trial without a value."""
    return Result(number, status, reason=f"{reason}\ntraceback {number}")


def test_three_failures_of_a_new_reason_are_held_back() -> None:
    """The reasons may differ in numbers; after the third, the computer needs to be checked."""
    first = FirstFailures(BEFORE, 10)
    for number in range(2, 5):
        assert not first.conclusive
        assert first.sift([failed(number, f"file {number} is missing")]) == []
    assert first.conclusive
    assert [result.number for result in first.held] == [2, 3, 4]


@pytest.mark.parametrize(
    "other",
    [
        Result(4, Status.DONE, 0.1),
        failed(4, "another"),
        Result(4, Status.DIVERGED, reason="No module named 'm'"),
        failed(4, "x = 7 is too large"),
    ],
    ids=["a value", "another reason", "diverged", "a known reason"],
)
def test_anything_else_tells_that_it_is_not_the_computer(other: Result) -> None:
    """All results are recorded in order, and nothing is held back any more."""
    first = FirstFailures(BEFORE, 10)
    held = [failed(2), failed(3)]
    assert first.sift(held) == []
    assert first.sift([other]) == [*held, other]
    assert first.sift([failed(5), failed(6), failed(7)]) == [failed(5), failed(6), failed(7)]
    assert not first.conclusive


def test_a_reason_that_is_known_is_recorded_at_once() -> None:
    """It was no reason to stop earlier."""
    result = failed(2, "x = 12 is too large")
    assert FirstFailures(BEFORE, 10).sift([result]) == [result]


@pytest.mark.parametrize(("known", "left"), [((), 10), (BEFORE[1:], 10), (BEFORE, 2)])
def test_without_a_value_before_or_three_trials_to_come_nothing_is_held_back(
    known: tuple[Result, ...], left: int
) -> None:
    """A new search has its own rules for its first trials."""
    results = [failed(2), failed(3), failed(4)]
    assert FirstFailures(known, left).sift(results) == results


def test_what_is_held_back_is_released_when_nothing_else_can_run() -> None:
    """The results are released in their order."""
    first = FirstFailures(BEFORE, 10)
    assert first.sift([failed(2)]) == []
    assert first.release() == [failed(2)]
    assert first.held == ()
    assert first.sift([failed(3)]) == [failed(3)]
