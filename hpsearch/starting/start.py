"""Starting a search in a new run directory."""

from __future__ import annotations  # types are imported for annotations only

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits

from hpsearch.config import trial_config
from hpsearch.executors.choose import choose_executor
from hpsearch.loop import Deadline, report_outcome, run_search
from hpsearch.machine import kernels
from hpsearch.machine.versions import versions
from hpsearch.objectives.kinds import prepare
from hpsearch.search import ALGORITHM, Search
from hpsearch.standing import rows_of
from hpsearch.starting.epochs_note import EpochsNote
from hpsearch.starting.relocation import place_of
from hpsearch.starting.warm_start import known_by, known_data, load_portfolio, load_warm_start
from hpsearch.store import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from hpsearch.config import Config
    from hpsearch.loop import Callback
    from hpsearch.objectives.kinds import Preparation


def start(
    config: Config,
    callback: Callback,
    *,
    root: Path = Path("runs"),
    directory: Path | None = None,
    function: Callable[..., Any] | None = None,
) -> Path:
    """Run a new search.

    Args:
        config: The config.
        callback: Shows what happens.
        root: Where run directories are created, with the config's name and a number.
        directory: The run directory to create instead.
        function: The function that the trials of an objective ``python`` call.

    Returns:
        The run directory.

    Raises:
        ConfigError: The config does not fit the data or the runs it starts from; nothing was created.
        UsageError: The data or the user's code cannot be used; nothing was created.
        RunExists: The directory already exists.
        HpsearchError: As in :func:`hpsearch.loop.run_search`.
    """
    preparation = prepare(config, function)
    with new_run(config, preparation, callback.on_message, root=root, directory=directory) as run:
        run_remaining(run, config, preparation, callback)
    return run.directory


def new_run(
    config: Config,
    preparation: Preparation,
    on_message: Callable[[str], None],
    *,
    root: Path = Path("runs"),
    directory: Path | None = None,
) -> Run:
    """Create a run directory, with everything that its search will need.

    Args:
        config: The config of the search.
        preparation: The preparation of the config's objective.
        on_message: Shows notes.
        root: As for :func:`start`.
        directory: As for :func:`start`.

    Returns:
        The run, open for writing.

    Raises:
        ConfigError: As in :func:`start`.
        UsageError: As in :func:`start`.
        RunExists: As in :func:`start`.
    """
    notes = preparation.check()
    earlier, warm_start_notes = load_warm_start(config, root if directory is None else directory.parent)
    meta = {
        "config": config.resolved(),
        "source": config.source,
        "base": str(config.base),
        "overrides": list(config.overrides),
        "data": preparation.fingerprint(),
        "rows": preparation.rows(),
        "code": preparation.record(),
        "versions": versions(),
        "algorithm": ALGORITHM,
        "kernels": kernels.current_variables(),
        **known_data(earlier, load_portfolio(config)),
    }
    files = preparation.files()
    if directory is None:
        run = Run.create_numbered(root, config.name, config.source, meta, files)
    else:
        run = Run.create(directory, config.source, meta, files)
    run.set_meta(place=place_of(run.directory, config.base))
    for text in (*config.notes, *notes, *warm_start_notes, *_kernel_notes(config)):
        on_message(text)
    return run


def _kernel_notes(config: Config) -> list[str]:
    """A note if this process does not compute in the way that the config demands."""
    portable, own = kernels.portable_arithmetic(), kernels.arithmetic()
    if config.run.kernels != kernels.PORTABLE or own == portable:
        return []
    note = f"This search computes with {own} and is the same on computers with that arithmetic"
    if portable is None:
        return [f"{note}: there are no portable kernels for this architecture."]
    needed = kernels.describe_variables(kernels.variables(kernels.PORTABLE))
    note += (
        f", not with the portable {portable}: NumPy was loaded before hpsearch could choose, or its BLAS is"
        " not OpenBLAS. For portable results, write `from hpsearch import run` before NumPy is imported"
        f" (`import hpsearch` alone loads nothing yet), or set {needed} before Python starts."
    )
    return [note]


def search_of(run: Run, config: Config) -> Search:
    """The search of a run in its initial state, with its earlier knowledge."""
    return Search.from_config(config, *known_by(run, config.space))


def run_remaining(
    run: Run, config: Config, preparation: Preparation, callback: Callback, *, accept_failures: bool = False
) -> None:
    """Run the trials of a run that have no result yet.

    Args:
        run: The run, open for writing.
        config: The run's config.
        preparation: The preparation of the config's objective.
        callback: Shows what happens.
        accept_failures: As for :func:`hpsearch.loop.run_search`.

    Raises:
        HpsearchError: As in :func:`hpsearch.loop.run_search`.
    """
    if config.objective.runs_user_code:
        callback = EpochsNote(callback, config.objective.epochs)
    search = search_of(run, config)
    search.restore(*run.history())
    complete = True
    if search.finished:
        report_outcome(search, run, callback)
    else:
        if search.asked:
            run.event("resumed", "")
        here = replace(config.run, strategy="panda", workers=1, engine="local")
        executor, why = choose_executor(
            here if config.objective.kind == "python" else config.run,
            preparation.objective(run),
            trials=search.trials,
            lag=search.lag if search.waits(search.trials - 1) else None,
            run_directory=run.directory.resolve(),
            on_epoch=callback.on_epoch,
            on_message=callback.on_message,
        )
        # The number of BLAS threads changes the last bits of a matrix product, so use the run's.
        with closing(preparation), threadpool_limits(limits=config.run.threads, user_api="blas"):
            complete = run_search(
                search,
                executor,
                run,
                callback,
                lambda trial: trial_config(config, trial),
                preparation.watch(run),
                _deadline(config),
                accept_failures=accept_failures,
                why=why,
                rows=rows_of(config, run),
            )
    if complete:
        run.drop_data()


def _deadline(config: Config) -> Deadline | None:
    seconds = config.run.stop_after
    return None if seconds is None else Deadline(seconds, config.run.to_json()["stop_after"])
