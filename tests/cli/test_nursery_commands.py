"""Tests of nurse and replay without a terminal; the screen has its own tests."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done
from tests.runs import rows

Program = Callable[..., Done]

CONFIG = """\
objective: {network: {data: moons, epochs: 8, hidden_units: 8}}
space: {learning_rate: {prior: log, min: 1e-3, max: 0.1}}
search: {trials: 3}
run: {strategy: panda}
"""

TOUCHES = """\
- {epoch: 2, learning_rate: ×0.5}
- {epoch: 5, back_to: 3, dropout: 0.2}
- {epoch: 6, batch_size: 32}
"""


@pytest.fixture
def moons(in_tmp: Path) -> Path:
    """A config, and a file of touches next to it."""
    Path("touches.yaml").write_text(TOUCHES, encoding="utf-8")
    path = Path("moons.yaml")
    path.write_text(CONFIG, encoding="utf-8")
    return path


def test_a_schedule_is_followed_and_replayed(hpsearch: Program, moons: Path) -> None:
    """The touches in a file are made, and training is repeated to the last bit."""
    done = hpsearch("nurse", moons, "--schedule", "touches.yaml")
    assert done.code == 0
    assert done.err.splitlines()[-4:] == [
        "after epoch 2: learning_rate ×0.5",
        "after epoch 5: back to epoch 3, dropout = 0.2",
        "after epoch 6: batch_size = 32",
        "Saved at epoch 8. Return with `hpsearch nurse runs/moons-001 0`",
    ]
    again = hpsearch("replay", "runs/moons-001", "0")
    assert (again.code, again.out) == (
        0,
        "equal to the last bit: 8 epochs, 3 touches; all metrics and the last parameters\n",
    )


def test_what_differs_is_found(hpsearch: Program, moons: Path) -> None:
    """If a touch in the diary was changed, replay says from which epoch on the model differs."""
    hpsearch("nurse", moons, "--schedule", "touches.yaml")
    diary = Path("runs/moons-001/nursery/00000/a/diary.jsonl")
    diary.write_text(re.sub('"dropout": 0.2', '"dropout": 0.25', diary.read_text()))
    done = hpsearch("replay", "runs/moons-001", "0")
    assert (done.code, done.out) == (4, "")
    assert "The replay is different: 8 epochs, 3 touches; epoch 4 differs." in done.err


def test_the_search_does_not_notice(hpsearch: Program, moons: Path) -> None:
    """A run whose trials were nursed has the same leaderboard as one whose trials were not."""
    hpsearch("run", moons, "-q")
    hpsearch("nurse", moons, "--schedule", "touches.yaml")
    assert hpsearch("resume", "runs/moons-002", "-q").code == 0
    assert rows(Path("runs/moons-002")) == rows(Path("runs/moons-001"))
    assert hpsearch("nurse", "runs/moons-001", "best", "--schedule", "touches.yaml").code == 0
    assert rows(Path("runs/moons-001")) == rows(Path("runs/moons-002"))


def test_a_followed_schedule_is_not_made_twice(hpsearch: Program, moons: Path) -> None:
    """A longer schedule continues where the shorter one ended; another one is refused."""
    hpsearch("nurse", moons, "--schedule", "touches.yaml")
    Path("touches.yaml").write_text(TOUCHES + "- {epoch: 8, epochs: 10}\n", encoding="utf-8")
    done = hpsearch("nurse", "runs/moons-001", "0", "--schedule", "touches.yaml")
    assert done.err.splitlines()[0] == "after epoch 8: epochs = 10"
    Path("touches.yaml").write_text("- {epoch: 1, dropout: 0.5}\n", encoding="utf-8")
    done = hpsearch("nurse", "runs/moons-001", "0", "--schedule", "touches.yaml")
    assert done.code == 2
    assert (
        "must begin with what was done to runs/moons-001/nursery/00000/a already: after epoch 2" in done.err
    )
    assert hpsearch("nurse", "runs/moons-001", "0", "--schedule", "touches.yaml", "--model", "b").code == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- {epoch: 2, lr: ×0.5}\n", "lr: unknown hyperparameter; what can change: learning_rate"),
        ("- {epoch: 2, hidden_layers: 3}\n", "hidden_layers: cannot change during training"),
        ("- {epoch: 2, dropout: 7}\n", "dropout: must be a number of at least 0 and below 1; found 7"),
        ("- {epoch: 4, dropout: 0.1}\n- {epoch: 2, dropout: 0.2}\n", "is in the past"),
        ("- {epoch: 30, dropout: 0.1}\n", "cannot be made: training ends after epoch 8"),
        ("- {epoch: 2}\n\n- {epoch: x, dropout: 1}\n", "touches.yaml:1:3: [0]: a touch must change"),
        ("- {epoch: 2}\n\n- {epoch: x, dropout: 1}\n", "touches.yaml:3:3: [1]: epoch must be a whole number"),
        ("touch: me\n", "touches.yaml:1:1: a schedule must be a list of touches"),
        ("", "touches.yaml: the config is empty"),
    ],
)
def test_a_schedule_that_cannot_be_followed_says_why(
    hpsearch: Program, moons: Path, text: str, says: str
) -> None:
    """The message says what is possible, and names the touch's place in the file if it has one."""
    Path("touches.yaml").write_text(text, encoding="utf-8")
    done = hpsearch("nurse", moons, "--schedule", "touches.yaml")
    assert done.code == 2
    assert says in done.err


