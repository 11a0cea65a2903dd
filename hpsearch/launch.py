"""Starting a search in a new run directory, and going on with one: everything around the loop."""

import functools
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from hpsearch import blas
from hpsearch.config import Config, Difference, trial_config
from hpsearch.config import load as load_config
from hpsearch.errors import RunMismatch
from hpsearch.executors import Caviar, Executor, Panda, available_cpus, dask
from hpsearch.loop import Callback, report_outcome, run_search
from hpsearch.objective import Objective
from hpsearch.search import FAULTS, Search
from hpsearch.store import Run
from hpsearch.warm_start import load_warm_start
from hpsearch.workload import Workload, workload

CHANGEABLE = (
    "search.trials",
    *(f"run.{key}" for key in ("strategy", "workers", "timeout", "memory", "retries", "retry_on", "devices")),
    *(f"run.{key}" for key in ("engine", "scheduler", "scheduler_file")),
)
"""What may differ when a run goes on; trials only upward. Anything else would be another search."""


def start(
    config: Config, callback: Callback, *, root: Path = Path("runs"), directory: Path | None = None
) -> Path:
    """Run a new search.

    Args:
        config: What to search.
        callback: Who shows what happens.
        root: Where run directories are made, numbered by the config's name.
        directory: The run directory to make instead.

    Returns:
        The run directory.

    Raises:
        ConfigError: The config does not fit the data or the runs it learns from; nothing was created.
        UsageError: The data or the user's code cannot be used; nothing was created.
        RunExists: The directory is there already.
        HpsearchError: As :func:`hpsearch.loop.run_search`.
    """
    work = workload(config)
    notes = work.check()
    prior_observations, warm_start_notes = load_warm_start(config)
    meta = {
        "config": config.resolved(),
        "source": config.source,
        "base": str(config.base),
        "overrides": list(config.overrides),
        "data": work.fingerprint(),
        "versions": versions(),
        "blas_kernel": blas.requested_kernel(),
        "prior_observations": [[dict(values), loss] for values, loss in prior_observations],
    }
    if directory is None:
        run = Run.create_numbered(root, config.name, config.source, meta)
    else:
        run = Run.create(directory, config.source, meta)
    with run:
        for text in (*config.notes, *notes, *warm_start_notes):
            callback.on_message(text)
        _search(run, config, work, callback)
    return run.directory


def resume(
    directory: Path,
    callback: Callback,
    *,
    changes: Mapping[str, Any] | None = None,
    retry_failed: bool = False,
    accept_data_change: bool = False,
) -> Path:
    """Go on with a search.

    Args:
        directory: Its run directory.
        callback: Who shows what happens.
        changes: New values of :data:`CHANGEABLE` settings, by dotted key.
        retry_failed: Run failed trials again.
        accept_data_change: If the data has changed, start a new run on it beside the old one.

    Returns:
        The run directory; another one if the data had changed.

    Raises:
        ConfigError: The code was changed, and cannot be used any more.
        RunMismatch: The config in the directory was changed, or the data.
        HpsearchError: As :meth:`hpsearch.store.Run.open` and :func:`hpsearch.loop.run_search`.
    """
    with Run.open(directory) as run:
        config = _changed_config(run, changes or {})
        work = workload(config)
        recorded, found = run.meta("data"), work.fingerprint()
        if recorded == found or not work.is_data:
            if recorded != found:
                work.check()
                callback.on_message(
                    "The code has changed since this run began; older results may not compare."
                )
                run.event("code changed", found)
            _warn_of_versions(run, callback)
            if config.resolved() != run.meta("config"):
                run.set_meta(config=config.resolved(), source=_source(run))
            if retry_failed:
                run.delete_results(result.number for result in run.results() if result.status in FAULTS)
            _search(run, config, work, callback)
            return directory
        config = _reread(run, changes or {})
    if not accept_data_change:
        raise RunMismatch(
            f"The data has changed since {directory} began: its SHA-256 was {recorded}, now it is {found}."
            " Results on different data do not compare. Put the old data back, or start a new run on the new"
            f" data by `hpsearch resume {directory} --accept-data-change`."
        )
    callback.on_message(f"The data has changed since {directory} began; starting a new run.")
    return start(config, callback, root=directory.parent)


def _search(run: Run, config: Config, work: Workload, callback: Callback) -> None:
    search = Search.from_config(config, [(values, loss) for values, loss in run.meta("prior_observations")])
    search.restore(run.trials(), run.results())
    if search.finished:
        report_outcome(search, run, callback)
    else:
        if search.asked:
            run.event("resumed", "")
        work.prepare(run)
        executor = _executor(config, search, work.objective(run), run, callback)
        # The number of BLAS threads changes the last bits of a matrix product, so it is the run's.
        with threadpool_limits(limits=config.run.threads, user_api="blas"):
            run_search(search, executor, run, callback, lambda trial: trial_config(config, trial))
    run.drop_data()


