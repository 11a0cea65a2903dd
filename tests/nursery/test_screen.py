"""Tests of the nursery's screen, driven by keys."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("textual")

from textual.pilot import Pilot

from hpsearch.config import load
from hpsearch.nursery.beginning import begin
from hpsearch.nursery.nursery import Nursery
from hpsearch.nursery.screen import NurseryApp, _Clocks
from hpsearch.store import Run
from hpsearch.trial import Epoch

CONFIG = """
metric: {name: val_error}
objective: {network: {data: moons, epochs: 12, hidden_units: 8}}
space: {learning_rate: {prior: log, min: 1e-3, max: 1e-1}}
"""

BEST = tuple(
    Epoch(number, {"val_error": 0.5 / number, "val_loss": 1 / number}, 0.0) for number in range(1, 9)
)


@pytest.fixture
def nursery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nursery]:
    """A nursery whose trial has no model yet."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "moons.yaml").write_text(CONFIG, encoding="utf-8")
    directory = begin(load(tmp_path / "moons.yaml"), lambda _: None)
    with Run.read(directory) as run, run.nursing(0) as place:
        yield Nursery(run, 0, place)


def driven(
    nursery: Nursery,
    drive: Callable[[Pilot[None], NurseryApp], Awaitable[None]],
    size: tuple[int, int] = (120, 35),
) -> NurseryApp:
    """Open the screen, press keys, and leave."""
    app = NurseryApp(nursery, nursery.model(), "runs/moons-001 trial 0", BEST)

    async def session() -> None:
        async with app.run_test(size=size) as pilot:
            await drive(pilot, app)

    asyncio.run(session())
    return app


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait for the training thread."""
    while not holds():
        await pilot.pause(0.01)


async def type_line(pilot: Pilot[None], app: NurseryApp, key: str, text: str) -> None:
    """Press a key that asks for a line, write it, and wait until the screen has the answer."""
    await pilot.press(key)
    app.query_one("#line").value = text
    await pilot.press("enter")
    # The thread delivers the answer of one task before it begins the next.
    begun = threading.Event()
    app.keeper.ask("nothing", lambda: str(begun.set() or ""))
    await until(pilot, begun.is_set)
    await pilot.pause()


def seen(app: NurseryApp) -> str:
    """The text on the screen."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in lines)


@pytest.mark.parametrize("size", [(120, 35), (80, 24)])
def test_a_session_by_keys(nursery: Nursery, size: tuple[int, int]) -> None:
    """Training, touches, returns, branches and notes appear on the screen and in the diaries."""

    async def drive(pilot: Pilot[None], app: NurseryApp) -> None:
        for epoch in range(1, 6):
            await pilot.press("n")
            await until(pilot, lambda epoch=epoch: app.model.learner.epoch == epoch)
        await type_line(pilot, app, "t", "dropout 0.3, momentum = 0.8")
        await pilot.press("minus")
        await until(pilot, lambda: len(app.model.history.touches) == 2)
        await type_line(pilot, app, "b", "3")
        await type_line(pilot, app, "m", "loss [bold]jumps[/bold] \x1b[31m")
        await type_line(pilot, app, "r", "2 warmer")
        await until(pilot, lambda: "▲ a touch" in seen(app))
        text = seen(app)
        assert "runs/moons-001 trial 0 · warmer · epoch 2 of 12" in text
        if size[0] >= 100:
            assert "the search's best here 0.25" in text
            assert "hidden 1" in text
        await pilot.press("tab")
        await until(pilot, lambda: app.model.directory.name == "a")
        app.look()
        await pilot.pause()
        assert ("loss [bold]jumps[/bold]" in seen(app)) == (size[0] >= 100)

    app = driven(nursery, drive, size)
    touches = [str(touch) for touch in app.model.history.touches]
    assert touches == [
        "after epoch 5: dropout = 0.3, momentum = 0.8",
        "after epoch 5: learning_rate ÷1.5",
        "after epoch 5: back to epoch 3",
    ]
    assert nursery.names() == ["a", "warmer"]
    assert nursery.replay("a", lambda *_: None).equal


def test_training_goes_on_until_it_is_paused_or_ends(nursery: Nursery) -> None:
    """Space trains; after the last epoch training ends with a message."""

    async def drive(pilot: Pilot[None], app: NurseryApp) -> None:
        await pilot.press("space")
        await until(pilot, lambda: app.model.learner.ended)
        app.look()
        await pilot.pause()
        assert "epoch 12 of 12" in seen(app)
        assert "ended" in seen(app)
        await pilot.press("space")
        await pilot.pause()
        assert "go back to a checkpoint, or change epochs" in seen(app)

    assert driven(nursery, drive).model.learner.epoch == 12


