"""Tests of what trials with the same failure have in common."""

from hpsearch.analysis.failures import failure_groups
from hpsearch.reports.failure_lines import failure_lines
from hpsearch.space import Categorical, Number, Space
from hpsearch.trial import Result, Status, Trial

SPACE = Space((Number("rate", 1e-3, 1, "log"), Categorical("optimizer", ("adam", "sgd"))))


def search(*rows: tuple[float, str, str]) -> tuple[dict[int, Trial], list[Result]]:
    """Trials with a rate, an optimizer and, if they failed, a reason."""
    trials = {n: Trial(n, {"rate": rate, "optimizer": name}, n) for n, (rate, name, _) in enumerate(rows)}
    results = [
        Result(n, Status.FAILED, reason=reason) if reason else Result(n, Status.DONE, 0.5)
        for n, (_, _, reason) in enumerate(rows)
    ]
    return trials, results


def test_reasons_are_grouped_with_the_values_they_share() -> None:
    """A value or a side of a range that only failed trials have is named."""
    trials, results = search(
        (0.01, "adam", ""),
        (0.5, "adam", "too large\ntraceback"),
        (0.7, "adam", "too large\nanother"),
        (0.02, "sgd", "no sgd"),
        (0.03, "sgd", "no sgd"),
    )
    assert failure_lines(failure_groups(SPACE, trials, results)) == [
        "2 trials without a value: too large (only where rate ≥ 0.5)",
        "2 trials without a value: no sgd (only where rate ≥ 0.02, optimizer = sgd)",
    ]


def test_nothing_is_concluded_from_one_failure_or_without_successes() -> None:
    """Nothing is concluded from a single failure, or if there are no successes to compare with."""
    for rows in ([(0.5, "adam", "x"), (0.1, "sgd", "")], [(0.5, "adam", "x"), (0.6, "adam", "x")]):
        (group,) = failure_groups(SPACE, *search(*rows))
        assert group.shared == {}


def test_the_commonest_reason_comes_first_and_the_rest_is_counted() -> None:
    """Three reasons are listed, and the others are counted."""
    rows = [(0.1, "adam", reason) for reason in "abcddee"]
    lines = failure_lines(failure_groups(SPACE, *search(*rows)))
    assert [line.split(": ")[-1] for line in lines] == ["d", "e", "a", "and 2 more reasons"]
