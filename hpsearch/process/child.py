"""A command as a child process: its output line by line, its end, and a guarantee that nothing is left of it.

Between the command and this process there is :mod:`hpsearch.process.supervisor`, which ends the command and
everything it has started when this process requests it, or is killed.
"""

import contextlib
import os
import selectors
import signal
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hpsearch.machine.shortages import shortages_named
from hpsearch.objective import Heartbeat
from hpsearch.process import supervisor
from hpsearch.process.log_file import Log
from hpsearch.process.running_time import STEP_SECONDS, running_time
from hpsearch.process.supervised import GRACE_SECONDS, Supervised

UNHURRIED_SECONDS = 5.0
"""Seconds to wait for something that takes milliseconds, on a busy machine."""

HEARTBEAT_SECONDS = 0.5

CHUNK = 2**16
FULLEST_PIPE = 2**20
"""Bytes; the largest capacity of a pipe on Linux."""

LONGEST_LINE = 2**18
"""Bytes; the rest of a longer line is ignored."""

TAIL_LINES = 10
TAIL_BYTES = 4096


class Timeout(Exception):
    """The command has not ended in time."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How a command ended.

    Attributes:
        how: ``exit`` by itself, by a ``signal``, killed for its ``memory``, or unable to ``start``; ``lost``
            if its supervisor was killed, and ``unfit`` if it must not be started in that way.
        number: The exit code, the signal, the bytes used, or the errno.
    """

    how: str
    number: int

    def __str__(self) -> str:
        if self.how in ("signal", "lost"):
            return f"its process was ended by {_signal_name(self.number)}"
        if self.how == "memory":
            return f"it used {self.number / 2**20:.0f} MiB of memory"
        if self.how == "start":
            return os.strerror(self.number)
        if self.number > 128 and _signal_name(self.number - 128):
            return f"it exited with code {self.number}, as after {_signal_name(self.number - 128)}"
        return f"it exited with code {self.number}"


