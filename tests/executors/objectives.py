"""Objectives that misbehave, for executors to run in other processes."""

import os
import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hpsearch.trial import Result, Status, Trial


class Simple:
    """An objective that needs no files."""

    def files(self) -> Mapping[str, bytes]:
        """None."""
        return {}

    def with_root(self, root: Path) -> Self:
        """Itself."""
        return self


@dataclass(frozen=True)
class Killer(Simple):
    """Some trials end their process a given number of times.

    Attributes:
        directory: The directory in which their deaths are counted.
        deaths: How often each of these trials ends its process.
        how: Whether they end by ``kill``, ``exit`` or ``segfault``.
    """

    directory: Path
    deaths: tuple[tuple[int, int], ...]
    how: str = "kill"

    def __call__(self, trial: Trial, on_epoch: object = None, heartbeat: object = None) -> Result:
        died = len(list(self.directory.glob(f"{trial.number}-*")))
        if died < dict(self.deaths).get(trial.number, 0):
            (self.directory / f"{trial.number}-{died}").touch()
            if self.how == "exit":
                os._exit(0)
            os.kill(os.getpid(), signal.SIGSEGV if self.how == "segfault" else signal.SIGKILL)
        return Result(trial.number, Status.DONE, float(trial.number))


@dataclass(frozen=True)
class Environment(Simple):
    """Answers with a description of its process, as the reason of a result."""

    def __call__(self, trial: Trial, on_epoch: object = None, heartbeat: object = None) -> Result:
        import numpy as np
        from threadpoolctl import threadpool_info

        np.zeros((2, 2)) @ np.zeros((2, 2))
        threads = {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}
        text = f"{os.getpid()} {os.getppid()} {threads}"
        return Result(trial.number, Status.DONE, 1.0, reason=text)


@dataclass(frozen=True)
class Interrupted(Simple):
    """Sends its own process the signals that a terminal and a supervisor send."""

    def __call__(self, trial: Trial, on_epoch: object = None, heartbeat: object = None) -> Result:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        return Result(trial.number, Status.DONE, 1.0)


@dataclass(frozen=True)
class Unpicklable(Simple):
    """Answers with something that cannot be sent back."""

    def __call__(self, trial: Trial, on_epoch: object = None, heartbeat: object = None) -> Result:
        return Result(trial.number, Status.DONE, 1.0, final={"x": threading.Lock()})


@dataclass(frozen=True)
class Stuck(Simple):
    """Never answers; says which process it is in."""

    directory: Path

    def __call__(self, trial: Trial, on_epoch: object = None, heartbeat: object = None) -> Result:
        (self.directory / f"pid-{os.getpid()}").touch()
        signal.pause()
        raise AssertionError


@dataclass(frozen=True)
class KilledBeside:
    """Trial 0 ends its process twice: first while trial 1 runs, then wherever it is run again.

    Attributes:
        directory: The directory through which the two communicate.
    """

    directory: Path

    def __call__(self, trial: Trial) -> Result:
        died = len(list(self.directory.glob("died-*")))
        (self.directory / f"begun-{trial.number}").touch()
        if not died:
            while len(list(self.directory.glob("begun-*"))) < 2:
                time.sleep(0.001)
        if trial.number == 0 and died < 2:
            (self.directory / f"died-{died}").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if not died:
            signal.pause()  # until the pool is rebuilt
        return Result(trial.number, Status.DONE, float(trial.number))
