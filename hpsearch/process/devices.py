"""Giving every running trial its own device."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from hpsearch.files import open_own

POLL_SECONDS = 0.02


@contextlib.contextmanager
def device(devices: Sequence[str], directory: Path) -> Iterator[str | None]:
    """Hold one of some devices, so that no other trial of the run on this machine has it.

    A device is held by a lock on a file, which the kernel releases when the process ends, however it ends. No
    more trials run than there are devices, so one is free, or about to be.

    Args:
        devices: Their names; one that is listed twice can be held twice.
        directory: Where the files are.

    Yields:
        The device; None if there are none.
    """
    if not devices:
        yield None
        return
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    while True:
        for index, name in enumerate(devices):
            path = directory / f"{index}.lock"
            with os.fdopen(open_own(path, os.O_RDWR | os.O_CREAT), "r+") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield name
                return
        time.sleep(POLL_SECONDS)
