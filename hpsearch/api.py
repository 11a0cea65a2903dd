"""The commands ``run``, ``resume`` and ``train``, from Python."""

import contextlib
import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from threadpoolctl import threadpool_limits

from hpsearch.commands import command
from hpsearch.config import Config, space_data
from hpsearch.config import load as load_config
from hpsearch.errors import RunMismatch, UsageError
from hpsearch.functions import importable_as
from hpsearch.inspection.loaded_run import LoadedRun
from hpsearch.loop import Callback
from hpsearch.machine import kernels
from hpsearch.network import final
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.objectives.kinds import prepare
from hpsearch.objectives.network import NetworkPreparation
from hpsearch.process import user_function
from hpsearch.reports.lines import Lines
from hpsearch.reports.notebook import NotebookDisplay, in_notebook
from hpsearch.space import Parameter, Space
from hpsearch.starting.relocation import Relocation
from hpsearch.starting.resume import resume as resume_run
from hpsearch.starting.start import start
from hpsearch.store import Run
from hpsearch.touches.babysitting import touches_of

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


def _callback() -> contextlib.AbstractContextManager[Callback]:
    """The progress in a notebook, nothing elsewhere."""
    quiet = _Warnings()
    return NotebookDisplay(quiet.on_message) if in_notebook() else contextlib.nullcontext(quiet)


def run(
    config: str | PathLike[str] | Mapping[str, Any] | Config | None = None,
    *overrides: str,
    function: Callable[..., Any] | None = None,
    space: Space | Sequence[Parameter] | Mapping[str, Any] | None = None,
    trials: int | None = None,
    seed: int | None = None,
    metric: str | None = None,
    goal: Literal["minimize", "maximize"] | None = None,
    epochs: int | None = None,
    output: str | PathLike[str] | None = None,
) -> LoadedRun:
    """Run a search, as ``hpsearch run`` does; messages are warnings.

    A notebook shows its progress below the cell; elsewhere nothing is shown.

    ::

        hpsearch.run("config.yaml", trials=32)
        hpsearch.run(space={"learning_rate": {"prior": "log", "min": 1e-4, "max": 1}}, function=train)

    In a script, call it under ``if __name__ == "__main__":``, because worker processes import the script.
    Write ``from hpsearch import run`` before NumPy is imported: only then can it choose the portable
    kernels, with which the search is the same on every CPU. Otherwise the run records the arithmetic that it
    used, and a warning says so.

    A function at the top level of a module or script runs as with ``objective: {function: …}``: in parallel,
    each trial in its own process. Any other function (in a notebook, a lambda or a local function) runs in
    this process, one trial at a time, and a warning says so. The trials are the same.

    Args:
        config: The path of a config, a mapping with its sections, or a Config; None if ``space`` and
            ``function`` are enough.
        overrides: ``KEY=VALUE`` settings, by dotted path.
        function: The function that a trial calls with its values, instead of the config's objective.
        space: The space to search, instead of the config's.
        trials: The total number of trials.
        seed: The search's seed.
        metric: The name of the metric.
        goal: Whether to ``minimize`` or ``maximize`` it.
        epochs: How many epochs a full trial of ``function`` has, if it yields them.
        output: The run directory to make; by default the next free one under ``runs/``.

    Returns:
        The run, open for reading.

    Raises:
        HpsearchError: As listed in :mod:`hpsearch.errors`.
    """
    _refuse_while_imported()
    settings: dict[str, object] = {"search.trials": trials, "seed": seed}
    settings |= {"metric.name": metric, "metric.goal": goal}
    local = None
    if function is not None:
        if not callable(function):
            raise UsageError(f"function must be callable; found {function!r:.80}")
        found = importable_as(function)
        local = function if found is None else None
        settings["objective"] = _objective(found, epochs)
    elif epochs is not None:
        raise UsageError("epochs is an argument for function=; set it in the config instead")
    given = [
        f"{key}={json.dumps(value, default=_plain)}" for key, value in settings.items() if value is not None
    ]
    name = getattr(function, "__name__", "search")
    search = _config(config, space, [*given, *overrides], name)
    with _callback() as callback:
        directory = start(
            search, callback, directory=None if output is None else Path(output), function=local
        )
    return load(directory)


