"""The nursery in a terminal: curves, figures of every layer, and keys to touch the model."""

import asyncio
import time
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widgets import Footer, Input, Static

from hpsearch.errors import HpsearchError
from hpsearch.nursery.keeper import Keeper
from hpsearch.nursery.nursed_curves import nursed_curves
from hpsearch.nursery.nursed_model import NursedModel
from hpsearch.nursery.nursery import Nursery
from hpsearch.nursery.screen_text import ENDED, HELP, layer_table, title_text, values_text
from hpsearch.nursery.typed import typed_branch, typed_changes, typed_epoch
from hpsearch.reports.figures.braille import figure_text
from hpsearch.reports.text import printable
from hpsearch.touches import Change
from hpsearch.trial import Epoch

SMALLEST = (60, 18)
"""Columns and lines below which nothing can be read."""

_SECONDS = 0.5  # between two looks at the model
_SHARE = 0.01  # the share of all processor time for drawing epochs that nobody asked for
_STEP = 1.5  # factor of a key press
_LINE = 20  # pixels of a figure's height for each line of text
_SIDE = 34  # columns of the panel at the side
_NARROW = 100  # columns below which there is no panel at the side

_SHORT = 24  # lines below which there are no figures of layers

_PROMPTS = {
    "touch": "change: learning_rate ×0.5, dropout 0.3",
    "back": "back to epoch",
    "branch": "branch from epoch, and a name if you like: 12 warmer",
    "note": "note",
}


class _Curves(Static):
    """The curves; redrawn when their size changes."""

    app: "NurseryApp"

    def on_resize(self) -> None:
        self.app.look()


class _Clocks(NamedTuple):
    """Processor seconds of the display's thread, and of everything."""

    display: float
    all: float


