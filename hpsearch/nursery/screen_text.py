"""The text and tables of the nursery's screen: its title, the model's figures, its layers."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from hpsearch.nursery.diary import History
from hpsearch.nursery.keeper import Keeper
from hpsearch.nursery.nursed_model import NursedModel
from hpsearch.reports.text import number, plain, printable
from hpsearch.trial import Epoch, Metric

HELP = """\
 space   train, or pause after this epoch        n   train one epoch
 + -     learning rate × 1.5, ÷ 1.5              t   change a value: dropout 0.3, batch_size ×2
 b       back to a checkpoint                    r   branch from a checkpoint
 tab     show the next branch                    m   write a note
 l       logarithmic or linear                   v   loss or the search's metric
 s       stop: let training end here             q   leave; everything is saved"""

ENDED = "Training has ended: go back to a checkpoint, or change epochs."

_TOUCHES, _NOTES, _LAYERS = 8, 4, 7
"""How many touches, notes and layers are shown, the last ones."""


def title_text(title: str, keeper: Keeper) -> Text:
    """The first line: the model, its progress, and its state.

    Args:
        title: The text about the run and its trial.
        keeper: Trains the model.
    """
    model, learner = keeper.model, keeper.model.learner
    state = "paused" if keeper.paused else "training"
    state = "diverged" if learner.diverged else "ended" if learner.ended else state
    waits = f", then: {', '.join(keeper.waiting)}" if keeper.waiting else ""
    epochs = model.history.epochs
    seconds = f" · {epochs[-1].seconds:.3g} s/epoch" if epochs else ""
    epoch = f"epoch {learner.epoch} of {learner.epochs}"
    return Text(f" {printable(title)} · {model.directory.name} · {epoch}{seconds} · {state}{waits}", "bold")


def values_text(model: NursedModel, metric: Metric, best: Sequence[Epoch]) -> Text:
    """The panel at the side: hyperparameters, the metric so far, touches and notes.

    Args:
        model: The model.
        metric: The search's metric.
        best: The learning curve of the trial that leads the search.
    """
    history, text = model.history, Text()
    for name, value in model.learner.values.items():
        text.append(f"{_cut(name):<20} ", "dim").append(f"{plain(value)}\n")
    text.append(f"\n{metric.name}\n", "bold")
    text.append(_metric_lines(history, metric))
    at_epoch = {epoch.number: epoch.metrics.get(metric.name) for epoch in best}
    if (value := at_epoch.get(model.learner.epoch)) is not None:
        text.append(f"the search's best here {number(value)}\n")
    if history.touches:
        text.append("\nTouches\n", "bold")
        shown = (str(touch).removeprefix("after epoch ") for touch in history.touches[-_TOUCHES:])
        text.append("".join(f"{touch}\n" for touch in shown))
    if history.notes:
        text.append("\nNotes\n", "bold")
        notes = (f"{note.epoch}: {printable(note.text)}\n" for note in history.notes[-_NOTES:])
        text.append("".join(notes), "italic")
    return text


def _metric_lines(history: History, metric: Metric) -> str:
    finite = [
        (metric.loss(value), each)
        for each in history.epochs
        if (value := each.metrics.get(metric.name)) is not None
    ]
    if not finite:
        return "nothing yet\n"
    _, best = min(finite, key=lambda pair: pair[0])
    now = history.epochs[-1].metrics.get(metric.name)
    shown = "not finite" if now is None else number(now)
    return f"now {shown}\nbest {number(best.metrics[metric.name] or 0.0)} at epoch {best.number}\n"


def _cut(name: str) -> str:
    return name if len(name) <= 20 else f"{name[:19]}…"


def layer_table(history: History) -> Table | Text:
    """One row per layer."""
    if not history.epochs or not history.epochs[-1].layers:
        return Text("")
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for column in ("layer", "gradient", "update/weight", "Z mean", "Z std", "dead units"):
        table.add_column(column, justify="left" if column == "layer" else "right", no_wrap=True)
    layers = history.epochs[-1].layers
    for index, layer in enumerate(layers[-_LAYERS:], max(1, len(layers) - _LAYERS + 1)):
        keys = ("gradient_norm", "update_ratio", "z_mean", "z_std")
        figures = ["–" if (value := layer.get(key)) is None else number(value) for key in keys]
        dead = layer.get("dead")
        figures.append("–" if dead is None else f"{dead:.0%}")
        table.add_row("softmax" if index == len(layers) else f"hidden {index}", *figures)
    return table
