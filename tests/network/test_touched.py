"""Tests of touched training: the same schedule gives the same bits, however it is reached."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hpsearch.errors import DataError, UsageError
from hpsearch.network.optimizers import OPTIMIZERS
from hpsearch.network.touched import Checkpoints, advanced, scheduled, touched
from hpsearch.network.train import Training
from hpsearch.touches import Change, Touch, straightened
from tests.network.test_train import choose, small

EPOCHS = 9

possible = st.fixed_dictionaries(
    {},
    optional={
        "learning_rate": st.sampled_from(
            [Change(0.5, is_factor=True), Change(2, is_factor=True), Change(0.003)]
        ),
        "learning_rate_decay": st.just(Change(0.1)),
        "momentum": st.just(Change(0.8)),
        "beta2": st.just(Change(0.99)),
        "epsilon": st.just(Change(1e-6)),
        "weight_decay": st.just(Change(0.01)),
        "dropout": st.sampled_from([Change(0.0), Change(0.3)]),
        "batch_size": st.sampled_from([Change(16), Change(2, is_factor=True)]),
        "batch_norm_momentum": st.just(Change(0.5)),
        "label_smoothing": st.just(Change(0.1)),
    },
)


@st.composite
def schedules(draw: st.DrawFn) -> list[Touch]:
    """Touches that can be applied to this training, including a return."""
    touches, now = [], 0
    for _ in range(draw(st.integers(1, 4))):
        epoch = draw(st.integers(now, EPOCHS - 1))
        back_to = draw(st.none() | st.integers(max(0, epoch - 4), epoch))
        touches.append(Touch(epoch, draw(possible), back_to))
        now = touches[-1].leads_to
    return touches


def start(**values: Any) -> Training:
    """The training of a small network, at its beginning."""
    return Training(small(), choose(epochs=EPOCHS, **values), (3,))


def nursed(training: Training, touches: list[Touch], directory: Path) -> Training:
    """Train to the end and make every touch and detour on the way."""
    checkpoints = Checkpoints(directory)
    checkpoints.keep(training)
    for touch in [*touches, None]:
        while not training.ended and (touch is None or training.epoch < touch.epoch):
            training.train_epoch()
            checkpoints.keep(training)
        if touch is not None:
            training = touched(training, touch, checkpoints)
    return training


def state(training: Training) -> list[bytes]:
    """Every bit that a training's future depends on."""
    return [array.tobytes() for array in training._arrays().values()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schedules(), st.sampled_from(list(OPTIMIZERS)))
def test_detours_leave_no_trace(tmp_path: Path, touches: list[Touch], optimizer: str) -> None:
    """A model that was touched and taken back ends with the bits of its schedule without detours."""
    made = nursed(start(optimizer=optimizer), touches, tmp_path)
    *_, (again, _) = scheduled(start(optimizer=optimizer), touches)
    assert state(again) == state(made)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schedules(), st.integers(1, EPOCHS - 1))
def test_a_schedule_goes_on_from_any_checkpoint(tmp_path: Path, touches: list[Touch], kill: int) -> None:
    """Scheduled training that is saved and resumed after any epoch ends with the same bits."""
    *_, (whole, _) = scheduled(start(), touches)
    parts = scheduled(start(), touches)
    for _ in range(kill):
        training, _ = next(parts)
    training.save(tmp_path / "training.npz")
    *_, (resumed, _) = scheduled(Training.resume(tmp_path / "training.npz", small()), touches)
    assert state(resumed) == state(whole)


def test_a_touch_takes_effect() -> None:
    """Two schedules that differ in one value end with different parameters."""
    ends = []
    for rate in (0.01, 0.02):
        *_, (training, _) = scheduled(start(), [Touch(4, {"learning_rate": Change(rate)})])
        ends.append(state(training))
        assert training.hyperparameters.learning_rate == rate
    assert ends[0] != ends[1]


def test_no_touch_changes_no_bit() -> None:
    """Training with an empty schedule is plain training."""
    plain = start()
    list(plain)
    *_, (training, _) = scheduled(start(), [])
    assert state(training) == state(plain)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
