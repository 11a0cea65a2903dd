"""Tests of when a search gives up because its trials fail."""

from hpsearch.search.consecutive_failures import ConsecutiveFailures
from hpsearch.trial import Result, Status


def failures(most: int | None, *reasons: str) -> ConsecutiveFailures:
    """Failures with these reasons, in the order of their trials' numbers; "" is a trial that is done."""
    counted = ConsecutiveFailures(most)
    for number, reason in enumerate(reasons):
        result = Result(number, Status.FAILED, reason=reason) if reason else Result(number, Status.DONE, 1.0)
        counted.add(result)
    return counted


def test_a_success_begins_the_count_again() -> None:
    """Only failures in a row count."""
    assert not failures(3, "", "a", "b", "", "c", "d").too_many
    assert failures(3, "", "a", "b", "", "c", "d", "e").too_many


def test_what_ends_after_too_many_failures_changes_nothing() -> None:
    """Trials that were running when the search gave up may succeed."""
    assert failures(3, "", "a", "b", "c", "").too_many


def test_the_first_trials_alone_are_compared() -> None:
    """Three that fail for one reason are enough; what comes after them says nothing about the first ones."""
    for later in ("", "a 9", "b"):
        counted = failures(9, "a 1", "a 2", "a 3", later)
        assert counted.all_alike
        assert counted.too_many
    assert not failures(9, "a 1", "a 2", "b", "a 3").all_alike
    assert not failures(9, "", "a 1", "a 2", "a 3").all_alike


def test_without_a_limit_it_never_gives_up() -> None:
    """This is so even if all trials fail in the same way."""
    assert not failures(None, *["a"] * 20).too_many
