"""A program that runs one command, and sees to it that nothing of it is left behind.

With the arguments DESCRIPTORS, MEMORY, GRACE and COMMAND... it runs COMMAND in a session of its own. The
supervisor's standard input is held by the process that started it: when that closes it, or dies, the
command's processes get SIGTERM and, GRACE seconds later, SIGKILL. When the command ends, whatever it started
and left behind is killed. Until then the file descriptors stay open, and with them whatever locks they have.
To the first one go lines:

- ``began PID``: the command runs, as the leader of a process group;
- ``exit CODE`` or ``signal NUMBER``: how the command ended;
- ``memory BYTES``: it was killed, for all its processes together used more than MEMORY bytes (0: no limit);
- ``start ERRNO``: it could not be started.

On Linux this process adopts the command's orphans, so that those with a session of their own are found too;
elsewhere the command's process group has to do.

It runs once per trial, so it starts fast: nothing of hpsearch is imported, and neither ``signal`` nor
``contextlib`` nor ``pathlib``, each of which would add half to its 10 ms.
"""

import _ctypes  # ctypes itself would take 2 ms more to import
import os
import select
import sys
import time

SIGKILL, SIGTERM = 9, 15
PERHAPS_IGNORED = (1, 2, 3, 13, SIGTERM)  # SIGHUP, SIGINT, SIGQUIT, SIGPIPE
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
POLL_SECONDS = 0.1
UNKILLABLE_SECONDS = 5.0
LONGEST_STEP = 1.0
LINUX = sys.platform == "linux"


def main() -> None:
    """Run the command of the arguments."""
    descriptors, memory, grace = [*map(int, sys.argv[1].split(","))], int(sys.argv[2]), float(sys.argv[3])
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    if LINUX:
        prctl = _ctypes.dlsym(_ctypes.dlopen("", 0), "prctl")
        _ctypes.call_cdeclfunction(prctl, (PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
    try:
        command = os.posix_spawnp(
            sys.argv[4],
            sys.argv[4:],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)],
            setsid=True,
            setsigmask=(),
            setsigdef=PERHAPS_IGNORED,
        )
    except OSError as error:
        ended = f"start {error.errno}"
    else:
        report(descriptors[0], f"began {command}")
        ended = watch(command, memory, grace)
    report(descriptors[0], ended)
    os._exit(0)  # without the time that an orderly end takes


def report(descriptor: int, what: str) -> None:
    """Write a line."""
    try:  # noqa: SIM105 -- contextlib takes 5 ms to import
        os.write(descriptor, what.encode() + b"\n")
    except BrokenPipeError:  # the process that started this is dead; its command has to end all the same
        pass


def watch(command: int, memory: int, grace: float) -> str:
    """Wait for the end of a command, or bring it about; how it ended."""
    poll = select.poll()
    poll.register(0, select.POLLIN)  # a hang-up is always reported
    period = None if wakes_at_end(command, poll) and not memory else POLL_SECONDS * 1000
    waited, last = None, 0.0  # seconds of the grace; those in which this process was stopped do not count
    while True:
        ready = [descriptor for descriptor, _ in poll.poll(period)]
        pid, code = os.waitpid(command, os.WNOHANG)
        if pid:
            end_all(command)
            code = os.waitstatus_to_exitcode(code)
            return f"exit {code}" if code >= 0 else f"signal {-code}"
        used = memory_of(descendants(os.getpid())) if memory else 0
        if used > memory:
            end_all(command)
            return f"memory {used}"
        if 0 in ready:
            poll.unregister(0)
            period = POLL_SECONDS * 1000
            waited, last = 0.0, time.monotonic()
            send(command, SIGTERM)
        elif waited is not None:
            waited += min(time.monotonic() - last, LONGEST_STEP)
            last = time.monotonic()
            if waited > grace + UNKILLABLE_SECONDS:  # a driver does not let it go
                return f"signal {SIGKILL}"
            if waited > grace:
                send(command, SIGKILL)


def wakes_at_end(command: int, poll: select.poll) -> bool:
    """Whether the end of a command will end a poll from now on."""
    try:
        poll.register(os.pidfd_open(command), select.POLLIN)
    except (AttributeError, OSError):  # not Linux, or one before 5.3, or a container that does not allow it
        return False
    return True


def end_all(command: int) -> None:
    """Kill and reap whatever is left of a command."""
    end = time.monotonic() + UNKILLABLE_SECONDS
    while time.monotonic() < end:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:  # no child is left, and so nothing below
            return
        send(command, SIGKILL)
        time.sleep(0.001)


def send(command: int, signal: int) -> None:
    """Signal a command's group, and everything else that came from it."""
    for kill, pid in ((os.killpg, command), *((os.kill, pid) for pid in descendants(os.getpid()))):
        try:  # noqa: SIM105 -- contextlib takes 5 ms to import
            kill(pid, signal)
        except (ProcessLookupError, PermissionError):  # it has gone, or has become another user
            pass


def descendants(pid: int) -> list[int]:
    """The processes below a process; none where /proc does not list them."""
    found: list[int] = []
    try:
        tasks = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 -- pathlib takes 4 ms to import
    except OSError:
        return found
    for task in tasks:
        for child in map(int, read(f"/proc/{pid}/task/{task}/children").split()):
            found += [child, *descendants(child)]
    return found


def memory_of(pids: list[int]) -> int:
    """Bytes of memory that processes use together; pages that several share count in parts."""
    return sum(map(proportional_set_size, pids))


def proportional_set_size(pid: int) -> int:
    """Bytes of memory that a process uses; 0 when it has ended."""
    for line in read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith(b"Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def read(path: str) -> bytes:
    """What a file of /proc holds; nothing when its process has ended."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- as above
            return file.read()
    except OSError:
        return b""
