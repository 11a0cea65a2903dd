"""The files of one trial of the user's code."""

import contextlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from hpsearch.trial import Status

MAY_GO_ON = (Status.TIMED_OUT, Status.OUT_OF_MEMORY, Status.CRASHED)
"""After these a trial that runs again goes on from its checkpoint."""


class TrialFiles:
    """A trial's directory, its checkpoints, and the records that it has reported so far.

    ::

        trials/00031/
          stdout.log, stderr.log
          checkpoint/       for the user's code; removed when the trial has its result
          curve.jsonl       what it has reported; kept as long as the checkpoints
          ...               whatever else the user's code leaves

    Args:
        directory: The trial's.

    Attributes:
        directory: The trial's.
        checkpoint: Where its code may keep checkpoints.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.checkpoint = directory / "checkpoint"
        self._curve = directory / "curve.jsonl"

    def __enter__(self) -> Self:
        self.checkpoint.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave no empty directories."""
        for directory in (self.checkpoint, self.directory):
            with contextlib.suppress(OSError):
                directory.rmdir()

    def earlier(self) -> list[dict[str, Any]]:
        """The records from before, if there is a checkpoint to go on from."""
        if not any(self.checkpoint.iterdir()):
            return []
        records = []
        with contextlib.suppress(OSError, ValueError), self._curve.open(encoding="utf-8") as file:
            for line in file:  # a kill may have cut the last one
                records.append(json.loads(line))  # noqa: PERF401 -- what was read before an error is kept
        return records

    def begin(self, earlier: list[dict[str, Any]]) -> None:
        """Remember these records only."""
        with self._curve.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in earlier)

    def report(self, record: Mapping[str, Any]) -> None:
        """Remember one record more, before the code behind it goes on."""
        with self._curve.open("a", encoding="utf-8") as file:
            file.write(json.dumps(dict(record)) + "\n")

    def forget_checkpoint(self) -> None:
        """Begin anew."""
        shutil.rmtree(self.checkpoint, ignore_errors=True)
        self.checkpoint.mkdir(mode=0o700, exist_ok=True)

    def tidy(self, status: Status) -> None:
        """Remove what a trial with this result needs no more."""
        if status not in MAY_GO_ON or not any(self.checkpoint.iterdir()):
            shutil.rmtree(self.checkpoint, ignore_errors=True)
            self._curve.unlink(missing_ok=True)
