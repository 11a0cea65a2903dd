"""Tests of touches: how they are written, and in which order they can be made."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.errors import UsageError
from hpsearch.touches import Change, Touch, check_order, straightened

numbers = st.floats(1e-6, 1e6)
changes = st.builds(Change, numbers, st.booleans())


@st.composite
def schedules(draw: st.DrawFn, epochs: int = 12) -> list[Touch]:
    """Touches of a training run, in a possible order."""
    touches, now = [], 0
    for _ in range(draw(st.integers(0, 6))):
        epoch = draw(st.integers(now, epochs - 1))
        made = draw(st.dictionaries(st.sampled_from(["learning_rate", "dropout"]), changes))
        back_to = draw(st.none() | st.integers(0, epoch)) if made else draw(st.integers(0, epoch))
        touches.append(Touch(epoch, made, back_to))
        now = touches[-1].leads_to
    return touches


@pytest.mark.parametrize(
    ("written", "value"),
    [(0.25, 0.25), (3, 3), ("×0.5", 4), ("*0.5", 4), ("x 2", 16), ("/2", 4), ("÷ 4", 2), ("×1e-3", 0.008)],
)
def test_a_change_is_a_value_or_a_factor(written: object, value: float) -> None:
    """A number replaces the value; a text with × or ÷ multiplies or divides it."""
    assert Change.parse(written).apply(8) == value


@pytest.mark.parametrize(
    ("written", "shown"), [("x2", "×2"), ("/2", "×0.5"), ("/3", "÷3"), ("×1.5", "×1.5"), (3.0, "3")]
)
def test_a_change_is_shown_without_needless_digits(written: object, shown: str) -> None:
    """Whole numbers have no point, and a factor is shown as a divisor if that is shorter."""
    assert str(Change.parse(written)) == shown


@pytest.mark.parametrize(
    "written", ["0.5", "×", "×0", "/0", "×-1", "×1e999", "+1", True, None, [1], float("nan")]
)
def test_what_is_no_change_is_refused(written: object) -> None:
    """Anything but a finite number or a factor above 0 is refused; the error names both forms."""
    with pytest.raises(UsageError, match=r"a new value such as 0\.01, or a factor such as ×0\.5"):
        Change.parse(written)


@given(schedules())
def test_touches_survive_json(touches: list[Touch]) -> None:
    """A schedule read back from its JSON is the same."""
    assert [Touch.from_json(json.loads(json.dumps(touch.to_json()))) for touch in touches] == touches


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"learning_rate": 1}, "a mapping with an epoch"),
        ([12], "a mapping with an epoch"),
        ({"epoch": 12}, "must change a hyperparameter"),
        ({"epoch": -1, "dropout": 0}, "epoch must be a whole number of at least 0; found -1"),
        ({"epoch": 1.5, "dropout": 0}, "found 1.5"),
        ({"epoch": 3, "back_to": "2"}, "back_to must be a whole number of at least 0; found '2'"),
    ],
)
def test_what_is_no_touch_is_refused(data: object, message: str) -> None:
    """A touch needs an epoch and an action."""
    with pytest.raises(UsageError, match=message):
        Touch.from_json(data)


@given(schedules())
def test_the_order_in_which_touches_were_made_is_possible(touches: list[Touch]) -> None:
    """A schedule passes the check as it was made, and without its detours."""
    check_order(touches)
    check_order(straightened(touches))


@pytest.mark.parametrize(
    ("touches", "message"),
    [
        ([{"epoch": 5, "dropout": 0}, {"epoch": 4, "dropout": 0}], "is in the past"),
        ([{"epoch": 8, "back_to": 3}, {"epoch": 2, "dropout": 0}], "trained for 3 epochs"),
        ([{"epoch": 3, "back_to": 4}], "trained for only 3 epochs"),
    ],
)
def test_an_impossible_order_is_refused(touches: list[object], message: str) -> None:
    """A touch in the past, or a return to the future, is named with the model's epoch."""
    with pytest.raises(UsageError, match=message):
        check_order([Touch.from_json(touch) for touch in touches])


@given(schedules())
def test_a_straightened_schedule_never_returns(touches: list[Touch]) -> None:
    """Without its detours, a schedule has no return; straightening it again has no effect."""
    path = straightened(touches)
    assert all(touch.back_to is None for touch in path)
    assert straightened(path) == path
