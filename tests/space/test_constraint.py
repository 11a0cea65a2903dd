import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.expressions import ExpressionError
from hpsearch.space import Categorical, Constraint, Number, Space
from hpsearch.testing import example_spaces as spaces


def test_it_compares_the_values_of_a_configuration() -> None:
    """A constraint is satisfied if its expression is true."""
    constraint = Constraint("batch * steps <= 512 and kind != 'slow'")
    assert constraint.names == {"batch", "steps", "kind"}
    assert constraint.holds({"batch": 64, "steps": 8, "kind": "fast"})
    assert not constraint.holds({"batch": 64, "steps": 9, "kind": "fast"})
    assert not constraint.holds({"batch": 64, "steps": 8, "kind": "slow"})


def test_it_does_not_apply_without_one_of_its_parameters() -> None:
    """If a parameter is inactive, there is nothing to compare."""
    assert Constraint("beta < 0.5").holds({"kind": "plain"})


@pytest.mark.parametrize("text", ["a + 1", "1 / a > 3", "a == 'x' or a > 'x'"])
def test_what_has_no_truth_is_not_allowed(text: str) -> None:
    """A number, a division by zero, and comparing texts by size are errors, and are never allowed."""
    constraint = Constraint(text)
    with pytest.raises(ExpressionError):
        constraint.holds({"a": 0})
    assert not constraint.allows({"a": 0})


@given(st.integers(0, 2**32 - 1))
def test_feasible_agrees_with_every_configuration(seed: int) -> None:
    """The mask over points agrees with each constraint evaluated for each configuration."""
    space = spaces.CONSTRAINED
    units = np.random.default_rng(seed).random((30, space.dimensions))
    expected = [not space.broken_constraint(values) for values in space.values(units)]
    assert space.feasible(units).tolist() == expected


def test_the_size_counts_what_may_be_tried() -> None:
    """In a finite space, only configurations that satisfy the constraints count."""
    assert spaces.CONSTRAINED_GRID.size == 6
    points = spaces.CONSTRAINED_GRID.values(spaces.CONSTRAINED_GRID.every_point())
    assert all(values["a"] * values["b"] == 12 for values in points)


def test_a_constraint_sees_constants_and_drawn_values() -> None:
    """It compares the values with few digits that are used in trials, and constants."""
    space = Space(
        (Number("x", 0.0, 1.0), Categorical("kind", ("a", "b"))), {"limit": 0.5}, (Constraint("x <= limit"),)
    )
    units = np.array([[0.50004, 0.2], [0.50006, 0.2]])
    assert [values["x"] for values in space.values(units)] == [0.5, 0.5001]
    assert space.feasible(units).tolist() == [True, False]
