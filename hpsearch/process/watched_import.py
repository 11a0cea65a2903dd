"""The effects of importing a module on a process, and whether its forks are then as good as fresh processes.

This module imports only the standard library, and little of that, because it runs beside user code.
"""

import fcntl
import os
import signal
import stat
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

ATTRIBUTE = "HPSEARCH_START"
"""The attribute of a module that says how its trials start: ``"fresh"`` for no forks."""

HARMLESS = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/full", "/dev/tty")
"""Files that may stay open, because they have no position that forks would share."""

GPUS = ("/dev/nvidia", "/dev/kfd", "/dev/dri", "/dev/dxg")
TEMPORARY = ("tempfile.mkdtemp", "tempfile.mkstemp")


class WatchedImport:
    """Watches an import.

    Args:
        variables: The names of variables whose values differ between trials; they are not set now.
        memory: The largest memory of a trial, in bytes; 0 for no limit.
    """

    def __init__(self, variables: Sequence[str], memory: int) -> None:
        self._variables = variables
        self._memory = memory
        self._used: list[str] = []
        self._made: list[str] = []
        self._before = open_files()

    def run(self, action: Callable[[], Any]) -> Any:
        """Import something; returns or raises what ``action`` does."""
        kind, environment, watching = type(os.environ), os.environ, True

        class Watched(kind):  # type: ignore[valid-type, misc] # it is a class
            def __getitem__(self, name: str) -> str:
                importing.note(name)
                return str(super().__getitem__(name))

            def __setitem__(self, name: str, value: str) -> None:
                importing.note(name)
                super().__setitem__(name, value)

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            if watching and event in TEMPORARY:
                self._made.append(os.fspath(arguments[0]))

        importing = self
        sys.addaudithook(hook)
        environment.__class__ = Watched
        try:
            return action()
        finally:
            environment.__class__, watching = kind, False

    def note(self, name: str) -> None:
        """Record that a variable was read or set."""
        if name in self._variables:
            self._used.append(name)

    def unfit(self, function: str) -> str:
        """Why trials cannot be forks of this process, as a clause; "" if they can.

        Args:
            function: ``module:function``, which was imported.
        """
        if sys.platform != "linux":
            return "processes are forked on Linux only"
        module = sys.modules.get(function.partition(":")[0])
        if getattr(module, ATTRIBUTE, "") == "fresh":
            return f'it has {ATTRIBUTE} = "fresh"'
        found = next(filter(None, (look() for look in self._looks())), "")
        return f"importing it {found}" if found else ""

    def _looks(self) -> tuple[Callable[[], str], ...]:
        imported = self._gpu, _threads, _processes, self._files, _shared_memory, _handler
        return *imported, self._temporary, self._environment, self._size

    def _gpu(self) -> str:
        opened = [path for path in self._opened().values() if path.startswith(GPUS)]
        cuda: Any = getattr(sys.modules.get("torch"), "cuda", None)
        if opened or (hasattr(cuda, "is_initialized") and cuda.is_initialized()):
            return f"opened a GPU ({opened[0] if opened else 'CUDA'})"
        return ""

    def _files(self) -> str:
        opened = self._opened()
        only_read = read_files(opened)
        bad = (path for number, path in opened.items() if path not in HARMLESS and number not in only_read)
        return next((f"left {path} open" for path in bad), "")

    def _opened(self) -> dict[int, str]:
        return {number: path for number, path in open_files().items() if self._before.get(number) != path}

    def read_files(self) -> list[int]:
        """The file descriptors of files left open for reading, for which forks need their own positions."""
        return read_files(self._opened())

    def _temporary(self) -> str:
        return next((f"left {path} behind" for path in self._made if os.path.lexists(path)), "")

    def _environment(self) -> str:
        return f"used {self._used[0]} of the environment" if self._used else ""

    def _size(self) -> str:
        with open("/proc/self/status", "rb") as file:  # noqa: PTH123 -- see above
            peak = next((int(line.split()[1]) * 1024 for line in file if line.startswith(b"VmHWM:")), 0)
        return f"took {peak / 2**20:.0f} MiB, more than run.memory" if 0 < self._memory < peak else ""


def open_files() -> dict[int, str]:
    """The targets of this process's file descriptors, according to /proc; empty if there is no /proc."""
    found = {}
    for number in list_directory("/proc/self/fd"):
        try:
            found[int(number)] = os.readlink(f"/proc/self/fd/{number}")  # noqa: PTH115 -- see above
        except OSError:  # the descriptor of the listing itself
            continue
    return found


def read_files(descriptors: Iterable[int]) -> list[int]:
    """The descriptors of regular files that are open only for reading."""
    return [
        number
        for number in descriptors
        if stat.S_ISREG(os.fstat(number).st_mode)
        and fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
    ]


def open_again(number: int) -> None:
    """Give an open file its own position, at the present place."""
    position = os.lseek(number, 0, os.SEEK_CUR)
    again = os.open(f"/proc/self/fd/{number}", os.O_RDONLY)  # works even if it was renamed or removed
    os.lseek(again, position, os.SEEK_SET)
    os.dup2(again, number, inheritable=os.get_inheritable(number))
    os.close(again)


def list_directory(path: str) -> list[str]:
    """The names in a directory; none if it cannot be read."""
    try:
        return os.listdir(path)  # noqa: PTH208 -- see above
    except OSError:
        return []


def _threads() -> str:
    count = len(list_directory("/proc/self/task")) - 1
    return f"started {count} thread{'s' if count > 1 else ''}" if count > 0 else ""


def _processes() -> str:
    for task in list_directory("/proc/self/task"):
        with open(f"/proc/self/task/{task}/children", "rb") as file:  # noqa: PTH123 -- see above
            if found := file.read().split():
                return f"started the process {int(found[0])}"
    return ""


def _shared_memory() -> str:
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as file:  # noqa: PTH123 -- see above
        rows = (line.split(maxsplit=5) for line in file)
        shared = [row[5:] for row in rows if "w" in row[1] and row[1].endswith("s")]
    return f"mapped shared memory ({''.join(shared[0]).strip() or 'anonymous'})" if shared else ""


def _handler() -> str:
    plain = signal.getsignal(signal.SIGCHLD) in (signal.SIG_DFL, signal.SIG_IGN)
    return "" if plain else "set a handler of SIGCHLD"
