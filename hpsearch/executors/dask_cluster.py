"""The Dask cluster that a search finds or starts: its scheduler, processes and versions."""

import errno
import logging
import os
import time
from collections.abc import Mapping
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import dask
from distributed import LocalCluster

from hpsearch.machine.signals import interrupts_blocked

CONNECT_SECONDS = 20
POLL_SECONDS = 0.5
COMPARED = ("python", "hpsearch", "numpy", "distributed")
"""The packages whose versions have to be the same on every machine."""


def local_cluster(workers: int, retries: int) -> LocalCluster:
    """A cluster of processes on this machine, which leave interrupts to the search."""
    with interrupts_blocked():
        resource_tracker.ensure_running()  # first, because starting it unblocks some of the signals
    with interrupts_blocked(), dask.config.set({"distributed.scheduler.allowed-failures": retries}):
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            memory_limit=0,  # no limit, as with caviar
            dashboard_address="127.0.0.1:0",  # Dask warns if another address is in use
            scheduler_kwargs={"dashboard": False},
            silence_logs=logging.CRITICAL,
        )


def compared_versions(machine: Mapping[str, Any]) -> dict[str, str]:
    """The versions on a machine; for Python, the part that pickles depend on."""
    packages = {name: machine["packages"][name] or "missing" for name in COMPARED}
    return packages | {"python": ".".join(packages["python"].split(".")[:2])}


def existing(path: str, seconds: float) -> str:
    """The path of a scheduler file, once it exists; Dask would wait for it forever.

    Args:
        path: The file.
        seconds: How long to wait for it.

    Raises:
        FileNotFoundError: It does not appear in time.
    """
    deadline = time.monotonic() + seconds
    while not Path(path).is_file():
        if time.monotonic() > deadline:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        time.sleep(POLL_SECONDS)
    return path
