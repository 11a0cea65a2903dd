"""Tests of the details of trials."""

from hpsearch.reports.show import trial_details
from hpsearch.trial import Epoch, Metric, Result, Status, Trial

METRIC = Metric("loss", at="best")


def test_a_trial_of_several_seeds_shows_all_seeds() -> None:
    """The standard error next to the value is from the same epoch as the value."""
    curve = tuple(Epoch(at, {"loss": at / 4, "loss_se": at / 8}, 0.0) for at in (1, 2))
    details = trial_details(METRIC, Trial(0, {}, 5, more_seeds=(6, 7)), Result(0, Status.DONE, 0.25, curve))
    lines = dict(details.lines)
    assert lines["seeds"] == "5, 6, 7"
    assert ("loss", "0.25 ± 0.12 after epoch 1 of 2") in details.lines
    assert "seed" not in lines


def test_a_trial_of_one_seed_shows_no_spread() -> None:
    """Its value has no standard error."""
    result = Result(0, Status.DONE, 0.25, (Epoch(1, {"loss": 0.25}, 0.0),))
    lines = trial_details(METRIC, Trial(0, {}, 5), result).lines
    assert ("loss", "0.25") in lines
    assert ("seed", "5") in lines
