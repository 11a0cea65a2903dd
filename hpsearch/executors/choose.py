"""Which executor runs a search, and with how many workers."""

from __future__ import annotations  # types are imported for annotations only

import importlib
import warnings
from typing import TYPE_CHECKING

from hpsearch.errors import UsageError
from hpsearch.executors.executor import Executor, Plan
from hpsearch.shortages import check_descriptors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hpsearch.config.schema import RunSection
    from hpsearch.objective import Objective, OnEpoch

EXECUTORS = {
    "panda": "hpsearch.executors.panda:Panda",
    "caviar": "hpsearch.executors.caviar:Caviar",
    "dask": "hpsearch.executors.dask:Dask",
}
"""By the name that ``run.strategy`` or, if it is not ``local``, ``run.engine`` gives: module and class.

Imported when one is used; what it needs may not be installed."""


def choose_executor(
    settings: RunSection,
    objective: Objective,
    *,
    trials: int,
    lag: int | None,
    run_directory: Path,
    on_epoch: OnEpoch,
    on_message: Callable[[str], None],
) -> Executor:
    """The executor for a search.

    Args:
        settings: The ``run`` section of the config.
        objective: Runs a trial.
        trials: How many trials there are in all.
        lag: By how many trials the last one may run ahead; None if trials wait for nothing.
        run_directory: Where the objective may write; absolute.
        on_epoch: Called after every epoch of a trial that runs in this process.
        on_message: Called with what the user should know, as a sentence.

    Raises:
        UsageError: What the executor needs is not installed.
        ClusterLost: The cluster cannot be reached.
        SystemLacking: Not even one trial after another can run here.
    """
    check_descriptors()
    workers = 1 if settings.strategy == "panda" else _count_workers(settings, trials, lag, on_message)
    here = settings.strategy if settings.strategy != "auto" else "panda" if workers == 1 else "caviar"
    name = here if settings.engine == "local" else settings.engine
    return _load(name).from_plan(Plan(objective, workers, settings, run_directory, on_epoch, on_message))


def available_cpus() -> int:
    """How many CPUs this process may use, control groups and affinity considered."""
    with warnings.catch_warnings():
        # Where there are no semaphores. Caviar says it in plain words if it is asked to run.
        warnings.filterwarnings("ignore", message=".*joblib will operate in serial mode")
        from joblib import cpu_count  # only here: panda does without joblib, which takes long to import
    return int(cpu_count())


def _count_workers(
    settings: RunSection, trials: int, lag: int | None, on_message: Callable[[str], None]
) -> int:
    """How many trials can usefully run at once; for the arguments see :func:`choose_executor`."""
    if settings.workers != "auto":
        return min(settings.workers, trials)
    at_once = trials if lag is None else lag + 1
    if settings.scheduler or settings.scheduler_file:  # the executor will see how large the cluster is
        return min(trials, at_once)
    machine = len(settings.devices) or max(1, available_cpus() // settings.threads)
    useful = min(machine, trials)
    if useful > at_once:
        on_message(
            f"Using {at_once} of {machine} workers: at most lag + 1 trials run at once. With"
            f" `search.lag: {useful - 1}` all of them would be used. That is another search, equally"
            f" reproducible, which needs about {useful - at_once} more trials to get as far."
        )
    return min(useful, at_once)


def _load(name: str) -> type[Executor]:
    module, _, attribute = EXECUTORS[name].partition(":")
    try:
        executor: type[Executor] = getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"run.engine: {name} needs the package {error.name}. Install it: pip install 'hpsearch[{name}]'"
        ) from error
    return executor