def test_a_wrong_schedule_makes_no_run(hpsearch: Program, moons: Path) -> None:
    """Mistakes that the schedule alone shows are reported before a run directory is created."""
    assert hpsearch("nurse", moons, "--schedule", "none.yaml").code == 2
    Path("touches.yaml").write_text("- {epoch: 2, dropout: 0.1}\n- {epoch: 1, dropout: 0.2}\n")
    assert hpsearch("nurse", moons, "--schedule", "touches.yaml").code == 2
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    "text",
    [
        "- {epoch: 2, hidden_layers: 3}\n",
        "- {epoch: 2, dropout: 0.1}\n- {epoch: 4, dropout: 7}\n",
        "- {epoch: 2, epochs: 6}\n- {epoch: 7, dropout: 0.1}\n",
        "- {epoch: 6, back_to: 5, epochs: 4}\n",
    ],
)
def test_what_cannot_change_makes_no_run(hpsearch: Program, moons: Path, text: str) -> None:
    """Every touch of a schedule is checked before the first epoch, and the run directory is removed again."""
    Path("touches.yaml").write_text(text, encoding="utf-8")
    assert hpsearch("nurse", moons, "--schedule", "touches.yaml").code == 2
    assert not list(Path("runs").iterdir())


def test_a_refused_schedule_leaves_what_was_trained(hpsearch: Program, moons: Path) -> None:
    """An existing run stays, and its model stays at its epoch."""
    hpsearch("nurse", moons, "--schedule", "touches.yaml")
    Path("touches.yaml").write_text(TOUCHES + "- {epoch: 8, optimizer: adam}\n", encoding="utf-8")
    assert hpsearch("nurse", "runs/moons-001", "0", "--schedule", "touches.yaml").code == 2
    assert hpsearch("replay", "runs/moons-001", "0").code == 0


def test_no_terminal_is_said(hpsearch: Program, moons: Path) -> None:
    """Without a terminal and a schedule nothing is created, and the message names an alternative."""
    done = hpsearch("nurse", moons, "space.learning_rate=0.1")
    assert (done.code, Path("runs").exists()) == (2, False)
    assert "`hpsearch nurse moons.yaml space.learning_rate=0.1 --schedule touches.yaml`" in done.err


def test_code_that_does_not_say_what_can_change_is_not_nursed(hpsearch: Program, moons: Path) -> None:
    """A command's config without `touch` is refused before anything is created, with advice."""
    moons.write_text("objective: {command: 'echo {x}'}\nspace: {x: {min: 0, max: 1}}\nmetric: {name: x}\n")
    done = hpsearch("nurse", moons, "--schedule", "touches.yaml")
    assert (done.code, Path("runs").exists()) == (2, False)
    assert "for example objective.command.touch: [x]" in done.err


def test_a_model_that_is_not_there_is_said(hpsearch: Program, moons: Path) -> None:
    """Replaying a model that does not exist lists the existing ones, and says how to begin."""
    hpsearch("run", moons, "-q")
    done = hpsearch("replay", "runs/moons-001", "1")
    assert done.code == 2
    assert "has no nursed model a; begin with `hpsearch nurse runs/moons-001 1`" in done.err
    hpsearch("nurse", "runs/moons-001", "1", "--schedule", "touches.yaml")
    assert "its models are a" in hpsearch("replay", "runs/moons-001", "1", "--model", "b").err


def test_links_are_not_followed(hpsearch: Program, moons: Path, tmp_path: Path) -> None:
    """A nursery that leads outside the run directory is refused, and nothing is written there."""
    hpsearch("run", moons, "-q")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    Path("runs/moons-001/nursery").mkdir()
    Path("runs/moons-001/nursery/00001").symlink_to(elsewhere)
    done = hpsearch("nurse", "runs/moons-001", "1", "--schedule", "touches.yaml")
    assert done.code in (2, 4)
    assert "is a link" in done.err
    assert not list(elsewhere.iterdir())
