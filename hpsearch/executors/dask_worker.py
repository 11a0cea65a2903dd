"""The worker's side of a search on Dask: its setup, and running a trial."""

import contextlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from distributed import Status as WorkerStatus
from distributed import WorkerPlugin, get_worker
from threadpoolctl import threadpool_limits

from hpsearch.machine import kernels
from hpsearch.machine.environment import set_variables
from hpsearch.objective import Objective
from hpsearch.running import passed_on
from hpsearch.trial import Result, Trial

RUNNING = ("executing", "long-running")
ENDING = (WorkerStatus.closing, WorkerStatus.closed, WorkerStatus.failed)


class Kernels(WorkerPlugin):
    """Makes a worker compute with some kernels, if it has not loaded NumPy yet.

    Args:
        variables: See :func:`hpsearch.machine.kernels.variables`.
    """

    def __init__(self, variables: Mapping[str, str | None]) -> None:
        self._variables = variables

    def setup(self, worker: Any) -> None:
        """Called on every worker when it, or the plugin, is added."""
        if "numpy" not in sys.modules and kernels.supported(self._variables):
            set_variables({name: self._variables.get(name) for name in kernels.VARIABLES})


class Files(WorkerPlugin):
    """Writes files into the local directory of a worker.

    Args:
        name: The name of the directory.
        files: Their contents, by relative path.
    """

    def __init__(self, name: str, files: Mapping[str, bytes]) -> None:
        self.name = name
        self._contents = files

    def setup(self, worker: Any) -> None:
        """Called on every worker when it, or the plugin, is added."""
        for relative, content in self._contents.items():
            path = Path(worker.local_directory) / self.name / relative
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_bytes(content)


class Abandoned(BaseException):
    """No process is waiting for the result of a trial."""


def run_trial(objective: Objective, trial: Trial, threads: int, files: str | None) -> Result:
    """Run a trial, in a worker.

    Args:
        objective: Runs it.
        trial: The trial.
        threads: How many BLAS threads to use.
        files: The directory of the objective's files, from :class:`Files`; epochs are sent under that name.
            None if this machine has the run directory.

    Raises:
        Abandoned: The search is gone.
    """
    worker = get_worker()
    task = worker.state.tasks[worker.get_current_task()]

    def heartbeat() -> None:
        # Dask never ends a running task; when the search is interrupted or killed, Dask only forgets it.
        if task.state not in RUNNING or worker.status in ENDING:
            raise Abandoned

    threadpool_limits(limits=threads, user_api="blas")  # permanently: another trial may run in another thread
    if files is None:
        return objective(trial, heartbeat=heartbeat)
    objective = objective.with_root(Path(worker.local_directory) / files)
    attempt = uuid4().hex

    def send(lines: Sequence[str]) -> None:
        with contextlib.suppress(RuntimeError, OSError):  # the worker is closing
            worker.log_event(files, [trial.number, attempt, list(lines)])

    with passed_on(send) as on_epoch:
        return objective(trial, on_epoch=on_epoch, heartbeat=heartbeat)
