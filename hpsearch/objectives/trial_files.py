"""The files of one trial of user code."""

import contextlib
import errno
import fcntl
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, TextIO

from hpsearch.files import open_own

ATTEMPTS = 100


class TrialFiles:
    """A trial's directory, its checkpoints, and the records that it has reported so far.

    A context manager that holds a lock on the directory. The supervisor of a child shares the lock, and keeps
    it until nothing of its command is left. So a search that is killed and resumed at once waits for the
    processes of the first one, and no trial runs in two processes at the same time.

    ::

        trials/00031/
          stdout.log, stderr.log
          checkpoint/          removed when the trial's result is recorded
            files/             where its code may keep checkpoints
            curve.jsonl        the records that it has reported
          ...                  anything else that the code leaves

    Args:
        directory: The trial's directory.

    Attributes:
        directory: The trial's directory.
        checkpoint: Where its code may keep checkpoints.
        lock_fd: The file descriptor of the lock.
    """

    lock_fd: int

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.checkpoint = directory / "checkpoint" / "files"
        self._curve = directory / "checkpoint" / "curve.jsonl"

    def __enter__(self) -> Self:
        for path in (self.directory.parent, self.directory, self._curve.parent, self.checkpoint):
            if path.is_symlink():  # otherwise somebody else's files would be removed at the end
                raise OSError(errno.ELOOP, "is a link", str(path))
        for _ in range(ATTEMPTS):  # another process may remove the directory while it is empty
            with contextlib.suppress(FileNotFoundError):
                self.checkpoint.mkdir(parents=True, exist_ok=True, mode=0o700)
                self.lock_fd = _locked(self.directory)
                if self.checkpoint.is_dir():
                    return self
                os.close(self.lock_fd)
        raise FileNotFoundError(errno.ENOENT, "is removed again and again", str(self.checkpoint))

    def __exit__(self, *_: object) -> None:
        """Remove empty directories, and a curve without a checkpoint."""
        os.close(self.lock_fd)
        with contextlib.suppress(OSError):  # a directory is not empty
            self.checkpoint.rmdir()
            self._curve.unlink(missing_ok=True)
            self._curve.parent.rmdir()
            self.directory.rmdir()

    def has_checkpoint(self) -> bool:
        """Whether there is a checkpoint to continue from."""
        return any(self.checkpoint.iterdir())

    def earlier(self) -> list[dict[str, Any]]:
        """The earlier records."""
        records = []
        with contextlib.suppress(OSError, ValueError), self._open_curve(os.O_RDONLY) as file:
            for line in file:  # a kill may have truncated the last one
                records.append(json.loads(line))  # noqa: PERF401 -- what was read before an error is kept
        return records

    def start(self, earlier: list[dict[str, Any]]) -> None:
        """Keep only these records."""
        with self._open_curve(os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as file:
            file.writelines(json.dumps(record) + "\n" for record in earlier)

    def report(self, record: Mapping[str, Any]) -> None:
        """Append a record, before the code that reported it continues."""
        with self._open_curve(os.O_WRONLY | os.O_CREAT | os.O_APPEND) as file:
            file.write(json.dumps(dict(record)) + "\n")

    def _open_curve(self, flags: int) -> TextIO:
        return os.fdopen(open_own(self._curve, flags), "w" if flags & os.O_WRONLY else "r", encoding="utf-8")

    def forget_checkpoint(self) -> None:
        """Start over."""
        shutil.rmtree(self.checkpoint, ignore_errors=True)
        self.checkpoint.mkdir(mode=0o700, exist_ok=True)


def _locked(directory: Path) -> int:
    """A file descriptor of a directory, with a lock that lasts as long as any process has it open."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems do not lock directories
            fcntl.flock(descriptor, fcntl.LOCK_EX)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
