"""Tests of what is shown of trials."""

from hpsearch.reports.runs import trial_sheet
from hpsearch.trial import Epoch, Result, Status, Trial

CONFIG = {"metric": {"name": "loss", "goal": "minimize", "at": "best"}}


def test_a_trial_of_several_seeds_shows_them_all() -> None:
    """And the standard error beside the value, of the epoch that the value is of."""
    curve = tuple(Epoch(at, {"loss": at / 4, "loss_se": at / 8}, 0.0) for at in (1, 2))
    sheet = trial_sheet(CONFIG, Trial(0, {}, 5, more_seeds=(6, 7)), Result(0, Status.DONE, 0.25, curve))
    lines = dict(sheet.lines)
    assert lines["seeds"] == "5, 6, 7"
    assert ("loss", "0.25 ± 0.125") in sheet.lines
    assert "seed" not in lines


def test_a_trial_of_one_seed_shows_no_spread() -> None:
    """Its value stands alone."""
    result = Result(0, Status.DONE, 0.25, (Epoch(1, {"loss": 0.25}, 0.0),))
    lines = trial_sheet(CONFIG, Trial(0, {}, 5), result).lines
    assert ("loss", "0.25") in lines
    assert ("seed", "5") in lines
