"""Many trials at once, in worker processes on this machine (joblib's loky): as many models as fish eggs.

A worker that dies takes the whole loky pool with it, and loky cannot say which trial it was running. So the
pool is rebuilt and the trials that were in flight run again one by one. A trial that kills its worker while
running alone, more often than it may be retried, is ``crashed``. The other trials lose only time.
"""

import contextlib
import ctypes
import os
import re
import signal
import sys
import warnings
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from multiprocessing import resource_tracker
from typing import Self

from joblib.externals.loky.backend import resource_tracker as loky_tracker
from joblib.externals.loky.process_executor import BrokenProcessPool, ProcessPoolExecutor

from hpsearch.errors import SystemLacking
from hpsearch.executors.executor import Plan
from hpsearch.machine.environment import SafePath
from hpsearch.machine.kernels import THREAD_VARIABLES
from hpsearch.machine.shortages import explain_shortage
from hpsearch.machine.signals import INTERRUPTS, interrupts_blocked
from hpsearch.objective import Objective, OnEpoch
from hpsearch.trial import Result, Status, Trial

PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Caviar:
    """A pool of worker processes.

    Args:
        objective: Runs a trial; it is pickled.
        workers: The number of processes.
        threads: The number of BLAS threads that each of them uses.
        retries: How often a trial runs again that killed its worker while running alone.
        on_epoch: Called after every epoch of a trial that has to run in this process.
        on_message: Called with messages for the user, as sentences.
    """

    def __init__(
        self,
        objective: Objective,
        workers: int,
        threads: int = 1,
        retries: int = 1,
        *,
        on_epoch: OnEpoch | None = None,
        on_message: Callable[[str], None] = warnings.warn,
    ) -> None:
        self.slots = workers
        self._objective = objective
        self._threads = threads
        self._retries = retries
        self._pool: ProcessPoolExecutor | None = None
        self._waiting: deque[Trial] = deque()
        self._suspects: deque[Trial] = deque()
        self._flight: dict[Future[Result], Trial] = {}
        self._deaths: Counter[int] = Counter()
        self._on_epoch = on_epoch
        self._on_message = on_message
        self._without_workers = False

    @classmethod
    def from_plan(cls, plan: Plan) -> Self:
        """The executor for a search."""
        return cls(
            plan.objective,
            plan.workers,
            plan.settings.threads,
            plan.retries,
            on_epoch=plan.on_epoch,
            on_message=plan.on_message,
        )

    def submit(self, trial: Trial) -> None:
        """Give a trial to the next free worker."""
        self._waiting.append(trial)
        self._dispatch()

    def wait(self) -> list[Result]:
        """The available results; waits for the first one."""
        results: list[Result] = []
        while not results:
            self._dispatch()
            if self._without_workers:
                return [self._objective(self._waiting.popleft(), self._on_epoch)]
            done, _ = wait(self._flight, return_when=FIRST_COMPLETED)
            if any(isinstance(future.exception(), BrokenProcessPool) for future in done):
                done, _ = wait(self._flight)  # the others fail too, or have just finished
            results = self._collect(done)
            self._dispatch()
        return results

    def close(self) -> None:
        """Kill every worker."""
        self._flight.clear()
        self._waiting.clear()
        self._suspects.clear()
        self._drop_pool()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _dispatch(self) -> None:
        """Submit what may run now: a single suspect, or everything that waits."""
        if self._without_workers:
            return
        if self._pool is not None and self._pool._flags.broken is not None:
            if self._flight:  # wait() must first handle the trials that were in the pool
                return
            self._drop_pool()
        if self._suspects:
            if not self._flight:
                self._send(self._suspects.popleft())
            return
        if any(trial.number in self._deaths for trial in self._flight.values()):
            return
        for _ in range(len(self._waiting)):
            if not self._without_workers:
                self._send(self._waiting.popleft())

    def _send(self, trial: Trial) -> None:
        try:
            self._submit(trial)
        except Exception as error:
            # Any error: loky's own cleanup fails if it cannot open a pipe.
            self._do_without_workers(trial, error)

    def _do_without_workers(self, trial: Trial, error: Exception) -> None:
        """From now on, run every trial in this process, in order; the search stays the same."""
        self._without_workers = True
        unsent = (trial, *self._flight.values(), *self._suspects, *self._waiting)
        self._flight.clear()
        self._suspects.clear()
        self._waiting = deque(sorted(unsent, key=lambda each: each.number))
        self._drop_pool()
        cause = error.__context__ if isinstance(error, UnboundLocalError) and error.__context__ else error
        self._on_message(
            "Trials run one after another, in this process, as workers cannot be started here:"
            f" {explain_shortage(cause)}."
        )

    def _submit(self, trial: Trial) -> None:
        if self._pool is None:
            with interrupts_blocked(), SafePath():
                for tracker in (resource_tracker, loky_tracker):
                    tracker.ensure_running()  # not with a worker: starting it unblocks some of the signals
            self._pool = ProcessPoolExecutor(
                max_workers=self.slots,
                env=dict.fromkeys(THREAD_VARIABLES, str(self._threads)),
                initializer=_begin_worker,
                initargs=(os.getpid(),),
            )
        try:
            # A worker started here gets no signal before _begin_worker has run.
            with interrupts_blocked(), SafePath():
                self._flight[self._pool.submit(self._objective, trial)] = trial
        except BrokenProcessPool:  # a worker has died since the last check; this trial was in none
            self._waiting.appendleft(trial)

    def _collect(self, done: set[Future[Result]]) -> list[Result]:
        results: list[Result] = []
        lost: list[Trial] = []
        reason = ""
        for future in done:
            trial = self._flight.pop(future)
            error = future.exception()
            if error is None:
                results.append(future.result())
            elif isinstance(error, SystemLacking):
                raise error
            elif isinstance(error, BrokenProcessPool):
                lost.append(trial)
                reason = _exit_codes(error)
            else:  # the result did not get through the pipe
                results.append(Result(trial.number, Status.FAILED, reason=f"{type(error).__name__}: {error}"))
        if lost:
            self._drop_pool()
            results += self._judge(lost, reason)
        return results

    def _judge(self, lost: list[Trial], reason: str) -> list[Result]:
        """Decide which of the trials lost with a worker run again, and which are given up."""
        for trial in lost:
            self._deaths[trial.number] += len(lost) == 1  # if others ran, nothing is proven
        if len(lost) == 1 and self._deaths[lost[0].number] > self._retries:
            deaths = self._deaths.pop(lost[0].number)
            text = f"its worker process died{reason}, {deaths} times, with no other trial running"
            return [Result(lost[0].number, Status.CRASHED, reason=text)]
        self._suspects.extend(sorted(lost, key=lambda trial: trial.number))
        return []

    def _drop_pool(self) -> None:
        if self._pool is None:
            return
        # Not with shutdown(kill_workers=True), whose thread fails on a trial submitted an instant before.
        for worker in list(self._pool._processes):
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        with contextlib.suppress(RuntimeError):  # its thread could not be started
            self._pool.shutdown(wait=True)
        self._pool = None


def _begin_worker(parent: int) -> None:
    """Make this worker ignore interrupts, and end with its parent."""
    for number in INTERRUPTS:
        # A handler that does nothing, instead of SIG_IGN, which programs started by a trial would inherit.
        signal.signal(number, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)


def _exit_codes(error: BaseException) -> str:
    """How the workers ended, as loky reports it, such as `` (SIGKILL(-9))``."""
    found = re.search(r"exit codes of the workers are \{(.*?)\}", str(error))
    return f" ({found[1]})" if found else ""
