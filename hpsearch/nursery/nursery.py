"""The nursed models of one trial: where they are, what they begin with, and which one is shown."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from threadpoolctl import threadpool_limits

from hpsearch.config import Config
from hpsearch.errors import UsageError
from hpsearch.nursery.beginning import beginning
from hpsearch.nursery.nursed_model import NursedModel, history_of
from hpsearch.nursery.replaying import Replay, replay
from hpsearch.starting.relocation import Relocation
from hpsearch.store import Run
from hpsearch.trial import Metric

FIRST = "a"
"""The name of the first model; its branches are b, c, …, unless they are named."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")


class Nursery:
    """The nursed models of one trial.

    Attributes:
        directory: The directory of the trial's models.
        trial: The trial's number.
        seed: The trial's seed.
        metric: The search's metric.
        of_code: Whether user code trains the models.
        threads: The number of BLAS threads in this process.

    Args:
        run: The run, open for reading.
        number: The trial's number.
        directory: The directory of the trial's models, locked for this process
            (:meth:`hpsearch.store.Run.nursing`), or only read.

    Raises:
        UsageError: There is no such trial, or its models cannot be nursed.
        RunMismatch: The data or the code has changed since the run started.
    """

    def __init__(self, run: Run, number: int, directory: Path) -> None:
        relocation = Relocation(run)
        config = replace(Config.from_resolved(relocation.resolved()), base=relocation.base)
        chosen = run.trial(number)
        self._begin = beginning(run, config, chosen)
        self.directory = directory
        self.trial = chosen.number
        self.seed = chosen.seed
        self.metric: Metric = config.metric
        self.of_code = config.objective.runs_user_code
        self.threads: int = config.run.threads
        _refuse_links(directory)

    def names(self) -> list[str]:
        """The names of the models, in order."""
        return sorted(path.parent.name for path in self.directory.glob("[!.]*/diary.jsonl"))

    def model(self, name: str = FIRST) -> NursedModel:
        """A model in the state in which it was left, or a new one.

        Args:
            name: The model's name.

        Raises:
            UsageError: The name cannot be used, or the model cannot be restored.
            RunDamaged: Its diary cannot be read.
            DataError: A checkpoint is damaged.
        """
        return NursedModel(self._place(name), self._begin)

    def replay(self, name: str, on_epoch: Callable[[int, int], None]) -> Replay:
        """Train a model once more from its schedule; the model itself is unchanged.

        Args:
            name: The model's name.
            on_epoch: Called after each epoch with its number and the total number.

        Raises:
            UsageError: The schedule cannot be followed.
            TrainingFailed: The user's code failed.
            RunDamaged: Its diary cannot be read.
            DataError: Its last checkpoint is damaged.
        """
        place, metrics = self._place(name), {self.metric.name}
        with threadpool_limits(limits=self.threads, user_api="blas"):
            return replay(
                place,
                history_of(place),
                self._begin,
                counts=lambda metric: not self.of_code or metric in metrics,
                on_epoch=on_epoch,
            )

    def branch(self, model: NursedModel, epoch: int, name: str | None = None) -> NursedModel:
        """A branch from a checkpoint.

        Args:
            model: The model with the checkpoint.
            epoch: The epoch of the checkpoint.
            name: The name of the branch; the next letter if None.

        Raises:
            UsageError: There is no such checkpoint, or the name is taken or cannot be used.
        """
        return model.branch(self._place(self._free_name() if name is None else name), epoch)

    def _free_name(self) -> str:
        taken = set(self.names())
        letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
        names = [*letters, *(f"{letter}{number}" for number in range(2, 100) for letter in letters)]
        return next(name for name in names if name not in taken)

    def _place(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise UsageError(
                "the name of a model must have letters, digits, - and _ only, at most 41 of them; "
                f"found {name!r:.60}"
            )
        _refuse_links(self.directory / name)
        return self.directory / name


def _refuse_links(directory: Path) -> None:
    """Refuse a directory that leads outside the run.

    Raises:
        UsageError: It, its checkpoints or the one above it is a link.
    """
    for path in (directory.parent, directory, directory / "checkpoints"):
        if path.is_symlink():
            raise UsageError(f"{path} is a link, but must be the run's own directory. Remove it")
