"""A process that has imported the user's function, and forks for every trial: the parent of a slot's trials.

Requests come from a socket: ``{"variables": {...}, "memory": bytes, "grace": seconds}`` as JSON, with seven
file descriptors. A fork adds the variables to its environment, prints to ``stdout`` and ``stderr``, and
answers a job as described in :mod:`hpsearch.process.jobs`, by ``answers`` and ``messages``. This process
watches it as :mod:`hpsearch.process.supervisor` watches a command: it reports to ``status``, ends the fork
when ``control`` is closed, and keeps ``lock`` open until nothing of the fork is left. ``unfit 0`` in
``status`` means that forks would not be as good as fresh processes. This process ends when the other side of
the socket is closed, or when no request comes for some time.

Text that the module printed during its import is printed by every fork. Exit handlers run only in forks.
"""

import gc
import json
import os
import select
from collections.abc import Mapping, Sequence
from typing import Any

from hpsearch.process.jobs import answer
from hpsearch.process.supervisor import adopt_orphans, report, watch
from hpsearch.process.user_function import find
from hpsearch.process.watched_import import WatchedImport, open_again

IDLE_SECONDS = 30.0
"""Seconds after which a parent that no trial needs ends: its computer may serve other searches."""

LONGEST_REQUEST = 2**16
DESCRIPTORS = ("control", "status", "stdout", "stderr", "lock", "answers", "messages")


def serve(requests: int, name: str, path: str, variables: Sequence[str], memory: int) -> None:
    """Import a function, then fork for every request; returns only in a fork that has answered.

    Args:
        requests: The file descriptor of the socket.
        name: ``module:function``.
        path: The directory of the module.
        variables: As for :class:`~hpsearch.process.watched_import.WatchedImport`.
        memory: Likewise.
    """
    os.set_inheritable(requests, False)
    adopt_orphans()
    printed = _keep_output()
    watched = WatchedImport(variables, memory)
    try:
        function = watched.run(lambda: find(name, path))
        fit = not watched.unfit(name)
        read = watched.read_files()
    except BaseException:  # including sys.exit(); a fresh process reports the reason
        fit = False
    import signal  # not earlier: a project may have modules with such names
    import socket

    gc.collect()
    gc.freeze()  # garbage collection in a fork would copy all that memory
    # Blocked, because the end of ``control`` takes its place.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    channel = socket.socket(fileno=requests)
    while select.select([channel], [], [], IDLE_SECONDS)[0]:
        message, received, _, _ = socket.recv_fds(channel, LONGEST_REQUEST, len(DESCRIPTORS))
        if not message:
            break
        descriptors = dict(zip(DESCRIPTORS, received, strict=True))
        if not fit:
            report(descriptors["status"], "unfit 0")
            break
        request = json.loads(message)
        fork = os.fork()
        if not fork:
            channel.close()
            for number in read:
                open_again(number)
            _enter(request["variables"], descriptors, printed)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            answer(descriptors["answers"], descriptors["messages"], lambda *_: function)
        _watch(fork, request, descriptors)
    os._exit(0)  # exit handlers belong to the trials


def _keep_output() -> list[int]:
    """Redirect everything printed from now on to two files in memory; returns their descriptors."""
    printed = [os.memfd_create(name) for name in ("stdout", "stderr")]
    for number, descriptor in enumerate(printed, 1):
        os.dup2(descriptor, number)
    return printed


def _enter(variables: Mapping[str, str], descriptors: Mapping[str, int], printed: Sequence[int]) -> None:
    """Turn this fork into the trial's process."""
    os.setsid()
    os.environ.update(variables)
    for number, name in enumerate(("stdout", "stderr"), 1):
        os.dup2(descriptors[name], number)
        size = os.fstat(printed[number - 1]).st_size
        text = os.pread(printed[number - 1], size, 0)
        while text:
            text = text[os.write(number, text) :]
    for name in set(DESCRIPTORS) - {"answers", "messages"}:
        os.close(descriptors[name])
    for descriptor in printed:
        os.close(descriptor)


def _watch(fork: int, request: Mapping[str, Any], descriptors: Mapping[str, int]) -> None:
    """Report on a fork until nothing of it is left."""
    for name in ("stdout", "stderr", "answers", "messages"):
        os.close(descriptors[name])
    status, control = descriptors["status"], descriptors["control"]
    report(status, f"began {fork}")
    ended = watch(fork, request["memory"], request["grace"], control=control, fork=True)
    os.close(descriptors["lock"])
    report(status, ended)
    os.close(status)
    os.close(control)
