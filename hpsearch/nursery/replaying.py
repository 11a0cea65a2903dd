"""Training a nursed model once more, only from its schedule, and comparing every bit."""

import contextlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hpsearch.nursery.diary import History
from hpsearch.nursery.learner import Begin
from hpsearch.nursery.nursed_model import NursedModel
from hpsearch.touches import straightened


@dataclass(frozen=True, slots=True)
class Replay:
    """The outcome of a replay.

    Attributes:
        history: The model's history.
        epochs: How many epochs were compared.
        differs: The first epoch in which metrics that count differ; None if there is none.
        others: Other metrics that differ, such as times that user code reports.
        same_state: Whether the model ended in the state of the last checkpoint; None if unknown.
    """

    history: History
    epochs: int
    differs: int | None
    others: tuple[str, ...]
    same_state: bool | None

    @property
    def equal(self) -> bool:
        """Whether every bit that counts is the same."""
        return self.differs is None and self.same_state is not False


def replay(
    directory: Path,
    history: History,
    begin: Begin,
    *,
    counts: Callable[[str], bool] = lambda name: True,
    on_epoch: Callable[[int, int], None] = lambda epoch, epochs: None,
) -> Replay:
    """Train from the beginning with the schedule of a nursed model, without its detours.

    Args:
        directory: The model's directory; only read.
        history: The model's history.
        begin: The model's initial state.
        counts: Whether a metric has to be the same.
        on_epoch: Called after each epoch with its number and the total number.

    Raises:
        UsageError: The schedule cannot be followed.
        TrainingFailed: The user's code failed.
        DataError: The last checkpoint is damaged.
    """
    count, differs, others = len(history.epochs), None, set[str]()
    path = list(straightened(history.touches))
    with (
        tempfile.TemporaryDirectory() as place,
        contextlib.closing(NursedModel(Path(place, "model"), begin)) as again,
    ):
        for trained in history.epochs:
            while path and path[0].epoch == again.learner.epoch:
                again.touch(path.pop(0).changes)
            epoch = None if again.learner.ended else again.train_epoch()
            found = {} if epoch is None else epoch.metrics
            different = {
                name
                for name in {*trained.metrics, *found}
                if name not in found or found[name] != trained.metrics.get(name)
            }
            others |= {name for name in different if not counts(name)}
            if differs is None and (epoch is None or any(map(counts, different))):
                differs = trained.number
            if epoch is None:
                break
            on_epoch(trained.number, count)
        same = again.learner.is_as_in(directory / "checkpoints") if again.learner.epoch == count else None
    return Replay(history, count, differs, tuple(sorted(others)), same)