def test_averages_survive_a_change_of_their_weights(optimizer: str) -> None:
    """A change of β₁ and β₂ does not change the averages themselves."""
    training = start(optimizer=optimizer)
    for _ in range(3):
        training.train_epoch()
    touched = training.touched({"beta2": Change(0.9), "momentum": Change(0.5)})
    before, after = training._optimizer, touched._optimizer
    weights = {
        "adam": lambda beta, steps: (1 - beta) / (1 - beta**steps),
        "rmsprop": lambda beta, steps: 1 - beta,
    }[optimizer]
    old, new = (weights(beta, before.steps) for beta in (0.999, 0.9))
    np.testing.assert_allclose(after.slots[-1] * new, before.slots[-1] * old, rtol=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"hidden_units": Change(3)},
            "hidden_units: cannot change during training; what can change: learning_rate",
        ),
        ({"optimizer": Change(3)}, "optimizer: cannot change during training"),
        ({"lerning_rate": Change(3)}, "lerning_rate: unknown hyperparameter"),
        ({"dropout": Change(1.5)}, "dropout: must be a number of at least 0 and below 1; found 1.5"),
        (
            {"batch_size": Change(0.01, is_factor=True)},
            "batch_size: must be a whole number of at least 1; found 0",
        ),
        ({"batch_size": Change(16.5)}, "batch_size: must be a whole number"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(changes: dict[str, Change], message: str) -> None:
    """An impossible change is named, and the training is unchanged."""
    training = start()
    before = state(training)
    with pytest.raises(UsageError, match=message):
        training.touched(changes)
    assert state(training) == before


def test_a_touch_of_another_epoch_is_refused(tmp_path: Path) -> None:
    """A touch must be made now, neither in the past nor in the future."""
    training = start()
    training.train_epoch()
    with pytest.raises(UsageError, match="must be made at the present epoch, 1; found 0"):
        touched(training, Touch(0, {"dropout": Change(0.1)}), Checkpoints(tmp_path))


@given(schedules(), st.integers(0, EPOCHS - 1))
def test_a_training_is_advanced_along_its_schedule(touches: list[Touch], epoch: int) -> None:
    """Advancing to an epoch and then to the end gives the bits of the schedule."""
    *_, (whole, _) = scheduled(start(), touches)
    checkpoint = advanced(start(), [touch for touch in straightened(touches) if touch.epoch < epoch], epoch)
    assert state(advanced(checkpoint, touches, EPOCHS)) == state(whole)


def test_more_epochs_go_on_where_the_training_ended() -> None:
    """A touch right after the last epoch can add epochs; a later one is too late."""
    *_, (training, _) = scheduled(start(), [Touch(EPOCHS, {"epochs": Change(EPOCHS + 2)})])
    assert training.epoch == EPOCHS + 2
    with pytest.raises(UsageError, match=f"comes too late: training ends after {EPOCHS} epochs"):
        list(scheduled(start(), [Touch(EPOCHS + 1, {"dropout": Change(0.1)})]))


def test_checkpoints_thin_out(tmp_path: Path) -> None:
    """The latest eight epochs are kept, fewer and fewer before them, and always the beginning."""
    training, checkpoints = start(hidden_layers=0), Checkpoints(tmp_path)
    for epoch in range(65):
        training.epoch = epoch
        checkpoints.keep(training)
    assert checkpoints.epochs() == [0, 8, 16, 24, 32, 36, 40, 44, 48, 50, 52, 54, *range(56, 65)]
    training.epoch = 50
    checkpoints.keep(training)
    assert checkpoints.epochs()[-1] == 50


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    """A return to an epoch without a checkpoint says which epochs have one."""
    training, checkpoints = start(), Checkpoints(tmp_path)
    checkpoints.keep(training)
    training.train_epoch()
    training.train_epoch()
    checkpoints.keep(training)
    with pytest.raises(UsageError, match="no checkpoint of epoch 1 is kept; there are checkpoints of: 0, 2"):
        touched(training, Touch(2, back_to=1), checkpoints)


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    """A return to a damaged checkpoint names the file."""
    (tmp_path / "epoch-000000.npz").write_bytes(b"PK nothing")
    with pytest.raises(DataError, match=r"epoch-000000\.npz: not a file that hpsearch wrote, or damaged"):
        touched(start(), Touch(0, back_to=0), Checkpoints(tmp_path))


def test_a_training_does_not_end_before_where_it_is(tmp_path: Path) -> None:
    """Fewer epochs than the model has been trained for are refused."""
    training = start()
    training.train_epoch()
    training.train_epoch()
    with pytest.raises(
        UsageError, match="epochs: must be at least 2, as the model has been trained for as many; found 1"
    ):
        touched(training, Touch(2, {"epochs": Change(1)}), Checkpoints(tmp_path))
