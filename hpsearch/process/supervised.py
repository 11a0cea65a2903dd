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
"""Between the SIGTERM and the SIGKILL that end a command."""


class Supervised(Protocol):
    """Processes that cannot stay behind, since another one watches them and this one.

    Attributes:
        status: The file descriptor to which their supervisor reports; see its module.
        stdout: What they print comes from it.
        stderr: As ``stdout``.
    """

    status: int
    stdout: int
    stderr: int

    def hang_up(self, *, began: bool) -> None:
        """Have the supervisor end them, in good time.

        Args:
            began: Whether it has reported that they began.
        """
        ...

    def kill(self) -> None:
        """Kill the supervisor, which does not answer."""
        ...

    def close(self) -> None:
        """Free the file descriptors, after the end."""
        ...


class SupervisedCommand:
    """A command with a supervisor of its own; see :class:`Supervised`.

    Args:
        command: The program and its arguments.
        directory: Where it runs.
        environment: All of it.
        memory: The most that its processes may use together, in bytes; None for any number.
        hold: File descriptors that stay open until nothing of the command is left.
        pass_fds: File descriptors that it inherits.
        grace: Seconds from the first signal to SIGKILL, if not :data:`GRACE_SECONDS`.
        alone: Whether that first signal is only for its process group, which sees to everything else.
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
        # Imported: a script would be compiled again each time, for 3 ms.
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
        """Close the supervisor's input, at which it ends everything."""
        self._stdin.close()

    def kill(self) -> None:
        """Kill the supervisor."""
        self._process.kill()

    def wait(self, seconds: float) -> bool:
        """Whether everything ends in some seconds."""
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
