"""Which executor runs a search, and with how many workers."""

from __future__ import annotations  # types are imported for annotations only

import contextlib
import importlib
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from hpsearch.errors import UsageError
from hpsearch.executors.executor import Executor, Plan
from hpsearch.machine.shortages import check_descriptors

if TYPE_CHECKING:
    from collections.abc import Callable

    from hpsearch.config.schema import RunSection
    from hpsearch.objective import Objective, OnEpoch

EXECUTORS = {
    "panda": "hpsearch.executors.panda:Panda",
    "caviar": "hpsearch.executors.caviar:Caviar",
    "dask": "hpsearch.executors.dask:Dask",
}
"""Module and class, by the value of ``run.strategy`` or, if it is not ``local``, of ``run.engine``.

A module is imported when it is used, because the packages that it needs may not be installed."""


def choose_executor(
    settings: RunSection,
    objective: Objective,
    *,
    trials: int,
    lag: int | None,
    run_directory: Path,
    on_epoch: OnEpoch,
    on_message: Callable[[str], None],
) -> tuple[Executor, str]:
    """The executor for a search, and why ``auto`` chose it; "" if it had no choice.

    Args:
        settings: The ``run`` section of the config.
        objective: Runs a trial.
        trials: The total number of trials.
        lag: How many trials may start beyond the oldest one without a result; None if trials never wait.
        run_directory: Where the objective may write; absolute.
        on_epoch: Called after every epoch of a trial that runs in this process.
        on_message: Called with messages for the user, as sentences.

    Raises:
        UsageError: A package that the executor needs is not installed.
        ClusterLost: The cluster cannot be reached.
        SystemLacking: Not even one trial at a time can run here.
    """
    check_descriptors()
    workers, why = (
        (1, "") if settings.strategy == "panda" else _count_workers(settings, trials, lag, on_message)
    )
    here = settings.strategy if settings.strategy != "auto" else "panda" if workers == 1 else "caviar"
    name = here if settings.engine == "local" else settings.engine
    executor = _load(name).from_plan(Plan(objective, workers, settings, run_directory, on_epoch, on_message))
    return executor, why if name == here and settings.strategy == "auto" else ""


def available_cpus() -> int:
    """How many CPUs this process may use, considering control groups and affinity."""
    with warnings.catch_warnings():
        # joblib warns if there are no semaphores; caviar reports that in plain words when it is used.
        warnings.filterwarnings("ignore", message=".*joblib will operate in serial mode")
        from joblib import cpu_count  # only here: panda does not need joblib, which is slow to import
    return int(cpu_count())


def memory_of_machine() -> int:
    """Bytes of memory that the processes of this machine or container may use."""
    sizes = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    with contextlib.suppress(OSError, ValueError):  # not Linux, or no limit
        sizes.append(int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    return min(sizes)


def _room(settings: RunSection) -> tuple[int, str]:
    """How many trials the machine has room for, and which resource limits that."""
    devices, cpus, threads = len(settings.devices), available_cpus(), settings.threads
    room = devices or max(1, cpus // threads)
    why = _count(devices, "device") if devices else _count(cpus, "CPU")
    if threads > 1 and not devices:
        why += f" and {threads} threads a trial"
    if settings.memory:
        memory = memory_of_machine()
        if memory // settings.memory < room:
            room = max(1, memory // settings.memory)
            why = f"{memory / 2**30:.3g} GiB of memory and {settings.memory / 2**30:.3g} GiB a trial"
    return room, why


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _count_workers(
    settings: RunSection, trials: int, lag: int | None, on_message: Callable[[str], None]
) -> tuple[int, str]:
    """How many trials can usefully run at once, and the reason.

    For the arguments see :func:`choose_executor`.
    """
    if settings.workers != "auto":
        return min(settings.workers, trials), _count(settings.workers, "worker")
    at_once = trials if lag is None else lag + 1
    if settings.scheduler or settings.scheduler_file:  # the executor will find out how large the cluster is
        return min(trials, at_once), ""
    machine, why = _room(settings)
    useful = min(machine, trials)
    if useful > at_once:
        on_message(
            f"Using {at_once} of {machine} workers: at most lag + 1 trials run at once."
            f" `search.lag: {useful - 1}` would use all of them. That is a different search, equally"
            f" reproducible; it needs about {useful - at_once} more trials to do as well."
        )
    if useful < machine:
        why = _count(trials, "trial")
    return (at_once, f"search.lag: {lag}") if at_once < useful else (useful, why)


def _load(name: str) -> type[Executor]:
    module, _, attribute = EXECUTORS[name].partition(":")
    try:
        executor: type[Executor] = getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"run.engine: {name} needs the package {error.name}. Install it: pip install 'hpsearch[{name}]'"
        ) from error
    return executor
