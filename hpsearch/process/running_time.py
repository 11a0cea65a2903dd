"""A clock that does not run while this process is stopped.

A process is stopped by Ctrl-Z, when its container is frozen and, on some systems, when a laptop sleeps. Time
in which it could not run must not count against the timeout of a trial.
"""

import threading
import time

STEP_SECONDS = 0.1
"""Who waits by this clock asks it at least this often."""

LONGEST_STEP = 0.4
"""Seconds; on a busy machine a step takes longer than it should. This much of each stop counts."""

SECONDS_PER_CPU_SECOND = 10.0
"""A process that computes asks less often, but gets at least this share of a busy machine."""


class RunningTime:
    """Seconds since the first call that this process was able to run.

    A step from one call to the next counts as far as the process waited briefly or computed meanwhile.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds = 0.0
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def __call__(self) -> float:
        """The seconds so far; never decreases."""
        with self._lock:
            wall, cpu = time.monotonic(), time.process_time()
            most = LONGEST_STEP + SECONDS_PER_CPU_SECOND * (cpu - self._cpu)
            self._seconds += min(wall - self._wall, most)
            self._wall, self._cpu = wall, cpu
            return self._seconds


running_time = RunningTime()
"""The clock of this process."""