def _executor(config: Config, search: Search, objective: Objective, run: Run, callback: Callback) -> Executor:
    """Panda or caviar: a question of resources. Or a cluster."""
    settings = config.run
    retries = settings.retries if "crash" in settings.retry_on else 0
    workers = 1 if settings.strategy == "panda" else _workers(config, search, callback)
    if settings.engine == "dask":
        return dask()(
            objective,
            workers,
            run_directory=run.directory.resolve(),
            scheduler=settings.scheduler,
            scheduler_file=settings.scheduler_file,
            exactly=settings.workers != "auto",
            threads=settings.threads,
            retries=retries,
        )
    if settings.strategy == "panda" or (settings.strategy == "auto" and workers == 1):
        return Panda(functools.partial(objective, on_epoch=callback.on_epoch))
    return Caviar(objective, workers, settings.threads, retries)


def _workers(config: Config, search: Search, callback: Callback) -> int:
    """How many workers there is a use for."""
    settings = config.run
    if settings.workers != "auto":
        return min(settings.workers, search.trials)
    if settings.scheduler or settings.scheduler_file:  # how large that is, the executor will see
        return min(search.trials, search.lag + 1 if search.waits(search.trials - 1) else search.trials)
    machine = len(settings.devices) or max(1, available_cpus() // settings.threads)
    useful = min(machine, search.trials)
    if search.waits(search.trials - 1) and useful > search.lag + 1:
        callback.on_message(
            f"Using {search.lag + 1} of {machine} workers: no more than lag + 1 trials may run at once. With"
            f" `search.lag: {useful - 1}` all would be used (another search, equally reproducible)."
        )
        return search.lag + 1
    return useful


def _changed_config(run: Run, changes: Mapping[str, Any]) -> Config:
    """The config to go on with: the frozen one, with an edited ``config.yaml`` and ``changes`` taken in.

    Args:
        run: The run.
        changes: New values of :data:`CHANGEABLE` settings, by dotted key.

    Raises:
        RunMismatch: Something other than :data:`CHANGEABLE` differs, or there would be fewer trials.
        ConfigError: The edited file, or a change, is wrong.
    """
    frozen = Config.from_resolved(run.meta("config"))
    path = run.directory / "config.yaml"
    edits: list[Difference] = []
    if (edited := _source(run)) != run.meta("source"):
        # What was edited changes, and not what the first command's arguments had overridden.
        before, after = (Config.parse(text, path, base=_base(run)) for text in (run.meta("source"), edited))
        edits = before.differences(after)
    refused = [each for each in edits if each.key not in CHANGEABLE]
    changes = {each.key: each.theirs for each in edits if each.key in CHANGEABLE} | dict(changes)
    if changes.get("search.trials", frozen.search.trials) < frozen.search.trials:
        refused.append(Difference("search.trials", frozen.search.trials, changes["search.trials"]))
    if refused:
        listed = "".join(f"\n  {each.key}: {each.ours} → {each.theirs}" for each in refused)
        raise RunMismatch(
            f"{run.directory} was searched with another config:{listed}\n"
            f"Only {', '.join(CHANGEABLE)} may change, trials only upward. Leave the rest of {path} as it"
            f" was, or start a new run: `hpsearch run {path}`."
        )
    resolved = run.meta("config")
    for key, value in changes.items():
        section, _, name = key.partition(".")
        resolved[section][name] = value
    return Config.from_resolved(resolved)


def _source(run: Run) -> str:
    """The text of the ``config.yaml`` in a run directory; what it was, if it is gone."""
    try:
        return (run.directory / "config.yaml").read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return str(run.meta("source"))


def _reread(run: Run, changes: Mapping[str, Any]) -> Config:
    """The config that ``config.yaml`` and the first search's arguments give now."""
    resolved = run.meta("config")
    given = [f"{key}={value}" for key, value in changes.items()]
    overrides = [*run.meta("overrides"), f"name={resolved['name']}", *given]
    return load_config(run.directory / "config.yaml", overrides, base=_base(run))


def _base(run: Run) -> Path:
    """What relative paths in the config are relative to."""
    return Path(run.meta("base"))


def versions() -> dict[str, Any]:
    """What the numbers of a search may depend on besides its config."""
    blas = [
        {key: library.get(key) for key in ("internal_api", "version", "architecture", "threading_layer")}
        for library in threadpool_info()
        if library.get("user_api") == "blas"
    ]
    return {
        "hpsearch": version("hpsearch"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": blas,
    }


def _warn_of_versions(run: Run, callback: Callback) -> None:
    before, now = run.meta("versions"), versions()
    for name in now:
        if before[name] != now[name]:
            text = f"This run began with {name} {before[name]}; this is {now[name]}."
            callback.on_message(
                f"{text} New trials may differ in their last digits from what they would have been."
            )
