"""Tests of a nursed model: touched, killed, taken back, branched, replayed; always with the same bits."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hpsearch.errors import DataError, RunDamaged, UsageError
from hpsearch.nursery.nursed_model import NursedModel
from hpsearch.nursery.replaying import Replay, replay
from hpsearch.touches import Change, Touch
from tests.network.test_touched import state
from tests.nursery.plans import PLAN, beginning, follow, model


def replayed(nursed: NursedModel) -> Replay:
    """The replay of a model."""
    return replay(nursed.directory, nursed.history, beginning())


@pytest.fixture(scope="module")
def nursed(tmp_path_factory: pytest.TempPathFactory) -> NursedModel:
    """A model with six touches, one of them a return."""
    made = model(tmp_path_factory.mktemp("nursery") / "a")
    follow(made)
    return made


def test_a_replay_has_the_same_bits(nursed: NursedModel) -> None:
    """The schedule alone reproduces all metrics and parameters."""
    again = replayed(nursed)
    assert again.equal
    assert again.same_state
    assert again.epochs == 16


def test_a_replay_notices_other_numbers(nursed: NursedModel) -> None:
    """Metrics that differ in one bit, or a different schedule, are found with their epoch."""
    history = nursed._diary.read()
    history.touches[3] = Touch(6, {"learning_rate": Change(0.0151)})
    again = replay(nursed.directory, history, beginning())
    assert again.differs == 7
    assert again.same_state is False


@pytest.mark.parametrize("kills", [(1, 7, 4), (12, 1, 3), (9, 2, 8)])
def test_killed_three_times_it_is_the_same_model(
    tmp_path: Path, nursed: NursedModel, kills: tuple[int, ...]
) -> None:
    """A process killed three times after any of its writes ends with the bits of one that was not."""
    for kill_after in kills:
        done = subprocess.run(
            [sys.executable, "-m", "tests.nursery.plans", tmp_path / "a", str(kill_after)],
            cwd=Path(__file__).parent.parent.parent,
            check=False,
        )
        assert done.returncode == -9
    survivor = model(tmp_path / "a")
    follow(survivor)
    assert state(survivor.learner.training) == state(nursed.learner.training)
    assert survivor.history.touches == nursed.history.touches == PLAN
    assert replayed(survivor).equal


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(cut=st.integers(1, 2000))
def test_a_diary_that_was_cut_off_anywhere_can_be_continued(
    tmp_path_factory: pytest.TempPathFactory, nursed: NursedModel, cut: int
) -> None:
    """A diary with an incomplete last line loses only that line, and the model ends with the same bits."""
    directory = tmp_path_factory.mktemp("cut") / "a"
    directory.mkdir()
    whole = (nursed.directory / "diary.jsonl").read_bytes()
    (directory / "diary.jsonl").write_bytes(whole[:-cut])
    survivor = model(directory)
    follow(survivor)
    assert state(survivor.learner.training) == state(nursed.learner.training)


def test_the_diary_knows_what_was_left(nursed: NursedModel) -> None:
    """The epochs from which the model returned are kept for the picture, not for the path."""
    (left,) = nursed.history.left
    assert [epoch.number for epoch in left] == [5, 6, 7, 8, 9]
    assert [epoch.number for epoch in nursed.history.epochs] == list(range(1, 17))


def test_a_branch_begins_with_the_same_history(tmp_path: Path) -> None:
    """A branch has the touches and epochs up to its checkpoint, continues from there, and can be replayed."""
    first = model(tmp_path / "a")
    follow(first)
    second = first.branch(tmp_path / "b", 12)
    assert second.history.epochs == first.history.epochs[:12]
    second.touch({"learning_rate": Change(0.1)})
    second.train_epoch()
    first_rate, second_rate = (m.learner.training.hyperparameters.learning_rate for m in (first, second))
    assert (first_rate, second_rate) == (pytest.approx(0.05 / 3), 0.1)
    assert replayed(second).equal
    assert second.history.epochs[-1].metrics != first.history.epochs[12].metrics


def test_a_branch_without_a_checkpoint_is_refused(tmp_path: Path) -> None:
    """A branch needs a checkpoint of the present path, and a new directory."""
    first = model(tmp_path / "a")
    first.train_epoch()
    with pytest.raises(UsageError, match="no checkpoint of epoch 7 is kept; there are checkpoints of: 0, 1"):
        first.branch(tmp_path / "b", 7)
    first.branch(tmp_path / "b", 1)
    with pytest.raises(UsageError, match="already exists"):
        first.branch(tmp_path / "b", 1)


def test_a_touch_that_cannot_be_made_changes_nothing(tmp_path: Path) -> None:
    """A refused touch changes neither the model nor the diary."""
    nursed = model(tmp_path / "a")
    before = state(nursed.learner.training), (tmp_path / "a").joinpath("diary.jsonl").exists()
    with pytest.raises(UsageError, match="hidden_units: cannot change during training"):
        nursed.touch({"hidden_units": Change(3)})
    with pytest.raises(UsageError, match="must change a hyperparameter or return"):
        nursed.touch({})
    assert (state(nursed.learner.training), (tmp_path / "a").joinpath("diary.jsonl").exists()) == before


def test_notes_are_kept(tmp_path: Path) -> None:
    """A note is still there after a restart, with its epoch; hostile text stays text."""
    nursed = model(tmp_path / "a")
    nursed.train_epoch()
    nursed.note("loss jumps\n{\x1b[31m")
    (note,) = model(tmp_path / "a").history.notes
    assert (note.epoch, note.text) == (1, "loss jumps\n{\x1b[31m")


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"trained": 7, "metrics": {}, "seconds": 0, "layers": []}',
        '{"touch": {"epoch": 9, "dropout": 0}}',
    ],
)
def test_a_damaged_diary_is_named(tmp_path: Path, line: str) -> None:
    """A line that is not an entry, or cannot follow, is named by number; nothing is repaired silently."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "diary.jsonl").write_text(line + "\n")
    with pytest.raises(RunDamaged, match=r"diary\.jsonl:1 is damaged"):
        model(tmp_path / "a")


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    """If the checkpoint to restore a model from is damaged, the message names it."""
    nursed = model(tmp_path / "a")
    nursed.train_epoch()
    nursed.learner.kept.path(1).write_bytes(b"")
    with pytest.raises(DataError, match=r"epoch-000001\.npz"):
        model(tmp_path / "a")
