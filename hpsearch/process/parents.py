"""The parents of trials, processes that fork for each trial; as many are kept as trials run at once.

Their program is :mod:`hpsearch.process.forks`.
"""

from __future__ import annotations  # types are imported for annotations only

import contextlib
import json
import os
import select
import signal
import socket
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hpsearch.machine.shortages import shortages_named
from hpsearch.process import kept_modules
from hpsearch.process.supervised import GRACE_SECONDS, SupervisedCommand
from hpsearch.process.supervisor import UNKILLABLE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

RUNNER = str(Path(kept_modules.__file__).with_name("runner.py"))
PYTHON = (sys.executable, "-P", "-X", "faulthandler")
"""The options that Python is started with for a function; the fault handler prints where it crashed."""

LONGEST_REPORT = 2**10
OWN_GRACE_SECONDS = GRACE_SECONDS + 2.0
"""Seconds that a parent has to end its fork, before it is ended itself."""


@dataclass(frozen=True)
class Origin:
    """Everything that defines a parent.

    Attributes:
        function: ``module:function``.
        path: The directory of the module.
        directory: Where trials run.
        environment: The variables that are the same for all trials.
        variables: The names of variables whose values differ between trials.
        memory: The largest memory of a trial, in bytes; 0 for no limit.
    """

    function: str
    path: str
    directory: Path
    environment: Mapping[str, str] = field(hash=False)
    variables: tuple[str, ...]
    memory: int


class Unfit(BaseException):
    """A trial has to run in a fresh process: a fork is not as good, or the parent of its fork was killed."""


class Parent:
    """A process that has imported a function, or is about to.

    Args:
        origin: Everything that defines it.
    """

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        with shortages_named():
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._requests = ours
        with theirs:
            about = [theirs.fileno(), origin.function, origin.path, origin.variables, origin.memory]
            try:
                self._processes = SupervisedCommand(
                    [*PYTHON, RUNNER, json.dumps(about)],
                    directory=origin.directory,
                    environment=origin.environment,
                    pass_fds=[theirs.fileno()],
                    grace=OWN_GRACE_SECONDS,
                    alone=True,
                )
            except BaseException:
                ours.close()
                raise

    def request(self, message: Mapping[str, object], descriptors: Sequence[int]) -> None:
        """Request a fork; see :mod:`hpsearch.process.forks`.

        Raises:
            Unfit: It has ended.
        """
        try:
            socket.send_fds(self._requests, [json.dumps(message).encode()], descriptors)
        except ConnectionError:
            raise Unfit from None

    def is_alive(self) -> bool:
        """Whether it can take requests."""
        if self._requests.fileno() < 0:
            return False
        poll = select.poll()
        poll.register(self._requests, select.POLLIN)
        return not poll.poll(0)  # the only event is that it is gone

    def end(self) -> None:
        """Start ending it, and everything below it."""
        self._requests.close()
        self._processes.hang_up()

    def kill(self) -> None:
        """Kill it if it does not respond; its supervisor ends everything below it."""
        report = os.read(self._processes.status, LONGEST_REPORT).split()
        if self.is_alive() and report[:1] == [b"began"]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(int(report[1]), signal.SIGKILL)

    def close(self) -> None:
        """End it, and everything below it."""
        self.end()
        if not self._processes.wait(OWN_GRACE_SECONDS + UNKILLABLE_SECONDS):
            self._processes.kill()
        self._processes.close()


class Fork:
    """A fork for a trial; see :class:`hpsearch.process.supervised.Supervised`.

    Args:
        parent: The parent of the fork.
        variables: The trial's own environment variables.
        answers: The file descriptor from which it reads its job.
        messages: The file descriptor that it writes to.
        lock: A file descriptor that stays open until nothing of it is left.

    Raises:
        Unfit: The parent has ended.
    """

    def __init__(
        self, parent: Parent, variables: Mapping[str, str], *, answers: int, messages: int, lock: int
    ) -> None:
        self._parent = parent
        with shortages_named(), contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:

            def pipe() -> tuple[int, int]:
                read, write = os.pipe()
                ours.callback(os.close, read)
                theirs.callback(os.close, write)
                return read, write

            control, write = os.pipe()
            theirs.callback(os.close, control)
            self._control = ours.enter_context(os.fdopen(write, "wb", buffering=0))
            self.status, status = pipe()
            self.stdout, stdout = pipe()
            self.stderr, stderr = pipe()
            message = {"variables": variables, "memory": parent.origin.memory, "grace": GRACE_SECONDS}
            parent.request(message, [control, status, stdout, stderr, lock, answers, messages])
            self._open = ours.pop_all()

    def hang_up(self, *, began: bool) -> None:
        """Let the parent end it; end the parent if the fork has not begun, because it may never begin."""
        self._control.close()
        if not began:
            self._parent.end()

    def kill(self) -> None:
        """Kill the parent."""
        self._parent.kill()

    def close(self) -> None:
        """Free the file descriptors."""
        self._open.close()


class Parents:
    """The parents of this process's trials."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._idle: list[Parent] = []
        self._unfit: set[Origin] = set()

    @contextlib.contextmanager
    def borrow(self, origin: Origin) -> Iterator[Parent]:
        """A parent for one trial; if it is still alive afterwards, it is kept for the next.

        Raises:
            Unfit: Forks of such a parent have turned out not to be as good as fresh processes.
        """
        parent = self._take(origin)
        try:
            yield parent
        finally:
            with self._lock:
                self._idle.append(parent)

    def refuse(self, origin: Origin) -> None:
        """Create no more parents with an origin."""
        with self._lock:
            self._unfit.add(origin)

    def close(self) -> None:
        """End the parents that no trial uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for parent in idle:
            parent.close()

    def _take(self, origin: Origin) -> Parent:
        """An idle parent, or a new one; idle parents that are of no use are ended."""
        with self._lock:
            # This is a fork, and the idle parents belong to the original process.
            if self._process != os.getpid():
                self._process, self._idle = os.getpid(), []
            if origin in self._unfit or sys.platform != "linux":
                raise Unfit
            useful = [each for each in self._idle if each.origin == origin and each.is_alive()]
            useless = [each for each in self._idle if each not in useful]
            found = useful.pop() if useful else None
            self._idle = useful
        for parent in useless:
            parent.close()
        return found or Parent(origin)


parents = Parents()
"""The parents of this process's trials."""
