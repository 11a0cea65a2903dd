"""The program in separate processes that start warm: forked from one that has imported everything."""

import contextlib
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from hpsearch.cli import main
from hpsearch.machine.signals import INTERRUPTS
from tests.processes import SECONDS, wait_until

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    [
        "hpsearch.starting.resume",
        "hpsearch.executors.caviar",
        *(f"hpsearch.reports.{name}" for name in ("render", "lines", "live", "leaderboard")),
        __name__,
    ]
)

MARK = "HPSEARCH_FAULT"  # in the environment of a program and of every process that it starts
ACKNOWLEDGED = re.compile(r"\[\d+/\d+\] trial (\d+) \w+:")
SYSCALLS = (
    "write,pwrite64,fsync,fdatasync,ftruncate,"
    "?unlink,?unlinkat,?rename,?renameat,?renameat2,?mkdir,?mkdirat,?rmdir"
)
"""What changes files, for strace; an opened file is changed by what follows."""
Surroundings = Callable[[], AbstractContextManager[None]]
"""Makes what the program runs in; it pickles."""


class Program:
    """One start of ``hpsearch``, as the leader of a process group, with its output in files.

    Args:
        arguments: The command line.
        cwd: Its working directory, which also has the output files.
        surroundings: The surroundings that it runs in.
        injection: What strace does to its system calls, such as ``write:signal=KILL:when=3``.

    Attributes:
        pid: Its process ID.
    """

    def __init__(
        self,
        *arguments: object,
        cwd: Path,
        surroundings: Surroundings = nullcontext,
        injection: str | None = None,
    ) -> None:
        self._mark = uuid.uuid4().hex
        self._files = cwd / f"output-{self._mark}"
        traced = injection is not None
        self._process = _context.Process(
            target=_run,
            args=([*map(str, arguments)], cwd, self._mark, self._files, surroundings, traced),
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid
        self._strace: subprocess.Popen[bytes] | None = None
        if injection is not None:
            self._strace = _attach(self.pid, injection, self._file("strace"))
            os.kill(self.pid, signal.SIGCONT)

    def _file(self, ending: str) -> Path:
        return self._files.with_suffix(f".{ending}")

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.exitcode is None

    @property
    def killed(self) -> bool:
        """Whether SIGKILL ended it."""
        return self._process.exitcode == -signal.SIGKILL

    def wait(self) -> int:
        """Its exit code, when it has ended; negative for the signal that killed it."""
        self._process.join(SECONDS)
        assert self._process.exitcode is not None, f"it runs on: {self.err}"
        if self._strace is not None:
            self._strace.wait(SECONDS)
        return self._process.exitcode

    def signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.running:
            os.kill(self.pid, number)

    def signal_group(self, number: int) -> None:
        """Send a signal to it and to everything it started, as a terminal does."""
        with contextlib.suppress(ProcessLookupError):  # all have ended
            os.killpg(self.pid, number)

    def wait_for(self, text: str) -> bool:
        """Wait until it has written a text to stderr; returns whether it did before it ended."""
        wait_until(lambda: text in self.err or not self.running)
        return text in self.err

    def ready(self) -> bool:
        """Wait until it is about to run."""
        wait_until(lambda: self._file("ready").exists())
        return True

    @property
    def out(self) -> str:
        """Its stdout so far."""
        return self._read("out")

    @property
    def err(self) -> str:
        """Its stderr so far."""
        return self._read("err")

    @property
    def calls(self) -> list[str]:
        """The system calls that strace saw."""
        return [line for line in self._read("strace").splitlines() if "(" in line]

    def _read(self, ending: str) -> str:
        with contextlib.suppress(FileNotFoundError):
            return self._file(ending).read_text(encoding="utf-8")
        return ""

    @property
    def acknowledged(self) -> set[int]:
        """The trials that it has reported as finished."""
        return {int(number) for number in ACKNOWLEDGED.findall(self.err)}

    @property
    def started(self) -> list[int]:
        """The living processes that it has started, directly or indirectly."""
        mark = f"{MARK}={self._mark}".encode()
        return [pid for pid in _processes() if mark in _read_bytes(Path(f"/proc/{pid}/environ"))]

    @property
    def workers(self) -> list[int]:
        """The processes that run trials."""
        return [pid for pid in self.started if b"LokyProcess" in _read_bytes(Path(f"/proc/{pid}/cmdline"))]


def _run(
    arguments: list[str], cwd: Path, mark: str, files: Path, surroundings: Surroundings, traced: bool
) -> None:
    # Signals that come before the program handles them wait.
    signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    os.setpgid(0, 0)
    os.chdir(cwd)
    os.environ[MARK] = mark
    sys.argv = ["hpsearch", *arguments]
    for stream, ending in ((sys.stdout, "out"), (sys.stderr, "err")):
        with files.with_suffix(f".{ending}").open("w") as file:
            os.dup2(file.fileno(), stream.fileno())
    files.with_suffix(".ready").touch()
    if traced:
        os.kill(os.getpid(), signal.SIGSTOP)
    try:
        with surroundings():
            main()
    finally:
        try:
            sys.stderr.flush()
        except OSError:  # Python ignores failed writes there at exit; multiprocessing would fail
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _attach(pid: int, injection: str, output: Path) -> subprocess.Popen[bytes]:
    """Let strace follow a process that has suspended itself."""
    calls = injection.partition(":")[0]
    command = ["strace", "-qq", "-p", str(pid), "-o", str(output), "-e", f"trace={calls}"]
    inject = ["-e", f"inject={injection}"] if ":" in injection else []
    wait_until(lambda: _status(pid, "State").startswith("T"))
    strace = subprocess.Popen([*command, *inject], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: _status(pid, "TracerPid") != "0")
    return strace


def _status(pid: int, key: str) -> str:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == key:
            return value.strip()
    return ""


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _read_bytes(path: Path) -> bytes:
    with contextlib.suppress(OSError):
        return path.read_bytes()  # empty for a process that has ended
    return b""


def strace_works() -> bool:
    """Whether strace is installed and may trace."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], check=False).returncode == 0