class Child:
    """A running command. A context manager; leaving it ends the command.

    Args:
        processes: The command and its supervisor.
        logs: Where ``stdout.log`` and ``stderr.log`` are written.
        metrics: A file descriptor to read in addition to its output.
        heartbeat: Called about twice a second while it runs; its exceptions are passed on.
    """

    def __init__(
        self,
        processes: Supervised,
        *,
        logs: Path,
        metrics: int | None = None,
        heartbeat: Heartbeat | None = None,
    ) -> None:
        self.exit: Exit | None = None
        self._processes = processes
        self._group: int | None = None
        self._heartbeat = heartbeat
        self._blocks: deque[tuple[str, bytes]] = deque()
        self._tails = {"stdout": b"", "stderr": b""}
        with shortages_named(), contextlib.ExitStack() as stack:
            stack.callback(self._close)
            self._logs = {
                name: stack.enter_context(Log(logs / f"{name}.log")) for name in ("stdout", "stderr")
            }
            self._selector = stack.enter_context(selectors.DefaultSelector())
            self._read("status", processes.status)
            self._read("stdout", processes.stdout)
            self._read("stderr", processes.stderr)
            if metrics is not None:
                self._read("metrics", metrics)
            self._stack = stack.pop_all()

    @property
    def began(self) -> bool:
        """Whether the command is known to have begun."""
        return self._group is not None

    def blocks(self, deadline: float | None = None) -> Iterator[tuple[str, bytes]]:
        """The output from ``stdout``, ``stderr`` and ``metrics``, in blocks of whole lines.

        The generator ends with the command, after everything that was printed has been yielded.

        Args:
            deadline: When to give up waiting, by :data:`~hpsearch.process.running_time.running_time`.

        Yields:
            The source, and the lines without the last line break.

        Raises:
            Timeout: That time has come.
        """
        while True:
            while self._blocks:
                yield self._blocks.popleft()
            if self.exit is not None:
                return
            self._wait(deadline)

    def tail(self) -> str:
        """The last lines printed to stderr; if there are none, to stdout."""
        tail = self._tails["stderr"].strip() or self._tails["stdout"].strip()
        return "\n".join(tail.decode("utf-8", "backslashreplace").splitlines()[-TAIL_LINES:])

    def last_error(self) -> str:
        """The last line printed to stderr; "" if there is none."""
        lines = self._tails["stderr"].decode("utf-8", "backslashreplace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def end(self, patience: float = 0.0) -> None:
        """End the command and everything it started, if it has not ended.

        Args:
            patience: Seconds to wait for it to end by itself.
        """
        self._heartbeat = None
        try:
            self._await_end(patience)
        except Timeout:
            self._hang_up()
            try:
                self._await_end(GRACE_SECONDS + supervisor.UNKILLABLE_SECONDS + UNHURRIED_SECONDS)
            except Timeout:  # the command has suspended its supervisor
                self._processes.kill()
                self._await_end(UNHURRIED_SECONDS)

    def _await_end(self, seconds: float) -> None:
        deadline = running_time() + seconds
        while self.exit is None:
            self._blocks.clear()
            self._wait(deadline)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.end()
        finally:
            self._stack.close()

    def _read(self, name: str, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._selector.register(descriptor, selectors.EVENT_READ, _Source(name))

    def _wait(self, deadline: float | None) -> None:
        """Process the next event: some output, or the end."""
        seconds = [] if self._heartbeat is None else [HEARTBEAT_SECONDS]
        if deadline is not None:
            seconds.append(min(STEP_SECONDS, max(0.0, deadline - running_time())))
        ready = {key.data.name: key for key, _ in self._selector.select(min(seconds, default=None))}
        for name, key in ready.items():
            if name != "status":
                self._take(key)
        if "status" in ready:
            self._read_status(os.read(ready["status"].fd, CHUNK))
        if self.exit is None and deadline is not None and running_time() >= deadline:
            raise Timeout
        if self._heartbeat is not None:
            self._heartbeat()

    def _read_status(self, report: bytes) -> None:
        """Process the supervisor's report; there is none if it was killed."""
        for line in report.splitlines():
            how, number = line.decode().split()
            if how == "began":
                self._group = int(number)
            else:
                self._finish(Exit(how, int(number)))
        if not report:
            if self._group is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._group, signal.SIGKILL)
            self._finish(Exit("lost", signal.SIGKILL))

    def _finish(self, ended: Exit) -> None:
        """Read the rest of the pipes, now that no process is left that could print."""
        for key in self._outputs():
            # Limited, in case there is one after all, which prints forever.
            for _ in range(FULLEST_PIPE // CHUNK):
                if not self._take(key):
                    break
            self._add(key.data, b"", last=True)
        self.exit = ended

    def _outputs(self) -> list[selectors.SelectorKey]:
        return [key for key in self._selector.get_map().values() if key.data.name != "status"]

    def _take(self, key: selectors.SelectorKey) -> bool:
        """Read some output from one source; returns whether there was any."""
        try:
            data = os.read(key.fd, CHUNK)
        except BlockingIOError:
            return False
        if not data:
            self._selector.unregister(key.fd)
        self._add(key.data, data, last=not data)
        return bool(data)

    def _add(self, source: "_Source", data: bytes, *, last: bool) -> None:
        if source.name in self._logs:
            self._logs[source.name].write(data)
            self._tails[source.name] = (self._tails[source.name] + data)[-TAIL_BYTES:]
        if block := source.whole_lines(data, last=last):
            self._blocks.append((source.name, block))

    def _hang_up(self) -> None:
        self._processes.hang_up(began=self.began)

    def _close(self) -> None:
        self._hang_up()
        self._processes.close()


class _Source:
    """A stream of bytes, cut after lines.

    Attributes:
        name: Its name.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._rest = b""

    def whole_lines(self, data: bytes, *, last: bool) -> bytes:
        """The lines that are complete with this data; the last line of all needs no line break."""
        before, end, after = data.rpartition(b"\n")
        whole = self._rest + before if end else b""
        rest = after if end else self._rest + data
        # A carriage return restarts the line, unless it ends it; progress bars may never end a line.
        self._rest = rest[rest.rfind(b"\r", 0, -1) + 1 :][:LONGEST_LINE]
        if last and self._rest:
            whole = b"\n".join(filter(None, (whole, self._rest)))
            self._rest = b""
        return whole


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return ""
