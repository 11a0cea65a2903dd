"""Waiting for other processes."""

import time
from collections.abc import Callable
from pathlib import Path

SECONDS = 600.0
"""How long to wait for another process; longer means never, as a busy machine may need minutes."""


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_until(condition: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Wait for something that happens in another process; fail if it does not."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