def test_a_model_that_has_ended_waits_after_a_return(nursery: Nursery) -> None:
    """After a return from the end, training waits so that values can be changed first."""

    async def drive(pilot: Pilot[None], app: NurseryApp) -> None:
        await pilot.press("space")
        await until(pilot, lambda: app.model.learner.ended)
        await type_line(pilot, app, "b", "8")
        assert "epoch 8 of 12" in seen(app)
        assert "paused" in seen(app)

    driven(nursery, drive)


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        ("t", "hidden_units 9", "hidden_units: cannot change during training"),
        ("t", "dropout 3", "must be a number of at least 0 and below 1"),
        ("t", "dropout", "type a name and a value"),
        ("t", "epochs 0", "epochs: must be a whole number of at least 1"),
        ("b", "7", "trained for only 0 epochs"),
        ("b", "soon", "type the number of an epoch, such as 12; found 'soon'"),
        ("r", "0 ../up", "must have letters, digits, - and _ only"),
        ("r", "4", "no checkpoint of epoch 4 is kept"),
    ],
)
def test_what_cannot_be_done_is_said(nursery: Nursery, key: str, text: str, says: str) -> None:
    """A line that makes no sense has no effect, and the screen says so."""

    async def drive(pilot: Pilot[None], app: NurseryApp) -> None:
        await type_line(pilot, app, key, text)
        assert says in " ".join(seen(app).split())

    assert not driven(nursery, drive, (160, 35)).model.history.touches


def test_a_small_terminal_is_told_what_is_needed(nursery: Nursery) -> None:
    """Below 60 × 18 the screen says how large it has to be."""

    async def drive(pilot: Pilot[None], app: NurseryApp) -> None:
        assert "The nursery needs 60 × 18 characters;" in seen(app)
        assert "found 50 × 12" in seen(app)

    driven(nursery, drive, (50, 12))


def test_what_is_done_while_one_leaves_is_heard(nursery: Nursery) -> None:
    """A task that ends after the display has begun to close does not prevent it."""
    leaving = threading.Event()

    async def drive(pilot: Pilot[None], app: NurseryApp) -> None:
        app.model.learner.leave = leaving.set
        app.keeper.ask("a long task", lambda: f"{leaving.wait()}")

    assert not driven(nursery, drive).keeper.waiting


def test_epochs_are_drawn_within_the_share_of_the_display(nursery: Nursery) -> None:
    """Nothing is drawn once drawing has used its share, except on request."""

    async def drive(pilot: Pilot[None], app: NurseryApp) -> None:
        app.look()
        app.model.train_epoch()
        app._clocks = lambda: _Clocks(*[each + 0.1 for each in app._drawn])
        app.glance()
        await pilot.pause()
        assert "epoch 0 of 12" in seen(app)
        app._clocks = lambda: _Clocks(app._drawn.display, app._drawn.all + 0.1)
        app.glance()
        await pilot.pause()
        assert "epoch 1 of 12" in seen(app)
        await pilot.press("n")
        await until(pilot, lambda: "epoch 2 of 12" in seen(app))

    driven(nursery, drive)


def test_a_window_that_shrinks_leaves_out_what_has_no_room(nursery: Nursery) -> None:
    """The side panel and the layers are hidden according to the window's present size."""

    async def drive(pilot: Pilot[None], app: NurseryApp) -> None:
        await pilot.resize_terminal(80, 20)
        assert not app.query_one("#side").display
        assert not app.query_one("#layers").display
        await pilot.resize_terminal(50, 12)
        await pilot.pause()
        assert "The nursery needs 60 × 18 characters;" in seen(app)
        assert "learning_rate" not in seen(app)

    driven(nursery, drive)


def test_stopping_ends_the_training_there(nursery: Nursery) -> None:
    """The key s makes the present epoch the last one, and the schedule records it."""

    async def drive(pilot: Pilot[None], app: NurseryApp) -> None:
        await pilot.press("n")
        await until(pilot, lambda: app.model.learner.epoch == 1)
        await pilot.press("s")
        await until(pilot, lambda: app.model.learner.ended)

    assert driven(nursery, drive).model.learner.epochs == 1


def test_a_model_is_there_again_after_leaving(nursery: Nursery) -> None:
    """A second session continues where the first was left."""

    async def first(pilot: Pilot[None], app: NurseryApp) -> None:
        await pilot.press("n")
        await until(pilot, lambda: app.model.learner.epoch == 1)

    async def second(pilot: Pilot[None], app: NurseryApp) -> None:
        await pilot.pause()
        assert "Restored at epoch 1" in seen(app)

    driven(nursery, first)
    driven(nursery, second)