def _config(
    config: object,
    space: Space | Sequence[Parameter] | Mapping[str, Any] | None,
    overrides: list[str],
    name: str,
) -> Config:
    if isinstance(config, Mapping) or (config is None and space is not None):
        mapping: Mapping[str, Any] = {} if config is None else config
        mapping = dict(mapping) if space is None else {**mapping, "space": space}
        return Config.from_mapping(mapping, overrides, name=name, origin="hpsearch.run")
    if space is not None:
        overrides = [f"space={json.dumps(space_data(space), default=_plain)}", *overrides]
    if isinstance(config, Config):
        return config.with_overrides(overrides)
    if isinstance(config, str | PathLike):
        return load_config(Path(config), overrides)
    raise UsageError(
        "run() takes the path of a config, a mapping or a Config; or space= and function=."
        f" Found {config!r:.80}"
    )


def _objective(found: tuple[str, Path] | None, epochs: int | None) -> dict[str, object]:
    """The objective section for a function, whether or not other processes can import it."""
    known = {} if epochs is None else {"epochs": epochs}
    if found is None:
        return {"python": known}
    name, directory = found
    return {"function": {"name": name, "directory": str(directory), **known}}


def _plain(number: Any) -> object:
    """A NumPy number as a Python number."""
    return number.item()


def _refuse_while_imported() -> None:
    """Refuse to search in a process that imports the user's module only to call a function in it.

    Raises:
        UsageError: This is such a process; it would start processes without end.
    """
    if module := user_function.IMPORTS:
        raise UsageError(
            f'{module} starts a search whenever it is imported. Call it under `if __name__ == "__main__":`'
        )


def resume(
    directory: str | PathLike[str],
    *,
    trials: int | None = None,
    function: Callable[..., Any] | None = None,
    accept_code_change: bool = False,
    accept_failures: bool = False,
    project: str | PathLike[str] | None = None,
) -> LoadedRun:
    """Continue a search, as ``hpsearch resume`` does.

    Args:
        directory: The run directory.
        trials: The total number of trials; by default as before.
        function: The function that a trial calls, if other processes cannot import the run's function.
        accept_code_change: If the code has changed, continue with the new code.
        accept_failures: Record the first trials even if all fail for a reason that no trial had before.
        project: Where the config's directory is now, if it is not found from the run.

    Returns:
        The run, open for reading.

    Raises:
        RunMismatch: The run started with different arithmetic, or its config or data have changed.
        HpsearchError: As listed in :mod:`hpsearch.errors`.
    """
    _refuse_while_imported()
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
    total = _plain(trials) if hasattr(trials, "item") else trials
    changes = {} if total is None else {"search.trials": total}
    with _callback() as callback:
        directory = resume_run(
            Path(directory),
            callback,
            changes=changes,
            function=function,
            accept_code_change=accept_code_change,
            accept_failures=accept_failures,
            project=None if project is None else Path(project),
        )
    return load(directory)


def load(directory: str | PathLike[str]) -> LoadedRun:
    """A run, open for reading: ``results()``, ``ranking(10)``, ``to_pandas()``, ``plot.history()``.

    Raises:
        RunError: The directory has no run, or the run cannot be read.
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
        DataError: Training diverged.
    """
    config = Config.from_resolved(Relocation(run).resolved())
    chosen = run.trial(run.trial_number(trial))
    preparation = prepare(config) if config.objective.kind == "network" else None
    if not isinstance(preparation, NetworkPreparation):
        kind = "Python function" if config.objective.kind == "python" else config.objective.kind
        raise UsageError(f"{run.directory} searches a {kind}; only the built-in network can be trained")
    if preparation.fingerprint() != run.meta("data"):
        raise RunMismatch(
            f"The data has changed since {run.directory} started, so its best values may no longer be good."
            " Restore the old data, or search the new data."
        )
    result = run.result(chosen.number)
    values = {**config.objective.constants, **chosen.values}
    curve = result.curve if result is not None and config.search.babysit else ()
    touches = touches_of(curve, Hyperparameters.from_values(values).learning_rate)
    last = final.best_epoch(config.metric, result) or len(curve) or None
    # The number of threads changes the last bits.
    with threadpool_limits(limits=config.run.threads, user_api="blas"):
        return final.train_final(
            preparation.dataset,
            values,
            chosen.seed,
            on_epoch or _ignore,
            last_epoch=last,
            touches=touches,
        )


def _ignore(epoch: int, epochs: int, loss: float) -> None:
    pass
