"""Tests of leaderboards."""

import pytest

from hpsearch.analysis.ranking import leaderboard, standard_error
from hpsearch.trial import Epoch, Metric, Result, Status, Trial


def result(value: float, *epochs: tuple[float, float]) -> Result:
    """A result with the mean and the standard error of each epoch."""
    curve = tuple(
        Epoch(number, {"loss": mean, "loss_se": error}, 0.0) for number, (mean, error) in enumerate(epochs, 1)
    )
    return Result(0, Status.DONE, value, curve)


@pytest.mark.parametrize(("at", "value", "error"), [("last", 0.3, 0.03), ("best", 0.1, 0.02)])
def test_the_standard_error_is_of_the_epoch_of_the_value(at: str, value: float, error: float) -> None:
    """The last epoch's, or the first of the best ones'."""
    metric = Metric("loss", at=at)  # type: ignore[arg-type]  # one of the two
    answer = result(value, (0.5, 0.01), (0.1, 0.02), (0.1, 0.05), (0.3, 0.03))
    assert standard_error(answer, metric) == error
    (row,) = leaderboard([answer], {0: Trial(0, {}, 0)}, metric)
    assert row["standard_error"] == error


def test_one_seed_has_no_standard_error() -> None:
    """Nor has a trial without a value."""
    one = Result(0, Status.DONE, 0.5, (Epoch(1, {"loss": 0.5}, 0.0),))
    diverged = Result(0, Status.DIVERGED, None, (Epoch(1, {"loss": None, "loss_se": None}, 0.0),), reason="x")
    assert standard_error(one, Metric("loss")) is None
    assert standard_error(diverged, Metric("loss")) is None
