"""The ``run`` section: what in it goes with what."""

import os
import sys
from pathlib import Path

from hpsearch.config.reader import Reader
from hpsearch.config.schema import RunSection, SearchSection
from hpsearch.searchers import METHODS

CODE = ("function", "command")


def check_run(search: SearchSection, run: RunSection, kind: str, reader: Reader) -> None:
    """Reports settings that have no effect with the others.

    Args:
        search: The ``search`` section.
        run: The ``run`` section.
        kind: What kind of objective is run.
        reader: The config.
    """
    _check_workers(search, run, reader)
    if search.repeats > 1 and kind in CODE:
        rule = "goes with the network only; a function or command may run several seeds itself"
        reader.report(("search", "repeats"), rule)
    for key in ("memory", "devices"):
        if getattr(run, key) and kind not in CODE:
            reader.report(("run", key), "goes with a function or command only", hint="Remove it", key=True)
    if run.memory and not sys.platform.startswith("linux"):
        reader.report(("run", "memory"), "is watched on Linux only", hint="Remove it", key=True)
    if run.devices and run.engine == "dask":
        hint = "Give each Dask worker its device when it is started, as dask-cuda does"
        reader.report(("run", "devices"), "goes with engine: local only", hint=hint, key=True)
    if run.devices and run.workers != "auto" and run.workers > len(run.devices):
        rule = f"must be at most {len(run.devices)}, the number of devices"
        reader.report(("run", "workers"), rule, hint="List a device twice for two trials to share it")
    for key in ("scheduler", "scheduler_file"):
        if getattr(run, key) and run.engine != "dask":
            reader.report(
                ("run", key), "goes with engine: dask only", hint="Write run.engine: dask", key=True
            )
    if run.scheduler and run.scheduler_file:
        reader.report(("run", "scheduler_file"), "means the same as scheduler", hint="Keep one of the two")
    if run.scheduler and "://" not in run.scheduler:
        hint = f"Write tcp://{run.scheduler}"
        reader.report(("run", "scheduler"), "must be an address such as tcp://host:8786", hint=hint)


def _check_workers(search: SearchSection, run: RunSection, reader: Reader) -> None:
    if run.strategy == "panda" and run.workers not in ("auto", 1):
        rule = "must be 1 or auto with strategy: panda, which runs one trial after another"
        reader.report(("run", "workers"), rule, hint="Write strategy: caviar to run several at once")
        return
    waits = METHODS[search.method].adaptive or search.early_stopping is not None
    if run.workers == "auto" or not waits or run.workers <= search.lag + 1:
        return
    rule = f"must be at most search.lag + 1 = {search.lag + 1}: no more trials run at once"
    hint = f"Write search.lag: {run.workers - 1} (another search, as reproducible), or fewer workers"
    reader.report(("run", "workers"), rule, hint=hint)


def absolute_scheduler_file(run: RunSection, base: Path | None) -> RunSection:
    """The section with the path of the scheduler file made absolute.

    Args:
        run: The section.
        base: What relative paths start from; None to take them as they are.
    """
    if run.scheduler_file is None or base is None:
        return run
    path = os.path.abspath(base / os.path.expanduser(run.scheduler_file))  # noqa: PTH100, PTH111 -- as for data files
    return run.model_copy(update={"scheduler_file": path})