class NurseryApp(App[None]):
    """Shows one model of a nursery and takes keys.

    Args:
        nursery: The nursery, open.
        model: The model to begin with.
        title: The text in the first line about the run and its trial.
        best: The learning curve of the trial that leads the search.
    """

    CSS = """
    #title { height: 1; background: $panel; }
    #middle { height: 1fr; }
    #curves { width: 1fr; height: 100%; }
    #side { width: 34; padding: 0 1; }
    #layers { height: auto; max-height: 8; padding: 0 1; }
    #said { height: auto; max-height: 3; min-height: 1; padding: 0 1; }
    #help { height: auto; display: none; background: $panel; }
    #line { display: none; height: 3; }
    .narrow #side { display: none; }
    .short #layers { display: none; }
    .small #title, .small #layers, .small Footer { display: none; }
    """
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None  # the line of text is hidden until it is needed
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "train"),
        Binding("question_mark,h", "help", "help", key_display="?"),
        Binding("q", "quit", "leave"),
        Binding("n", "step", "one epoch", show=False),
        Binding("plus,equals_sign", "scale(1)", "rate ×1.5", key_display="+"),
        Binding("minus", "scale(-1)", "÷1.5", key_display="-"),
        Binding("t", "type('touch')", "change"),
        Binding("b", "type('back')", "back"),
        Binding("r", "type('branch')", "branch"),
        Binding("m", "type('note')", "note"),
        Binding("tab", "next", "next branch", show=False, priority=True),
        Binding("l", "linear", "log/linear", show=False),
        Binding("v", "metric", "metric", show=False),
        Binding("s", "stop", "stop"),
        Binding("ctrl+c,ctrl+q", "quit", "leave", show=False, priority=True),
        Binding("escape", "cancel", show=False),
    ]

    def __init__(self, nursery: Nursery, model: NursedModel, title: str, best: Sequence[Epoch] = ()) -> None:
        super().__init__()
        self.title = title
        self.keeper = Keeper(model, nursery.threads, self._say_from_thread)
        self._nursery = nursery
        self._best = best
        self._models = {model.directory.name: model}
        self._linear = False
        self._shows_loss = True
        self._typing = ""
        self._seen: object = None
        self._drawn = _Clocks(0.0, 0.0)

    def compose(self) -> ComposeResult:
        """The parts of the screen, from top to bottom."""
        yield Static(id="title")
        with Horizontal(id="middle"):
            yield _Curves(id="curves")
            with Vertical(id="side"):
                yield Static(id="values")
        yield Static(id="layers")
        yield Static(id="said")
        yield Static(Text(HELP), id="help")
        yield Input(id="line")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin."""
        self.keeper.start()
        self.set_interval(_SECONDS, self.glance)
        self._say(
            "Press space to train, ? for help."
            if not self.model.history.epochs
            else f"Restored at epoch {self.model.learner.epoch}. Press space to continue."
        )

    async def on_unmount(self) -> None:
        """End after the present epoch, or at once if it can be trained again."""
        await asyncio.to_thread(self.keeper.close)  # the thread may still send messages here
        for model in self._models.values():
            model.close()

    @property
    def model(self) -> NursedModel:
        """The model that is shown."""
        return self.keeper.model

    def on_resize(self, event: Resize) -> None:
        """Hide parts for which there is no room."""
        width, height = event.size
        self.screen.set_class(width < _NARROW, "narrow")
        self.screen.set_class(height < _SHORT, "short")
        self.screen.set_class(width < SMALLEST[0] or height < SMALLEST[1], "small")
        self._seen = None
        self.look()

    def glance(self) -> None:
        """Draw the changes, unless that would take more than its share of processor time."""
        clocks = self._clocks()
        if clocks.display - self._drawn.display <= _SHARE * (clocks.all - self._drawn.all):
            self.look()

    def _clocks(self) -> "_Clocks":
        # The processes of user code have their own clocks, so use elapsed time for them.
        return _Clocks(time.thread_time(), time.monotonic() if self._nursery.of_code else time.process_time())

    def look(self) -> None:
        """Draw the changes."""
        if not self.query("#layers"):  # the window was resized before there was anything in it
            return
        history, learner = self.model.history, self.model.learner
        state = (
            *(len(each) for each in (history.epochs, history.touches, history.notes)),
            *(self.model.directory, self.keeper.paused, tuple(self.keeper.waiting), self.size),
            *(self._linear, self._shows_loss, learner.ended, self.query_one("#curves", Static).size),
        )
        if state == self._seen:
            return
        self._seen, self._drawn = state, self._clocks()
        if self.size.width < SMALLEST[0] or self.size.height < SMALLEST[1]:
            needs = f"The nursery needs {SMALLEST[0]} × {SMALLEST[1]} characters;"
            found = f"found {self.size.width} × {self.size.height}. Enlarge the window."
            self.query_one("#curves", Static).update(Text(f"{needs}\n{found}"))
            return
        self.query_one("#title", Static).update(title_text(self.title, self.keeper))
        self.query_one("#curves", Static).update(self._curves())
        self.query_one("#values", Static).update(values_text(self.model, self._nursery.metric, self._best))
        nothing = Text("The code reports no figures of its layers.", "dim")
        shown = nothing if self._nursery.of_code else layer_table(history)
        self.query_one("#layers", Static).update(shown)

    def _metric(self) -> str:
        names = self.model.history.epochs[-1].metrics if self.model.history.epochs else {}
        loss = "val_loss" if "val_loss" in names or not names else "train_loss"
        return loss if self._shows_loss else self._nursery.metric.name

    def _curves(self) -> Text:
        area = self.query_one("#curves", Static).size
        figure = nursed_curves(
            {name: model.history for name, model in self._models.items()},
            self._metric(),
            epochs=self.model.learner.epochs,
            best=self._best,
            linear=self._linear,
            height=max(area.height - 7, 4) * _LINE,
        )
        return figure_text(figure, max(area.width - 1, 20))

    def _say(self, text: str, wrong: bool = False) -> None:
        self.query_one("#said", Static).update(Text(printable(text), "bold red" if wrong else ""))

    def _say_from_thread(self, text: str, wrong: bool) -> None:
        self.call_from_thread(self._hear, text, wrong)

    def _hear(self, text: str, wrong: bool) -> None:
        """Handle the message that a requested task is done."""
        if text and self.query("#said"):
            self._say(text, wrong)
        self.look()

    def action_pause(self) -> None:
        """Train, or pause."""
        if self.model.learner.ended:
            self._say(ENDED, wrong=True)
            return
        self.keeper.pause()
        self.look()

    def action_step(self) -> None:
        """Train one epoch."""

        def step() -> str:
            if self.model.learner.ended:
                return ENDED
            if self.model.train_epoch() is None:
                return f"The code has ended after epoch {self.model.learner.epoch}."
            return ""

        self.keeper.ask("one epoch", step)

    def action_scale(self, direction: int) -> None:
        """Multiply or divide the learning rate."""
        rate = Change(_STEP if direction > 0 else 1 / _STEP, is_factor=True)
        sign = "×" if direction > 0 else "÷"
        self.keeper.ask(
            f"learning rate {sign} {_STEP}", lambda: str(self.model.touch({"learning_rate": rate}))
        )

    def action_stop(self) -> None:
        """Let training end here."""

        def stop() -> str:
            return str(self.model.touch({"epochs": Change(self.model.learner.epoch)}))

        self.keeper.ask("stop", stop)

    def action_linear(self) -> None:
        """Change the scale of the curves."""
        self._linear = not self._linear
        self.look()

    def action_metric(self) -> None:
        """Show the loss, or the search's metric."""
        self._shows_loss = not self._shows_loss
        self.look()

    def action_next(self) -> None:
        """Show the next branch, loading it if necessary."""
        names = self._nursery.names()
        now = self.model.directory.name
        following = names[(names.index(now) + 1) % len(names)] if now in names else now
        if following == now:
            self._say("There is one model only; r makes a branch.")
            return

        def change() -> str:
            if following not in self._models:
                self._models[following] = self._nursery.model(following)
            self.keeper.model = self._models[following]
            return f"This is {following}."

        self.keeper.ask(f"show {following}", change)

    def action_help(self) -> None:
        """Show or hide the help."""
        shown = self.query_one("#help", Static)
        shown.display = not shown.display

    def action_type(self, what: str) -> None:
        """Ask for a line of text."""
        self._typing = what
        line = self.query_one("#line", Input)
        line.value, line.placeholder, line.display = "", _PROMPTS[what], True
        line.focus()

    def action_cancel(self) -> None:
        """Leave the line of text."""
        self.query_one("#line", Input).display = False
        self.set_focus(None)

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Handle the typed text."""
        self.action_cancel()
        if not event.value.strip():
            return
        try:
            self._ask(self._typing, event.value)
        except HpsearchError as error:
            self._say(str(error), wrong=True)

    def _ask(self, what: str, text: str) -> None:
        if what == "touch":
            changes = typed_changes(text)
            self.keeper.ask(text.strip(), lambda: str(self.model.touch(changes)))
        elif what == "back":
            epoch = typed_epoch(text)
            self.keeper.ask(f"back to {epoch}", lambda: str(self.model.touch({}, back_to=epoch)))
        elif what == "branch":
            epoch, name = typed_branch(text)
            self.keeper.ask(f"branch from {epoch}", lambda: self._branch(epoch, name))
        else:
            self.keeper.ask("note", lambda: f"noted at epoch {self.model.note(text).epoch}")

    def _branch(self, epoch: int, name: str | None) -> str:
        branch = self._nursery.branch(self.model, epoch, name)
        self._models[branch.directory.name] = self.keeper.model = branch
        return f"This is the branch {branch.directory.name}, from epoch {epoch}; tab shows the next model."
