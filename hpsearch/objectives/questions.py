"""How a command asks what changes before its next epoch: it opens a named pipe and reads a line of JSON."""

from __future__ import annotations  # types are imported for annotations only

import contextlib
import errno
import json
import os
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hpsearch.trial import Value

ASK_SECONDS = 0.02
"""Seconds between checks for a question."""


class Questions:
    """A named pipe: to open it for reading is to ask, and to wait for the answer. A context manager.

    Every question has its own pipe, so that a reader that keeps an old one open is not mistaken for another
    question. The pipe is removed at the end.

    Args:
        path: Where the pipe is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._renew()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        self.path.unlink(missing_ok=True)

    def asked(self) -> bool:
        """Whether somebody waits for an answer."""
        if self._descriptor is None:
            try:
                self._descriptor = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
            except OSError as error:
                if error.errno != errno.ENXIO:  # nobody is reading
                    raise
        return self._descriptor is not None

    def answer(self, changes: Mapping[str, Value]) -> None:
        """Answer with the changes."""
        if self._descriptor is not None:
            self._renew()  # before the answer, so that the next question finds the next pipe
            with contextlib.suppress(BrokenPipeError):  # nobody is waiting any more
                os.write(self._descriptor, json.dumps(dict(changes)).encode() + b"\n")
            self._close()

    def _renew(self) -> None:
        draft = self.path.with_suffix(".next")
        draft.unlink(missing_ok=True)
        os.mkfifo(draft, 0o600)
        draft.replace(self.path)

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
