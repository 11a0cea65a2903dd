"""Tests of comparing a trial that ran once more with its recorded result."""

import pytest

from hpsearch.analysis.agreement import agreement, spread
from hpsearch.trial import Epoch, Metric, Result, Status

METRIC = Metric("loss")


def result(*losses: float, status: Status = Status.DONE, seconds: float = 0.0, **final: float) -> Result:
    """A result with a learning curve, whose epochs also report the time."""
    curve = tuple(Epoch(at, {"loss": loss, "seconds": seconds}, 0.0) for at, loss in enumerate(losses, 1))
    return Result(0, status, losses[-1] if status.ranked else None, curve, final)


def test_equal_means_the_metric_after_every_epoch() -> None:
    """Results are equal if the metric is; other metrics that differ, such as times, are named."""
    found = agreement(result(0.5, 0.25, seconds=1), result(0.5, 0.25, seconds=2, test=0.3), METRIC)
    assert (found.equal, found.epoch, found.others) == (True, None, ("seconds", "test"))


@pytest.mark.parametrize(
    ("again", "epoch"),
    [
        (result(0.5, 0.25 + 2**-54), 2),
        (result(0.4, 0.25), 1),
        (result(0.5), 2),
        (result(0.5, 0.25, 0.25), 3),
        (result(0.5, 0.25, status=Status.CRASHED), None),
    ],
)
def test_a_difference_has_its_first_epoch(again: Result, epoch: int | None) -> None:
    """A difference in the last bit counts, and so does one in the number of epochs or the status."""
    found = agreement(result(0.5, 0.25), again, METRIC)
    assert (found.equal, found.epoch) == (False, epoch)


def test_the_standard_error_is_of_the_mean() -> None:
    """The standard error is that of textbooks; a single value has none."""
    found = spread([1.0, 2.0, 3.0, 4.0])
    assert (found.mean, found.deviation, found.error) == (
        2.5,
        pytest.approx((5 / 3) ** 0.5),
        pytest.approx((5 / 12) ** 0.5),
    )
    assert spread([3.0]).error is None
