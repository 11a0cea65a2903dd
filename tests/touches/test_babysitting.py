"""Tests of the rules of a careful person: what they decide, and that they look at one curve alone."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.touches.babysitting import (
    MOST_RETURNS,
    MOST_RETURNS_FROM_DIVERGENCE,
    REDUCTIONS,
    Decision,
    Nurse,
)

losses = st.floats(1e-6, 1e3) | st.sampled_from([0.1, 1.0, 5.0]) | st.none()
curves = st.lists(st.fixed_dictionaries({"train_loss": losses, "val_loss": losses}), max_size=40)


def decisions(*curve: float | None, patience: int = 3) -> list[str]:
    """What is decided over a curve of training losses."""
    nurse = Nurse(patience)
    return [nurse.after({"train_loss": loss}).value for loss in curve]


def test_a_model_that_learns_is_left_alone() -> None:
    """As long as the loss improves, nothing is done."""
    assert set(decisions(*(1 / epoch for epoch in range(1, 30)))) == {"continue"}


def test_after_a_divergence_it_goes_back() -> None:
    """A non-finite loss leads to a return, until the smallest learning rate has diverged, too."""
    assert decisions(1.0, None) == ["continue", "return"]
    tried = decisions(*[None] * (MOST_RETURNS_FROM_DIVERGENCE + 1))
    assert tried == ["return"] * MOST_RETURNS_FROM_DIVERGENCE + ["give up"]


def test_a_loss_of_several_times_the_best_goes_back() -> None:
    """A loss of more than three times the best leads to a return; one near 0 is noise."""
    assert decisions(1.0, 0.5, 1.6)[-1] == "return"
    assert decisions(1.0, 0.5, 1.4)[-1] == "continue"
    assert decisions(1.0, 0.001, 0.04)[-1] == "continue"


def test_a_first_epoch_that_makes_the_model_worse_goes_back() -> None:
    """If there is no best yet, the loss is compared with that of the untrained model."""
    assert Nurse(3, untrained=1.0).after({"train_loss": 3.5}) is Decision.RETURN
    assert Nurse(3, untrained=1.0).after({"train_loss": 2.5}) is Decision.CONTINUE


def test_where_smaller_steps_do_not_help_the_epoch_is_taken() -> None:
    """After some returns, a finite loss is accepted, and later ones are compared with it."""
    assert decisions(1.0, 0.1, *[0.5] * MOST_RETURNS)[-1] == "return"
    assert decisions(1.0, 0.1, *[0.5] * (MOST_RETURNS + 1), 0.6)[-2:] == ["continue", "continue"]


def test_a_plateau_lowers_the_learning_rate_and_then_stops() -> None:
    """Each time patience runs out, the rate is reduced; when nothing helps, the model is left alone."""
    flat = decisions(1.0, *[1.0] * 3 * (REDUCTIONS + 1))
    assert [each for each in flat if each != "continue"] == ["reduce"] * REDUCTIONS + ["stop"]
    assert [index for index, each in enumerate(flat) if each == "reduce"] == [3, 6, 9]


def test_progress_makes_up_for_reductions() -> None:
    """A loss that is lower by more than a hundredth restarts the waiting."""
    assert decisions(1.0, 1.0, 1.0, 0.98, 0.98, 0.98)[-1] == "continue"
    assert decisions(1.0, 1.0, 1.0, 0.995)[-1] == "reduce"


def test_the_plateau_is_one_of_the_validation_loss() -> None:
    """If validation rows exist, progress on the training rows alone does not count."""
    nurse = Nurse(2)
    curve = [{"train_loss": 1 / epoch, "val_loss": 0.5} for epoch in (1, 2, 3)]
    assert [nurse.after(metrics).value for metrics in curve] == ["continue", "continue", "reduce"]


def test_without_a_loss_there_is_nothing_to_watch() -> None:
    """A curve without a loss is an error that names what is needed."""
    with pytest.raises(KeyError, match="needs one of train_loss, val_loss"):
        Nurse(3).after({"accuracy": 1.0})


@pytest.mark.parametrize(("epochs", "patience"), [(1, 3), (27, 4), (60, 10), (1000, 10)])
def test_patience_follows_the_epochs(epochs: int, patience: int) -> None:
    """A plateau is a sixth of the epochs, at least 3 and at most 10."""
    assert Nurse.of(epochs).patience == patience


@given(curves, st.integers(0, 40))
def test_decisions_are_those_of_the_accepted_curve(curve: list[dict[str, float | None]], cut: int) -> None:
    """A nurse that sees only the accepted epochs so far decides the same as the first one."""
    first, accepted = Nurse(3), []
    for metrics in curve[:cut]:
        if first.after(metrics) in (Decision.CONTINUE, Decision.REDUCE, Decision.STOP):
            accepted.append(metrics)
        elif first.returns > MOST_RETURNS_FROM_DIVERGENCE:
            return
    if first.returns:  # a trial is resumed after an epoch that was accepted
        return
    second = Nurse(3)
    for metrics in accepted:
        second.after(metrics, accepted=True)
    rest = curve[cut:]
    assert [first.after(metrics) for metrics in rest] == [second.after(metrics) for metrics in rest]


@given(curves)
def test_no_curve_is_too_strange(curve: list[dict[str, float | None]]) -> None:
    """For any numbers, there is a decision, and returns are bounded."""
    nurse = Nurse(3)
    for metrics in curve:
        decision = nurse.after(metrics)
        assert decision is not Decision.RETURN or nurse.returns <= MOST_RETURNS_FROM_DIVERGENCE
        assert not math.isnan(nurse.returns)
        if decision is Decision.GIVE_UP:
            return
