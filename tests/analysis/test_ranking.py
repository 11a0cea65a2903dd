"""Tests of leaderboards."""

import pytest

from hpsearch.analysis.ranking import leaderboard_row, standings
from hpsearch.trial import Epoch, Metric, Result, Status


def result(value: float, *epochs: tuple[float, float]) -> Result:
    """A result with the mean and the standard error of each epoch."""
    curve = tuple(
        Epoch(number, {"loss": mean, "loss_se": error}, 0.0) for number, (mean, error) in enumerate(epochs, 1)
    )
    return Result(0, Status.DONE, value, curve)


@pytest.mark.parametrize(("at", "value", "error"), [("last", 0.3, 0.03), ("best", 0.1, 0.02)])
def test_the_standard_error_is_of_the_epoch_of_the_value(at: str, value: float, error: float) -> None:
    """The standard error is that of the last epoch, or of the first of the best ones."""
    metric = Metric("loss", at=at)
    answer = result(value, (0.5, 0.01), (0.1, 0.02), (0.1, 0.05), (0.3, 0.03))
    assert metric.standard_error(answer) == error
    (standing,) = standings([answer], metric)
    assert leaderboard_row(standing, metric)["standard_error"] == error


def test_one_seed_has_no_standard_error() -> None:
    """A trial with one seed, or without a value, has no standard error."""
    one = Result(0, Status.DONE, 0.5, (Epoch(1, {"loss": 0.5}, 0.0),))
    diverged = Result(0, Status.DIVERGED, None, (Epoch(1, {"loss": None, "loss_se": None}, 0.0),), reason="x")
    assert Metric("loss").standard_error(one) is None
    assert Metric("loss").standard_error(diverged) is None


def test_trials_that_nothing_tells_apart_share_a_rank() -> None:
    """Trials with equal values and ties share a rank; the rank of the next trial does not change."""
    metric = Metric("error", ties=Metric("loss"))
    figures = [(0.2, 0.5), (0.1, 0.4), (0.1, 0.4), (0.1, 0.6)]
    results = [
        Result(number, Status.DONE, error, (Epoch(1, {"error": error, "loss": loss}, 0.0),))
        for number, (error, loss) in enumerate(figures)
    ]
    failed = Result(4, Status.FAILED, reason="x")
    places = [standing.place for standing in standings([failed, *results], metric)]
    assert [(place.number, place.rank, place.tied) for place in places] == [
        (1, 1, True),
        (2, 1, True),
        (3, 3, False),
        (0, 4, False),
        (4, None, False),
    ]
