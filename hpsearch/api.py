"""What the commands ``run``, ``resume`` and ``train`` do, from Python."""

import warnings
from collections.abc import Callable
from os import PathLike
from pathlib import Path

from threadpoolctl import threadpool_limits

from hpsearch import kernels
from hpsearch.commands import command
from hpsearch.config import Config
from hpsearch.config import load as load_config
from hpsearch.errors import RunMismatch, UsageError
from hpsearch.loaded_run import LoadedRun
from hpsearch.network import final
from hpsearch.objectives.kinds import prepare
from hpsearch.objectives.network import NetworkPreparation
from hpsearch.relocation import Relocation
from hpsearch.reports.lines import Lines
from hpsearch.resuming import resume as resume_run
from hpsearch.starting import start
from hpsearch.store import Run

__all__ = ["load", "resume", "run", "train"]


class _Warnings(Lines):
    """Shows nothing; messages become warnings."""

    def __init__(self) -> None:
        super().__init__(None)

    def on_search_start(self, *_: object) -> None:
        """Do nothing."""

    def on_message(self, text: str) -> None:
        """Warn."""
        warnings.warn(text, stacklevel=2)


def run(
    config: str | PathLike[str],
    *overrides: str,
    output: str | PathLike[str] | None = None,
    trials: int | None = None,
) -> LoadedRun:
    """Run a search, as ``hpsearch run`` does, without showing it; messages are warnings.

    In a script, call it under ``if __name__ == "__main__":``, because worker processes import the script. Use
    hpsearch before NumPy is imported: only then can it choose the portable kernels, with which the search is
    the same on every CPU. Otherwise the run records the arithmetic that it used, and a warning says so.

    Args:
        config: The path of the config.
        overrides: ``KEY=VALUE`` settings, by dotted path.
        output: The run directory to make; by default the next free one under ``runs/``.
        trials: The total number of trials.

    Returns:
        The run, open for reading.

    Raises:
        HpsearchError: As listed in :mod:`hpsearch.errors`.
    """
    settings = [*overrides, *([] if trials is None else [f"search.trials={trials}"])]
    directory = start(
        load_config(Path(config), settings), _Warnings(), directory=None if output is None else Path(output)
    )
    return load(directory)


def resume(directory: str | PathLike[str], *, trials: int | None = None) -> LoadedRun:
    """Continue a search, as ``hpsearch resume`` does.

    Args:
        directory: The run directory.
        trials: The total number of trials; by default as before.

    Returns:
        The run, open for reading.

    Raises:
        RunMismatch: The run started with another arithmetic, or its config or data have changed.
        HpsearchError: As listed in :mod:`hpsearch.errors`.
    """
    run = load(directory)
    began, own = run.meta("versions")["arithmetic"], kernels.arithmetic()
    variables = run.meta("kernels")
    if began != own and kernels.supported(variables):
        needed = kernels.describe_variables(variables)
        raise RunMismatch(
            f"{directory} started with the arithmetic {began}, this process with {own}, and their results"
            f" differ in the last digits. Set {needed} before Python starts, or"
            f" continue with {command('resume', directory)}."
        )
    changes = {} if trials is None else {"search.trials": trials}
    return load(resume_run(Path(directory), _Warnings(), changes=changes))


def load(directory: str | PathLike[str]) -> LoadedRun:
    """A run, open for reading: ``results()``, ``ranking(10)``, ``to_pandas()``, ``plot.history()``.

    Raises:
        RunError: There is none, or it cannot be read.
    """
    return LoadedRun.read(Path(directory))


def train(
    run: Run, trial: int | str = "best", on_epoch: Callable[[int, int, float], None] | None = None
) -> final.FinalModel:
    """Train a final model with the values of one trial, as ``hpsearch train`` does.

    It is trained on the training and validation rows, for as many epochs as the trial took to its best if the
    search's metric is ``at: best``, and evaluated on the test rows.

    Args:
        run: The run, open.
        trial: The trial's number, or ``best``.
        on_epoch: Called after each epoch with its number, the number of epochs and the training loss.

    Returns:
        The model, to be saved by ``model.save(path)``, and its metrics on the test rows.

    Raises:
        UsageError: There is no such trial, or the run does not search the built-in network.
        RunMismatch: The data has changed since the run started.
        DataError: The training diverged.
    """
    config = Config.from_resolved(Relocation(run).resolved())
    chosen = run.trial(run.trial_number(trial))
    preparation = prepare(config)
    if not isinstance(preparation, NetworkPreparation):
        kind = config.objective.kind
        raise UsageError(f"{run.directory} searches a {kind}; only the built-in network can be trained")
    if preparation.fingerprint() != run.meta("data"):
        raise RunMismatch(
            f"The data has changed since {run.directory} started, so its best values may no longer be good."
            " Restore the old data, or search the new data."
        )
    last = final.best_epoch(config.metric, run.result(chosen.number))
    values = {**config.objective.constants, **chosen.values}
    with threadpool_limits(limits=config.run.threads, user_api="blas"):  # their number changes the last bits
        return final.train_final(
            preparation.dataset, values, chosen.seed, on_epoch or _ignore, last_epoch=last
        )


def _ignore(epoch: int, epochs: int, loss: float) -> None:
    pass
