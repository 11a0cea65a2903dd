"""Tests of how far a trial is from its centre."""

import pytest

from hpsearch.analysis.moves import moves
from hpsearch.space import Categorical, Number, Space
from hpsearch.trial import Trial

SPACE = Space(
    (
        Number("rate", 1e-4, 1, "log"),
        Categorical("kind", ("x", "y", "z")),
        Number("beta", 0, 1, when={"kind": ("y",)}),
    ),
    {"epochs": 3},
)
CENTRE = Trial(2, {"epochs": 3, "rate": 0.01, "kind": "x"}, 0)


def test_a_fine_trial_is_two_steps_away() -> None:
    """Its radius along a parameter combines both steps in quadrature, times that parameter's step scale."""
    origin = {"phase": "fine", "around": 2, "radius": 0.3, "fine_radius": 0.4, "step_scale": [0.5, 1.0, 2.0]}
    trial = Trial(7, {"epochs": 3, "rate": 0.1, "kind": "y", "beta": 0.25}, 0, (), origin)
    rate, kind, beta = moves(SPACE, trial, CENTRE)
    assert (rate.before, rate.moved, rate.radius) == (0.01, pytest.approx(0.25), pytest.approx(0.25))
    assert (kind.before, kind.moved, kind.radius) == ("x", None, None)
    assert (beta.before, beta.moved, beta.radius) == (None, None, pytest.approx(1.0))


def test_a_trial_around_none_has_not_moved() -> None:
    """A trial without a centre only has the values of its active parameters, without constants."""
    found = moves(SPACE, Trial(0, {"epochs": 3, "rate": 0.1, "kind": "x"}, 0, (), {"phase": "coarse"}), None)
    assert [(each.name, each.before, each.moved, each.radius) for each in found] == [
        ("rate", None, None, None),
        ("kind", None, None, None),
    ]
