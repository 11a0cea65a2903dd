"""Networks whose trials misbehave. Workers import this, so it imports little."""

import fcntl
import math
import os
import signal
from collections.abc import Callable, Generator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from hpsearch.objective import Heartbeat, OnEpoch
from hpsearch.objectives.follow import follow
from hpsearch.objectives.network import NetworkObjective
from hpsearch.trial import Result, Trial

Reports = Generator[dict[str, Any], None, None]


class Deadly(NetworkObjective):
    """Some trials end their process.

    The environment variable ``DEADLY`` names the trials, and ``DEATHS`` says how often each dies. The ways of
    ``HOW`` are used in turn.
    """

    def __call__(
        self, trial: Trial, on_epoch: OnEpoch | None = None, heartbeat: Heartbeat | None = None
    ) -> Result:
        """Die, or run the trial."""
        deadly = os.environ["DEADLY"].split()
        if str(trial.number) in deadly:
            self.trials.mkdir(exist_ok=True)
            deaths = self.trials / f"deaths-{trial.number}"
            died = deaths.stat().st_size if deaths.exists() else 0
            if died < int(os.environ["DEATHS"]):
                deaths.write_bytes(b"x" * (died + 1))
                HOW[deadly.index(str(trial.number)) % len(HOW)]()
        return super().__call__(trial, on_epoch, heartbeat)


HOW: tuple[Callable[[], None], ...] = (
    lambda: os.kill(os.getpid(), signal.SIGKILL),  # as when out of memory
    lambda: os.kill(os.getpid(), signal.SIGSEGV),
    lambda: os._exit(0),
)
"""Ways to end one's process."""


class Alone(NetworkObjective):
    """Leaves a file ``twice`` behind if one trial runs in two processes at once."""

    def __call__(
        self, trial: Trial, on_epoch: OnEpoch | None = None, heartbeat: Heartbeat | None = None
    ) -> Result:
        """Run the trial, under a separate lock that is released with its process."""
        directory = Path(os.environ["LOCKS"])
        with (directory / f"{trial.number}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                (directory / "twice").touch()
            return super().__call__(trial, on_epoch, heartbeat)


class Failing(NetworkObjective):
    """Every trial raises an exception."""

    def __call__(
        self, trial: Trial, on_epoch: OnEpoch | None = None, heartbeat: Heartbeat | None = None
    ) -> Result:
        """Raise an exception, like a trial's code."""

        def records() -> Reports:
            raise RuntimeError("CUDA out of luck")
            yield {}

        return follow(trial, self.metric, records())


DIVERGED = (math.nan, math.inf, -math.inf, np.float32("nan"), -(10**400), Decimal("nan"))
FAILED = (0.1 + 0j, "0.1", b"0.1", None, True, [0.1], np.array([0.1, 0.2]), object(), float)
ODD = (*DIVERGED, *FAILED)


class Odd(NetworkObjective):
    """Every third trial reports one of :data:`ODD` in its last epoch."""

    def __call__(
        self, trial: Trial, on_epoch: OnEpoch | None = None, heartbeat: Heartbeat | None = None
    ) -> Result:
        """Report."""
        third, rest = divmod(trial.number, 3)

        def records() -> Reports:
            yield {"val_error": 0.5, "val_loss": 0.5}
            yield {"val_error": 0.25 if rest else ODD[third], "val_loss": 0.25}

        return follow(trial, self.metric, records())
