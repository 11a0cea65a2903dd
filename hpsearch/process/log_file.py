"""A trial's output, kept in a file of limited size."""

import os
from io import FileIO
from pathlib import Path
from typing import Self

from hpsearch.files import open_own

LOG_BYTES = 4 * 2**20
"""The largest size of the log of one stream of one trial."""


class Log:
    """A file of bytes; when it grows too large, only its beginning and end are kept.

    Whenever it reaches ``limit`` it is cut in place to about half of that, so it can be read at any time,
    and each byte is copied once on average. The file is created with the first byte.

    Args:
        path: The file; appended to if it exists.
        limit: The largest size in bytes.
    """

    def __init__(self, path: Path, limit: int = LOG_BYTES) -> None:
        self._path = path
        self._limit = limit
        self._file = self._open() if os.path.lexists(path) else None
        self._size = self._file.seek(0, 2) if self._file else 0
        self._written = self._size
        self._head: int | None = None

    def write(self, data: bytes) -> None:
        """Append any bytes."""
        if not data:
            return
        if self._file is None:
            self._file = self._open()
        self._file.write(data)
        self._size += len(data)
        self._written += len(data)
        if self._size > self._limit:
            self._cut()

    def _open(self) -> FileIO:
        return FileIO(open_own(self._path, os.O_RDWR | os.O_CREAT), "r+")

    def _cut(self) -> None:
        """Keep a quarter of the limit at the beginning and a quarter at the end, whole lines if possible."""
        assert self._file is not None  # noqa: S101 -- write() has opened it
        quarter = self._limit // 4
        if self._head is None:
            self._file.seek(0)
            head = self._file.read(quarter)
            self._head = head.rfind(b"\n") + 1 or quarter
        self._file.seek(self._size - quarter)
        tail = self._file.read(quarter)
        tail = tail[tail.find(b"\n") + 1 :]
        left_out = self._written - self._head - len(tail)
        rest = b"\n[... %d bytes are left out here ...]\n%s" % (left_out, tail)
        self._file.seek(self._head)
        self._file.write(rest)
        self._file.truncate()
        self._size = self._head + len(rest)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
