"""A clock that does not run while this process is suspended.

A process is suspended by Ctrl-Z, when its container is frozen and, on some systems, when a laptop sleeps.
Time in which it could not run must not count towards the timeout of a trial.
"""

import threading
import time

STEP_SECONDS = 0.1
"""Seconds; code that waits by this clock reads it at least this often."""

LONGEST_STEP = 0.4
"""Seconds; on a busy machine a step takes longer than it should. This much of each suspension counts."""

SECONDS_PER_CPU_SECOND = 10.0
"""A process that computes reads the clock less often, but gets at least this share of a busy machine."""


class RunningTime:
    """The seconds, since the first call, in which this process was able to run.

    Of the time between two calls, short waits and computing count.
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
