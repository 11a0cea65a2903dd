"""A command under :mod:`hpsearch.process.supervisor`, and the pipes to both."""

from __future__ import annotations  # types are imported for annotations only

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hpsearch.machine.shortages import shortages_named
from hpsearch.process import supervisor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GRACE_SECONDS = 3.0
"""Seconds between the SIGTERM and the SIGKILL that end a command."""


class Supervised(Protocol):
    """Processes that cannot be left behind, because a supervisor watches them and this process.

    Attributes:
        status: The file descriptor with the reports of their supervisor; see its module.
        stdout: The file descriptor of their output.
        stderr: The file descriptor of their error output.
    """

    status: int
    stdout: int
    stderr: int

    def hang_up(self, *, began: bool) -> None:
        """Let the supervisor end them.

        Args:
            began: Whether it has reported that they began.
        """
        ...

    def kill(self) -> None:
        """Kill the supervisor if it does not respond."""
        ...

    def close(self) -> None:
        """Free the file descriptors, after the end."""
        ...


class SupervisedCommand:
    """A command with its own supervisor; see :class:`Supervised`.

    Args:
        command: The program and its arguments.
        directory: Where it runs.
        environment: Its whole environment.
        memory: The largest memory of all its processes together, in bytes; None for no limit.
        hold: File descriptors that stay open until nothing of the command is left.
        pass_fds: File descriptors that it inherits.
        grace: Seconds from the first signal to SIGKILL, if not :data:`GRACE_SECONDS`.
        alone: Whether the first signal goes only to its process group, which handles everything else.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        directory: Path,
        environment: Mapping[str, str],
        memory: int | None = None,
        hold: Sequence[int] = (),
        pass_fds: Sequence[int] = (),
        grace: float | None = None,
        alone: bool = False,
    ) -> None:
        # Imported, because a script would be compiled again each time, which takes 3 ms.
        program = f"import sys; sys.path.append({str(Path(supervisor.__file__).parent)!r}); import supervisor"
        with shortages_named(), contextlib.ExitStack() as stack:
            self.status, report = os.pipe()
            stack.callback(os.close, self.status)
            seconds = GRACE_SECONDS if grace is None else grace
            options = [",".join(map(str, (report, *hold))), str(memory or 0), str(seconds), str(int(alone))]
            try:
                self._process = subprocess.Popen(  # noqa: S603 -- a list, and no shell
                    [sys.executable, "-I", "-S", "-c", f"{program}; supervisor.main()", *options, *command],
                    cwd=directory,
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    pass_fds=(report, *hold, *pass_fds),
                    start_new_session=True,
                )
            finally:
                os.close(report)
            self._stack = stack.pop_all()
        assert self._process.stdin is not None  # noqa: S101 -- all three are pipes
        assert self._process.stdout is not None  # noqa: S101 -- as above
        assert self._process.stderr is not None  # noqa: S101 -- as above
        self._stdin = self._process.stdin
        self.stdout, self.stderr = self._process.stdout.fileno(), self._process.stderr.fileno()

    def hang_up(self, *, began: bool = True) -> None:
        """Close the supervisor's input, so that it ends everything."""
        self._stdin.close()

    def kill(self) -> None:
        """Kill the supervisor."""
        self._process.kill()

    def wait(self, seconds: float) -> bool:
        """Whether everything ends within some seconds."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def close(self) -> None:
        """Free the file descriptors, and wait for the supervisor."""
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert pipe is not None  # noqa: S101 -- all are pipes
            pipe.close()
        self._stack.close()
        self._process.wait()
