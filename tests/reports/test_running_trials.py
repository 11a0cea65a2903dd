"""Tests of how running trials are shown."""

from dataclasses import replace

import pytest

from hpsearch.reports.running_trials import curve_line, next_demand
from hpsearch.trial import Epoch, Metric, Rung, Trial


@pytest.mark.parametrize(
    ("epochs", "rungs", "demand"),
    [
        (0, (Rung(2, 0.5),), "needs at most 0.5 at epoch 2"),
        (3, (Rung(2, 0.5), Rung(4, 0.25)), "needs at most 0.25 at epoch 4"),
        (4, (Rung(2, 0.5), Rung(4, 0.25)), "past its last rung"),
        (1, (), "no rung: too little was known when it started"),
        (0, (), ""),
    ],
)
def test_what_the_next_rung_demands_is_said_even_if_it_is_nothing(
    epochs: int, rungs: tuple[Rung, ...], demand: str
) -> None:
    """This is for a trial that has reported, in a search that stops trials early."""
    curve = [Epoch(number, {"loss": 1.0}, 0.0) for number in range(1, epochs + 1)]
    asked = Trial(0, {}, 0, rungs)
    assert next_demand(asked, epochs, Metric("loss"), stops_early=True) == demand
    assert next_demand(replace(asked, rungs=()), epochs, Metric("loss"), stops_early=False) == ""
    line = curve_line(asked, curve, Metric("loss"), stops_early=True)
    assert line.startswith("trial 0, epoch" if epochs else "trial 0, no epoch yet")
    assert demand in line
