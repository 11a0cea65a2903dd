"""Tests of showing a trial that was run again."""

import dataclasses

from hpsearch.reports.rerun import rerun_details
from hpsearch.trial import Epoch, Metric, Result, Status, Trial

METRIC = Metric("acc", "maximize")
TRIAL = Trial(4, {"lr": 0.1}, 7)


def result(*values: float, status: Status = Status.DONE) -> Result:
    """A result with a learning curve."""
    curve = tuple(Epoch(at, {"acc": value}, 0.0) for at, value in enumerate(values, 1))
    return Result(4, status, values[-1], curve)


def comparison(recorded: Result | None, *results: Result, seeds: tuple[int, ...]) -> str:
    """The text that compares it."""
    trials = [dataclasses.replace(TRIAL, seed=seed) for seed in seeds]
    return dict(rerun_details(METRIC, TRIAL, recorded, trials, results, ()).lines).get("comparison", "")


def test_other_seeds_are_compared_in_the_metrics_own_direction() -> None:
    """The comparison is in standard deviations of one seed, and in how many were better."""
    found = comparison(result(0.5, 0.9), result(0.7), result(0.8), result(0.95), seeds=(1, 2, 3))
    assert found == (
        "the recorded value is better than the mean by 0.08333, 0.7 standard deviations of one seed;"
        " 1 of 3 seeds gave a better one"
    )
    assert comparison(result(0.5), result(0.5), seeds=(1,)) == (
        "the recorded value is equal to the value of the other seed"
    )
    assert comparison(None, result(0.5), seeds=(1,)) == ""


def test_a_trial_that_was_stopped_is_compared_where_it_was_stopped() -> None:
    """It is not compared with values that other seeds reached after all epochs."""
    stopped = result(0.4, 0.5, status=Status.STOPPED)
    found = comparison(stopped, result(0.3, 0.4, 0.9), seeds=(1,))
    assert found == "after epoch 2, the recorded value is better than the value of the other seed by 0.1"


def test_a_trial_that_ran_with_one_of_its_seeds_has_one() -> None:
    """The trial has no standard error."""
    trial = dataclasses.replace(TRIAL, more_seeds=(8, 9))
    shown = dict(rerun_details(METRIC, trial, result(0.5), [trial], [result(0.5)], ()).lines)
    assert shown["recorded"] == "acc 0.5 (seed 7, 1 epoch)"


def test_the_first_epoch_that_differs_is_named() -> None:
    """Both values are shown with all their digits."""
    found = comparison(result(0.5, 0.25), result(0.5, 0.75), seeds=(7,))
    assert found == "different from epoch 2 on: acc 0.25, now 0.75"
    assert comparison(result(0.5), result(0.5), seeds=(7,)) == "equal to the last digit: acc"
