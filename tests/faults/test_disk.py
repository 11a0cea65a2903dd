"""Tests of disks that are full, fail, or are read-only."""

import contextlib
import ctypes
import errno
import os
import resource
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.case import Case, hpsearch, leaderboard
from tests.faults.program import Program, strace_works

CLONE_NEWNS = 0x00020000  # linux/sched.h
CLONE_NEWUSER = 0x10000000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18  # linux/mount.h

needs_strace = pytest.mark.skipif(not strace_works(), reason="strace is not installed, or may not trace")
needs_mounts = pytest.mark.skipif(
    subprocess.run(["unshare", "-Umr", "true"], check=False, capture_output=True).returncode != 0
    if shutil.which("unshare")
    else True,
    reason="mounting in a namespace of one's own is not allowed here",
)


def mount(source: str, target: Path, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system; raises OSError."""
    arguments = [text.encode() for text in (source, str(target), kind)]
    if ctypes.CDLL(None, use_errno=True).mount(*arguments, flags, options.encode()) != 0:
        raise OSError(ctypes.get_errno(), "mount", str(target))


def own_mounts() -> None:
    """Make the mounts of this process visible only to itself."""
    user, group = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS | (CLONE_NEWUSER if user else 0)) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    mount("none", Path("/"), "", MS_REC | MS_PRIVATE)


@dataclass(frozen=True)
class SmallDisk:
    """Surroundings in which a directory is a separate disk; its final content is kept.

    Attributes:
        directory: The directory.
        kilobytes: The size of the disk.
    """

    directory: Path
    kilobytes: int

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        kept = self.directory.with_suffix(".kept")
        own_mounts()
        mount("tmpfs", self.directory, "tmpfs", 0, f"size={self.kilobytes}k")
        try:
            yield
        finally:  # the program ends by SystemExit
            shutil.copytree(self.directory, kept)


@dataclass(frozen=True)
class ReadOnly:
    """Surroundings in which nothing may be written to a directory.

    Attributes:
        directory: The directory.
    """

    directory: Path

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        own_mounts()
        mount(str(self.directory), self.directory, "", MS_BIND)
        mount("none", self.directory, "", MS_BIND | MS_REMOUNT | MS_RDONLY)
        yield


@dataclass(frozen=True)
class SmallFiles:
    """Surroundings in which no file grows beyond a size.

    Attributes:
        size: The size in bytes.
    """

    size: int

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, resource.RLIM_INFINITY))
        yield


def stopped_and_finished(case: Case, directory: Path, program: Program, reason: int) -> bool:
    """Let a fault stop a search, check the run against the promises, and resume it to the end.

    Returns:
        Whether the fault stopped it.
    """
    code = program.wait()
    if code:
        assert code == 4, program.err
        message = program.err.lower()
        assert os.strerror(reason).lower() in message or "is full" in message or "i/o error" in message, (
            program.err
        )
    case.check(directory, program)
    case.finish(directory)
    return code != 0


@pytest.mark.trial_of("the disk full from each write to the database onwards (ENOSPC)")
@needs_strace
@pytest.mark.parametrize("part", range(2))
def test_full_from_every_write_on(case: Case, full: bool, part: int) -> None:
    """The search stops with the reason, and continues when there is space again."""
    numbers = slice(part, None, 2 if full else 14)
    assert every(case, "pwrite64", "ENOSPC", errno.ENOSPC, "+", numbers) == case.row.tries


@pytest.mark.trial_of("an I/O error at every sync (EIO)")
@needs_strace
@pytest.mark.parametrize("call", ["fsync", "fdatasync"])
def test_error_at_every_sync(case: Case, full: bool, call: str) -> None:
    """The search stops with the reason, and continues from what is on the disk."""
    stopped = every(case, call, "EIO", errno.EIO, "", slice(0, None, 1 if full else 4))
    assert stopped > case.row.tries // 2  # SQLite ignores a directory that fails to sync


def every(case: Case, call: str, name: str, reason: int, following: str, numbers: slice) -> int:
    """Let each call of a system call fail in turn; returns how often that stopped the search."""
    program = case.search(case.place / "all", injection=call)
    assert program.wait() == 0
    count = Counter(line.partition("(")[0] for line in program.calls)[call]
    stopped = 0
    for number in range(1, count + 1)[numbers]:
        directory = case.place / f"{number}"
        injection = f"{call}:error={name}:when={number}{following}"
        stopped += stopped_and_finished(case, directory, case.search(directory, injection=injection), reason)
    return stopped


@pytest.mark.trial_of("disks of 14 sizes that fill up (tmpfs)")
@needs_mounts
def test_small_disk(case: Case, full: bool) -> None:
    """The disk may be full at any point of the search."""
    stopped = 0
    sizes = (4, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 128, 160, 400)
    for kilobytes in sizes if full else (8, 32, 56, 400):
        disk = case.place / f"{kilobytes}"
        disk.mkdir()
        program = case.search(disk / "run", surroundings=SmallDisk(disk, kilobytes))
        program.wait()
        disk.rmdir()
        disk.with_suffix(".kept").rename(disk)
        stopped += stopped_and_finished(case, disk / "run", program, errno.ENOSPC)
        assert [path.name for path in disk.iterdir()] == ["run"]
    assert 2 < stopped < case.row.tries


@pytest.mark.trial_of("files limited to 20 sizes (RLIMIT_FSIZE)")
def test_small_files(case: Case, full: bool) -> None:
    """Files may reach their limit at any point of the search."""
    stopped = 0
    for size in range(1000, 101_000, 5000 if full else 15_000):
        directory = case.place / f"{size}"
        program = case.search(directory, surroundings=SmallFiles(size))
        stopped += stopped_and_finished(case, directory, program, errno.EFBIG)
    assert 2 < stopped < case.row.tries


@pytest.mark.trial_of("a read-only directory")
@needs_mounts
def test_read_only(case: Case) -> None:
    """Everything can be read; searching is refused with the reason; nothing is changed."""
    directory = case.place / "runs" / "run"
    directory.parent.mkdir()
    case.finish(directory)
    before = (directory / "search.db").read_bytes()
    refused = (
        ["resume", directory],
        ["resume", directory, "--trials", 9],
        ["run", case.config, "-o", directory.parent / "b"],
    )
    for arguments, code in [
        *((each, 4) for each in refused),
        (["leaderboard", directory, "-f", "json"], 0),
        (["status", directory], 0),
        (["show", directory, "best"], 0),
        (["list", directory.parent], 0),
        (["export", directory, "--to", "jsonl"], 0),
    ]:
        program = Program(*arguments, cwd=case.place, surroundings=ReadOnly(directory.parent))
        assert program.wait() == code, program.err
        case.check(directory, program)
        assert code == 0 or "ead-only file system" in program.err
    assert (directory / "search.db").read_bytes() == before


@pytest.mark.trial_of("output that cannot be written (/dev/full)")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_nowhere_to_print_to(case: Case) -> None:
    """A log that cannot be written does not end a search; output that cannot be written is an error."""
    silent = case.search(case.place / "silent", surroundings=Full(2))
    assert silent.wait() == 0
    case.check(case.place / "silent")
    assert leaderboard(case.place / "silent") == case.expected.leaderboard
    for command in ("leaderboard", "status", "show"):
        program = Program(command, case.place / "silent", cwd=case.place, surroundings=Full(1))
        assert program.wait() == 1
        assert program.err == "Operating system error: [Errno 28] No space left on device\n"
        case.row.tries += 1
    assert hpsearch("list", case.place)[0] == 0


@dataclass(frozen=True)
class Full:
    """Surroundings in which a stream goes to a full device.

    Attributes:
        stream: Its file descriptor.
    """

    stream: int

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        os.dup2(os.open("/dev/full", os.O_WRONLY), self.stream)
        yield
