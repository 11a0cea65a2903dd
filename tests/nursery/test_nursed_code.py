"""Tests of user code in the nursery: told what changes between epochs, taken back, restarted, replayed."""

import contextlib
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hpsearch.config import Config, load
from hpsearch.errors import RunMismatch, TrainingFailed, UsageError
from hpsearch.nursery.beginning import begin
from hpsearch.nursery.learner import Left
from hpsearch.nursery.nursed_model import NursedModel
from hpsearch.nursery.nursery import Nursery
from hpsearch.store import Run
from hpsearch.touches import Change, Touch

STEP = """
import json, os, random

def restored(path):
    return json.load(open(path)) if os.path.exists(path) else {"x": 1.0, "epoch": 0}

def trained(state, rate, size, seed):
    noise = random.Random(f"{seed} {state['epoch']}").random()
    return {"x": state["x"] * (1 - rate) + noise / 64 / size, "epoch": state["epoch"] + 1}

def save(state, path):
    with open(path, "w") as file:
        json.dump(state, file)
"""

FUNCTION = (
    STEP
    + """
def train(rate, size, trial):
    path = trial.checkpoint_dir / "state.json"
    state = restored(path)
    while state["epoch"] < trial.epochs:
        state = trained(state, rate, size, trial.seed)
        yield {"loss": state["x"], "epoch": state["epoch"], "process": os.getpid()}
        save(state, path)
        now = trial.touches()
        rate, size = now.get("rate", rate), now.get("size", size)
"""
)

COMMAND = (
    STEP
    + """
import sys
rate, size, seed, path, epochs = float(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]
path += "/state.json"
state = restored(path)
while state["epoch"] < int(epochs):
    state = trained(state, rate, size, seed)
    print(json.dumps({"loss": state["x"], "epoch": state["epoch"], "process": os.getpid()}))
    save(state, path)
    if "HPSEARCH_TOUCHES" in os.environ:
        with open(os.environ["HPSEARCH_TOUCHES"]) as answer:
            now = json.load(answer)
        rate, size = now.get("rate", rate), now.get("size", size)
"""
)

SAVE = "        save(state, path)\n"

OBJECTIVES = {
    "function": "function: {name: 'code:train', epochs: 8, touch: [rate, size]}",
    "command": f"command: {{run: '{sys.executable} script.py {{rate}} {{size}} {{seed}} {{checkpoint_dir}}"
    " {epochs}', epochs: 8, touch: [rate, size]}",
}

SCHEDULE = [
    Touch.from_json(data)
    for data in (
        {"epoch": 2, "rate": "×0.5"},
        {"epoch": 4, "size": "×3"},
        {"epoch": 6, "back_to": 3, "rate": 0.125},
        {"epoch": 5, "size": 7, "rate": "×0.5"},
        {"epoch": 8, "epochs": 10},
    )
]


@pytest.fixture
def config(in_tmp: Path) -> Callable[..., Config]:
    """Makes a config whose code is a function or a command."""

    def make(kind: str = "function", function: str = FUNCTION) -> Config:
        Path("code.py").write_text(function, encoding="utf-8")
        Path("script.py").write_text(COMMAND, encoding="utf-8")
        Path("c.yaml").write_text(
            f"metric: {{name: loss}}\nobjective: {{{OBJECTIVES[kind]}}}\n"
            "space: {rate: {min: 0.1, max: 0.5}, size: {type: int, min: 1, max: 8}}\nsearch: {trials: 2}\n",
            encoding="utf-8",
        )
        return load(Path("c.yaml"))

    return make


@contextlib.contextmanager
def nursery(config: Config) -> Iterator[Nursery]:
    """A nursery whose trial has no model yet."""
    directory = begin(config, lambda _: None)
    with Run.read(directory) as run, run.nursing(0) as place:
        yield Nursery(run, 0, place)


def followed(model: NursedModel, schedule: list[Touch]) -> list[tuple[float | None, int]]:
    """The losses of a model that follows a schedule to its end, with the epochs that the code counted."""
    with contextlib.closing(model):
        list(model.follow(schedule))
    return [(epoch.metrics["loss"], int(epoch.metrics["epoch"] or 0)) for epoch in model.history.epochs]


def by_hand(seed: int, rate: float, size: int) -> list[tuple[float, int]]:
    """The result that the schedule, without its detour, must have."""
    x, losses = 1.0, []
    for epoch in range(10):
        rate = {2: rate * 0.5, 3: 0.125, 5: 0.0625}.get(epoch, rate)
        size = 7 if epoch >= 5 else size
        x = x * (1 - rate) + random.Random(f"{seed} {epoch}").random() / 64 / size
        losses.append((x, epoch + 1))
    return losses


