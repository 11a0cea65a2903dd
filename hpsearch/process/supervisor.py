"""A program that runs one command, and ensures that nothing of it is left behind.

With the arguments DESCRIPTORS, MEMORY, GRACE, ALONE and COMMAND... it runs COMMAND in its own session.
The process that started the supervisor has the other end of its standard input. When that process closes it,
or dies, the command's processes (if ALONE is 1, only those of its group) get SIGTERM and, GRACE seconds
later, all of them get SIGKILL. When the command ends, everything it started and left behind is killed. Until
then the file descriptors stay open, and with them their locks.
These lines are written to the first one:

- ``began PID``: the command runs, as the leader of a process group;
- ``exit CODE`` or ``signal NUMBER``: how the command ended;
- ``memory BYTES``: it was killed, because its processes together used more than MEMORY bytes (0: no limit);
- ``start ERRNO``: it could not be started.

On Linux this process adopts the command's orphans, so that those with their own session are found too;
elsewhere only the command's process group is found.

It runs once per trial, so it has to start fast: it imports nothing from hpsearch, and neither ``signal`` nor
``contextlib`` nor ``pathlib``, each of which would make its start of 10 ms half as long again.
"""

import _ctypes  # importing ctypes itself would take 2 ms more
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
    """Run the command given by the arguments."""
    descriptors, memory, grace = [*map(int, sys.argv[1].split(","))], int(sys.argv[2]), float(sys.argv[3])
    alone = sys.argv[4] == "1"
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    adopt_orphans()
    try:
        command = os.posix_spawnp(
            sys.argv[5],
            sys.argv[5:],
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
        ended = watch(command, memory, grace, alone=alone)
    report(descriptors[0], ended)
    os._exit(0)  # an orderly exit would take longer


def adopt_orphans() -> None:
    """Make the orphans below this process its children, if the system supports it."""
    if LINUX:
        prctl = _ctypes.dlsym(_ctypes.dlopen("", 0), "prctl")
        _ctypes.call_cdeclfunction(prctl, (PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))


def report(descriptor: int, what: str) -> None:
    """Write a line."""
    try:  # noqa: SIM105 -- contextlib takes 5 ms to import
        os.write(descriptor, what.encode() + b"\n")
    except BrokenPipeError:  # the process that started this one is dead; the command has to end nevertheless
        pass


def watch(
    command: int, memory: int, grace: float, *, control: int = 0, alone: bool = False, fork: bool = False
) -> str:
    """Wait for the end of a command, or end it; returns how it ended.

    Args:
        command: The command's process.
        memory: See above.
        grace: See above.
        control: The file descriptor whose end is the signal to end the command.
        alone: See above.
        fork: Whether the command is a fork of this process, so that the memory they share is the command's.
    """
    end = end_of(command)
    try:
        return follow(command, memory, grace, control, end, alone=alone, fork=fork)
    finally:
        if end >= 0:
            os.close(end)


def follow(
    command: int, memory: int, grace: float, control: int, end: int, *, alone: bool, fork: bool
) -> str:
    """Like :func:`watch`, given a file descriptor that is ready at the end of the command, or -1."""
    poll = select.poll()
    poll.register(control, select.POLLIN)  # a hang-up is always reported
    if end >= 0:
        poll.register(end, select.POLLIN)
    period = None if end >= 0 and not memory else POLL_SECONDS * 1000
    waited, last = None, 0.0  # seconds of grace; those in which this process was suspended do not count
    while True:
        ready = [descriptor for descriptor, _ in poll.poll(period)]
        pid, code = os.waitpid(command, os.WNOHANG)
        if pid:
            end_all(command)
            code = os.waitstatus_to_exitcode(code)
            return f"exit {code}" if code >= 0 else f"signal {-code}"
        used = memory_of(descendants(os.getpid())) if memory else 0
        if used and fork:
            used += shared_memory(os.getpid())
        if used > memory:
            end_all(command)
            return f"memory {used}"
        if control in ready:
            poll.unregister(control)
            period = POLL_SECONDS * 1000
            waited, last = 0.0, time.monotonic()
            send(command, SIGTERM, alone=alone)
        elif waited is not None:
            waited += min(time.monotonic() - last, LONGEST_STEP)
            last = time.monotonic()
            if waited > grace + UNKILLABLE_SECONDS:  # a driver blocks it
                return f"signal {SIGKILL}"
            if waited > grace:
                send(command, SIGKILL)


def end_of(command: int) -> int:
    """A file descriptor that is ready when a command has ended; -1 if the system has none."""
    try:
        return os.pidfd_open(command)
    except (AttributeError, OSError):  # not Linux, or Linux before 5.3, or a container that does not allow it
        return -1


def end_all(command: int) -> None:
    """Kill and reap everything that is left of a command."""
    end = time.monotonic() + UNKILLABLE_SECONDS
    while time.monotonic() < end:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:  # no child is left, so nothing is below it
            return
        send(command, SIGKILL)
        time.sleep(0.001)


def send(command: int, signal: int, *, alone: bool = False) -> None:
    """Signal a command's group and, if not ``alone``, everything else that came from it."""
    others = [] if alone else descendants(os.getpid())
    for kill, pid in ((os.killpg, command), *((os.kill, pid) for pid in others)):
        try:  # noqa: SIM105 -- contextlib takes 5 ms to import
            kill(pid, signal)
        except (ProcessLookupError, PermissionError):  # it is gone, or has become another user
            pass


def descendants(pid: int) -> list[int]:
    """The processes below a process; none if /proc does not list them."""
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
    """Bytes of memory that processes use together; shared pages are divided among their users."""
    return sum(sizes(pid).get(b"Pss", 0) for pid in pids)


def shared_memory(pid: int) -> int:
    """Bytes of a process's part of the memory that it shares with others."""
    found = sizes(pid)
    private = found.get(b"Private_Clean", 0) + found.get(b"Private_Dirty", 0)
    return found.get(b"Pss", 0) - private


def sizes(pid: int) -> dict[bytes, int]:
    """The kinds of memory of a process in bytes, as /proc names them; empty when it has ended."""
    rows = (line.split() for line in read(f"/proc/{pid}/smaps_rollup").splitlines()[1:])
    return {row[0].rstrip(b":"): int(row[1]) * 1024 for row in rows}


def read(path: str) -> bytes:
    """The content of a file in /proc; empty when its process has ended."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- as above
            return file.read()
    except OSError:
        return b""
