"""Trials on a Dask cluster: one that is already running, or one of processes on this machine.

Dask runs the trial of a lost worker again on another one, and gives up on a task whose workers keep dying.
Another trial may have killed them, so the trial then runs once more with no other trial in flight; if that
ends in the same way, it is ``crashed``.
"""

from __future__ import annotations  # Future has become generic only lately

import contextlib
import logging
import queue
import warnings
from collections import deque
from collections.abc import Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from distributed import Client, Future, LocalCluster
from distributed.scheduler import KilledWorker
from distributed.versions import VersionMismatchWarning

from hpsearch.commands import command
from hpsearch.errors import ClusterLost, SystemLacking, UsageError
from hpsearch.executors.dask_cluster import (
    COMPARED,
    CONNECT_SECONDS,
    POLL_SECONDS,
    compared_versions,
    existing,
    local_cluster,
)
from hpsearch.executors.dask_worker import Files, Kernels, run_trial
from hpsearch.executors.executor import Plan
from hpsearch.machine import kernels
from hpsearch.machine.environment import SafePath
from hpsearch.machine.shortages import explain_shortage
from hpsearch.objective import Objective
from hpsearch.running import CurveFile, curve_file
from hpsearch.trial import Result, Status, Trial


class Dask:
    """A Dask cluster.

    Args:
        objective: Runs a trial; it is pickled.
        most: How many trials to run at once.
        run_directory: A directory that the objective writes to; workers that do not see it get their own
            files. What trials write there is lost, except the epochs that they report, which are sent back.
        scheduler: The address of the scheduler.
        scheduler_file: The file with the scheduler's address. With neither, there is a cluster of
            ``most`` processes on this machine.
        exactly: Whether ``most`` trials are given to the cluster even if it has fewer threads now, because
            more may come.
        threads: How many BLAS threads a worker uses.
        retries: How often Dask runs a trial again in a cluster on this machine; elsewhere the scheduler's
            ``allowed-failures`` applies.

    Raises:
        ClusterLost: The cluster cannot be reached, or has no workers.
        UsageError: Its workers have other versions than this process.
    """

    def __init__(
        self,
        objective: Objective,
        most: int,
        *,
        run_directory: Path,
        scheduler: str | None = None,
        scheduler_file: str | None = None,
        exactly: bool = False,
        threads: int = 1,
        retries: int = 1,
    ) -> None:
        self._objective = objective
        self._resume = command("resume", run_directory)
        self._threads = threads
        self._files: str | None = None
        self._trials = run_directory / "trials"
        self._curves: dict[
            int, tuple[CurveFile, str]
        ] = {}  # of trials in flight, with the name of the attempt
        self._surroundings = contextlib.ExitStack()
        self._cluster: LocalCluster | None = None
        self._client = self._connect(most, scheduler, scheduler_file, retries)
        self._flight: dict[Future[Result], Trial] = {}
        self._waiting: deque[Trial] = deque()
        self._suspects: deque[Trial] = deque()
        self._alone: int | None = None
        self._done: queue.SimpleQueue[Future[Result]] = queue.SimpleQueue()
        try:
            available = self._meet_workers()
            self._check_versions()
            self._set_kernels()
            if not all(self._client.run(run_directory.exists).values()):
                self._ship(objective)
                self._client.subscribe_topic(self._files, self._keep_epochs)
        except BaseException:
            self.close()
            raise
        self.slots = most if exactly else min(most, available)

    @classmethod
    def from_plan(cls, plan: Plan) -> Self:
        """The executor for a search."""
        settings = plan.settings
        return cls(
            plan.objective,
            plan.workers,
            run_directory=plan.run_directory,
            scheduler=settings.scheduler,
            scheduler_file=settings.scheduler_file,
            exactly=settings.workers != "auto",
            threads=settings.threads,
            retries=plan.retries,
        )

    def submit(self, trial: Trial) -> None:
        """Give a trial to the cluster."""
        self._waiting.append(trial)
        self._dispatch()

    def wait(self) -> list[Result]:
        """The available results; waits for the first one.

        Raises:
            ClusterLost: The scheduler is gone.
        """
        results: list[Result] = []
        while not results:
            try:
                futures = [self._done.get(timeout=POLL_SECONDS)]
            except queue.Empty:
                self._check_scheduler()
                continue
            while not self._done.empty():
                futures.append(self._done.get())
            for future in futures:
                results += self._collect(future)
            self._dispatch()
        return results

    def close(self) -> None:
        """Cancel running trials, and leave the cluster; end it if this process started it."""
        if self._client.status == "running":
            self._client.cancel(list(self._flight), force=True)
        self._flight.clear()
        self._client.close(timeout=CONNECT_SECONDS)
        if self._cluster is not None:
            self._cluster.close(timeout=CONNECT_SECONDS)
        self._surroundings.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _dispatch(self) -> None:
        """Submit what may run now: a single suspect, or everything that waits."""
        if self._suspects:
            if not self._flight:
                trial = self._suspects.popleft()
                self._alone = trial.number
                self._send(trial)
        elif self._alone is None:
            while self._waiting:
                self._send(self._waiting.popleft())

    def _send(self, trial: Trial) -> None:
        future = self._client.submit(
            run_trial,
            self._objective,
            trial,
            self._threads,
            self._files,
            pure=False,
            key=f"hpsearch-{uuid4().hex}",
        )
        self._flight[future] = trial
        if self._files is not None:
            file = CurveFile(curve_file(self._trials / f"{trial.number:05d}"))
            file.clear()
            self._curves[trial.number] = file, ""
        future.add_done_callback(self._done.put)

    def _collect(self, future: Future[Result]) -> list[Result]:
        """The result of a task that has ended; None if its trial runs again."""
        trial = self._flight.pop(future)
        self._curves.pop(trial.number, None)
        was_alone = self._alone == trial.number
        if was_alone:
            self._alone = None
        # Cancelled, as all tasks are when the scheduler is gone.
        if future.status not in ("finished", "error"):
            raise self._lost()
        try:
            result: Result = future.result()
        except KilledWorker:
            if not was_alone:
                self._suspects.append(trial)
                return []
            reason = "the workers that ran it kept dying, with no other trial running"
            result = Result(trial.number, Status.CRASHED, reason=reason)
        except (CancelledError, OSError):
            raise self._lost() from None
        except Exception as error:  # the result did not get through the pipe
            result = Result(trial.number, Status.FAILED, reason=f"{type(error).__name__}: {error}")
        return [result]

    def _keep_epochs(self, event: tuple[float, tuple[int, str, Sequence[str]]]) -> None:
        """Write epochs of a running trial to this machine's disk, where all views read them."""
        _, (number, attempt, lines) = event
        file, before = self._curves.get(number, (None, ""))
        if file is None:  # its result has arrived
            return
        if attempt != before:
            file.clear()
            self._curves[number] = file, attempt
        file.append(lines)

    def _connect(self, most: int, scheduler: str | None, file: str | None, retries: int) -> Client:
        # Errors that it logs are raised here.
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
        options: dict[str, Any] = {"timeout": CONNECT_SECONDS, "set_as_default": False}
        try:
            with warnings.catch_warnings(action="ignore", category=VersionMismatchWarning):
                if scheduler:
                    return Client(scheduler, **options)
                if file:
                    return Client(scheduler_file=existing(file, CONNECT_SECONDS), **options)
                self._surroundings.enter_context(SafePath())  # dask may restart a worker at any time
                self._cluster = local_cluster(most, retries)
                return Client(self._cluster, **options)
        except Exception as error:
            if scheduler or file:
                if not isinstance(error, OSError | ValueError):  # ValueError: not an address
                    raise
            else:
                raise SystemLacking(
                    f"A Dask cluster cannot be started on this machine: {explain_shortage(error)}. It needs"
                    " processes, sockets and semaphores (/dev/shm). Or set run.engine: local, without Dask."
                ) from error
            raise ClusterLost(
                f"The Dask scheduler at {scheduler or file} cannot be reached: {error}. Check that it is"
                f" running and that the address is right, then continue with {self._resume}."
            ) from error

    def _meet_workers(self) -> int:
        """Wait for a worker; returns the number of threads of all workers.

        Raises:
            ClusterLost: No worker arrives.
        """
        try:
            self._client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError:
            raise ClusterLost(
                f"The Dask cluster has had no worker for {CONNECT_SECONDS} s. Start workers, then continue"
                f" with {self._resume}."
            ) from None
        return sum(self._client.nthreads().values())

    def _check_versions(self) -> None:
        """Compare the versions that the results and the communication with the cluster depend on.

        Raises:
            UsageError: The scheduler or a worker has other versions than this process.
        """
        found: Any = self._client.get_versions(packages=COMPARED)
        own = compared_versions(found["client"])
        machines = {"the scheduler": found["scheduler"]}
        machines |= {f"the worker {address}": each for address, each in found["workers"].items()}
        for machine, versions in machines.items():
            for name, theirs in compared_versions(versions).items():
                if theirs != own[name]:
                    raise UsageError(
                        "All machines of a cluster need the same versions, or results would differ:"
                        f" {name} is {theirs} on {machine} but {own[name]} here. Install the same on both."
                    )

    def _set_kernels(self) -> None:
        """Make every worker, including later ones, compute as this process does.

        Raises:
            UsageError: A worker has already loaded NumPy with other kernels.
        """
        variables, own = kernels.current_variables(), kernels.arithmetic()
        self._client.register_plugin(Kernels(variables), name="hpsearch-kernels")
        for address, theirs in self._client.run(kernels.arithmetic).items():
            if theirs != own:
                raise UsageError(
                    "All machines of a cluster need the same arithmetic, or results would differ: it is"
                    f" {theirs} on the worker {address}, and {own} here. Start the workers with"
                    f" {kernels.describe_variables(variables)}."
                )

    def _ship(self, objective: Objective) -> None:
        """Give every worker, including later ones, the objective's files."""
        self._files = f"hpsearch-{uuid4().hex}"
        self._client.register_plugin(Files(self._files, objective.files()), name=self._files)

    def _check_scheduler(self) -> None:
        if self._client.status != "running":
            raise self._lost()

    def _lost(self) -> ClusterLost:
        return ClusterLost(
            "The Dask scheduler is gone. Finished trials are saved. When a scheduler is running again,"
            f" continue with {self._resume}. If its address has changed, first edit run.scheduler in the"
            " run's config.yaml."
        )