@pytest.mark.parametrize("kind", OBJECTIVES)
def test_code_follows_a_schedule_and_is_replayed(config: Callable[..., Config], kind: str) -> None:
    """Every value arrives before its epoch, a return restores the checkpoint, and a replay has the same bits.

    Other numbers, such as the process ID, need not be the same.
    """
    with nursery(config(kind)) as own:
        model = own.model()
        begun = model.learner.values
        found = followed(model, SCHEDULE)
        assert found == by_hand(own.seed, begun["rate"], begun["size"])
        replay = own.replay("a", lambda *_: None)
        assert (replay.equal, replay.same_state, replay.others) == (True, True, ("process",))


def test_it_goes_on_in_another_process(config: Callable[..., Config]) -> None:
    """A model that is left after every touch ends like one that was never left."""
    with nursery(config()) as own:
        whole = followed(own.model(), SCHEDULE)
        for count in range(1, len(SCHEDULE) + 1):
            with contextlib.closing(own.model("b")) as model:
                for touch in SCHEDULE[count - 1 : count]:
                    while model.learner.epoch < touch.epoch:
                        model.train_epoch()
                    model.touch(touch.changes, touch.back_to)
        assert followed(own.model("b"), SCHEDULE) == whole


def test_a_branch_continues_from_its_checkpoint(config: Callable[..., Config]) -> None:
    """A branch has the checkpoint's files and its values."""
    with nursery(config()) as own:
        first = own.model()
        losses = followed(first, SCHEDULE[:1])
        with contextlib.closing(own.branch(first, 4)) as branch:
            assert branch.learner.values["rate"] == first.learner.values["rate"]
            assert followed(branch, SCHEDULE[:1]) == losses


@pytest.mark.parametrize(
    ("changes", "back_to", "says"),
    [
        ({"depth": Change(2)}, None, "depth: cannot change during training; what can change: rate, size, ep"),
        ({"size": Change(2.5)}, None, "size: must be a whole number; found 2.5"),
        ({"epochs": Change(0)}, None, "epochs: must be at least 1"),
        ({}, 1, "trained for only 0 epochs"),
    ],
)
def test_what_cannot_change_is_said(
    config: Callable[..., Config], changes: dict[str, Change], back_to: int | None, says: str
) -> None:
    """An impossible touch leaves no trace."""
    with nursery(config()) as own, contextlib.closing(own.model()) as model:
        with pytest.raises(UsageError, match=says):
            model.touch(changes, back_to)
        assert not model.history.touches


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("trial.touches()", "{}", "it reported another epoch before it asked what changes"),
        (SAVE, '        path.write_text(\'{"x": 1, "epoch": 0}\')\n', "with epoch 1 from its checkpoint"),
        (SAVE, "", "no checkpoint of epoch 2 is kept; there are checkpoints of: 0"),
        ("rate, size = now", "1 / 0; rate, size = now", "code failed after epoch 1: ZeroDivisionError"),
    ],
)
def test_code_that_breaks_a_rule_is_told_which(
    config: Callable[..., Config], old: str, new: str, says: str
) -> None:
    """Code that does not ask, does not save, or raises is refused with the rule."""
    code = FUNCTION.replace(old, new)
    assert code != FUNCTION
    with nursery(config(function=code)) as own, pytest.raises((TrainingFailed, UsageError), match=says):
        followed(own.model(), [Touch(3, {}, 2)])


@pytest.mark.parametrize("noise", [False, True])
def test_code_without_checkpoints_is_trained_again(config: Callable[..., Config], noise: bool) -> None:
    """Without checkpoints a model is trained again from its beginning, if the result is the same."""
    code = FUNCTION.replace(SAVE, "")
    with nursery(
        config(function=code.replace('"loss": ', '"loss": os.getpid() + ') if noise else code)
    ) as own:
        whole = followed(own.model(), SCHEDULE[:1])
        with contextlib.closing(own.model("b")) as model:
            for _ in range(2):
                model.train_epoch()
            model.touch(SCHEDULE[0].changes)
            model.train_epoch()
        if noise:
            with pytest.raises(TrainingFailed, match=r"epoch 1 was trained again.* code is not reproducible"):
                followed(own.model("b"), SCHEDULE[:1])
        else:
            assert followed(own.model("b"), SCHEDULE[:1]) == whole


def test_an_epoch_is_given_up_when_one_leaves(config: Callable[..., Config]) -> None:
    """Leaving does not wait for an epoch that can be trained again, and its process ends."""
    code = FUNCTION.replace(
        "        yield", "        if state['epoch'] == 2: __import__('time').sleep(600)\n        yield"
    )
    with nursery(config(function=code)) as own, contextlib.closing(own.model()) as model:
        model.train_epoch()
        model.learner.leave()
        with pytest.raises(Left):
            model.train_epoch()
        assert len(model.history.epochs) == 1


def test_a_command_that_was_edited_is_not_nursed(config: Callable[..., Config]) -> None:
    """A run's models are trained by the code that the run began with."""
    directory = begin(config("command"), lambda _: None)
    Path("script.py").write_text(COMMAND + "\nprint(1)\n", encoding="utf-8")
    with Run.read(directory) as run, pytest.raises(RunMismatch, match=r"script\.py changed since"):
        Nursery(run, 0, run.nursery_directory(0))
