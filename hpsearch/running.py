"""What is a running trial doing? Its learning curve so far is written where it runs, and read from anywhere.

The file has a line of JSON per epoch, in the trial's directory, for other processes to show. A trial of less
than a second writes nothing, and a fast one writes about once a second.
"""

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hpsearch.files import open_below
from hpsearch.objective import OnEpoch
from hpsearch.trial import Epoch, Metric, Rung, Trial

WRITE_SECONDS = 1.0
"""Seconds between two writes; about the delay with which another process sees epochs."""

_LARGEST = 64 * 2**20
"""Bytes; if a file is larger, only its beginning is read."""


@dataclass(frozen=True, slots=True)
class RunningTrial:
    """A trial that has started and has no result yet.

    Attributes:
        trial: The trial.
        curve: Its known epochs so far.
        started: When it was started.
    """

    trial: Trial
    curve: tuple[Epoch, ...]
    started: datetime

    @property
    def seconds(self) -> float:
        """The duration so far."""
        return (datetime.now(UTC) - self.started).total_seconds()

    def value(self, metric: Metric) -> float | None:
        """A metric after the last epoch."""
        return self.curve[-1].metrics.get(metric.name) if self.curve else None


def next_rung(trial: Trial, epochs: int) -> Rung | None:
    """The next rung at which a trial may be stopped early, after some epochs."""
    return next((rung for rung in trial.rungs if rung.epoch > epochs), None)


class CurveFile:
    """The file of a running trial's learning curve, where other processes look for it.

    Args:
        path: The file; created, with its directories, at the first write.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def clear(self) -> None:
        """Remove the file of an interrupted run of the trial."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def append(self, lines: Sequence[str]) -> None:
        """Write more epochs, a line each; if the disk is full, only the view is lost, not the trial."""
        with contextlib.suppress(OSError):
            for directory in (self._path.parents[2], self._path.parents[1], self._path.parent):
                directory.mkdir(exist_ok=True, mode=0o700)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in lines)


class RunningCurve:
    """Passes on the learning curve of one running trial, about once a second.

    Args:
        write: Called with the new epochs, as lines, by one thread at a time; it never raises.
        earlier: The epochs before the first one that is added.
    """

    def __init__(self, write: Callable[[Sequence[str]], None], earlier: Sequence[Epoch] = ()) -> None:
        self._write_lines = write
        self._pending = list(earlier)
        self._last = time.monotonic()
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    def add(self, epoch: Epoch) -> None:
        """Write an epoch, now or within :data:`WRITE_SECONDS`."""
        with self._lock:
            self._pending.append(epoch)
            wait = self._last + WRITE_SECONDS - time.monotonic()
            if wait <= 0:
                self._write()
            elif self._timer is None:  # the next epoch may be an hour away
                self._timer = threading.Timer(wait, self._write_late)
                self._timer.daemon = True
                try:
                    self._timer.start()
                except RuntimeError:  # no thread can be started; the next epoch writes
                    self._timer = None

    def close(self) -> None:
        """Write nothing more: the trial has ended."""
        with self._lock:
            self._pending = []
            if self._timer is not None:
                self._timer.cancel()

    def _write_late(self) -> None:
        with self._lock:
            self._write()

    def _write(self) -> None:
        self._last, self._timer = time.monotonic(), None
        lines = [json.dumps([epoch.number, dict(epoch.metrics), epoch.seconds]) for epoch in self._pending]
        self._pending = []
        self._write_lines(lines)


@contextlib.contextmanager
def passed_on(
    write: Callable[[Sequence[str]], None], on_epoch: OnEpoch | None = None, earlier: Sequence[Epoch] = ()
) -> Iterator[OnEpoch]:
    """Pass on the learning curve of a trial while it runs.

    Args:
        write: See :class:`RunningCurve`.
        on_epoch: Also called after every epoch.
        earlier: The epochs in a checkpoint.

    Yields:
        The function to call after every epoch.
    """
    curve = RunningCurve(write, earlier)

    def call(trial: Trial, epoch: Epoch) -> None:
        curve.add(epoch)
        if on_epoch is not None:
            on_epoch(trial, epoch)

    try:
        yield call
    finally:
        curve.close()


def written_curve(
    directory: Path, on_epoch: OnEpoch | None, earlier: Sequence[Epoch] = ()
) -> contextlib.AbstractContextManager[OnEpoch]:
    """Write the learning curve of a trial while it runs.

    Args:
        directory: The trial's directory.
        on_epoch: Also called after every epoch.
        earlier: The epochs in a checkpoint.

    Returns:
        A context manager that returns the function to call after every epoch.
    """
    file = CurveFile(curve_file(directory))
    file.clear()
    return passed_on(file.append, on_epoch, earlier)


def curve_file(directory: Path) -> Path:
    """The file of a running trial's curve, given the trial's directory; it is removed with the checkpoint."""
    return directory / "checkpoint" / "running.jsonl"


def curve_size(directory: Path) -> int:
    """The size of the learning curve that a trial has written, in bytes."""
    try:
        return curve_file(directory).lstat().st_size
    except OSError:
        return 0


def read_curve(directory: Path) -> tuple[Epoch, ...]:
    """The learning curve so far of a trial, given its directory; empty if it has written none.

    No link is followed, only a regular file is opened, and a line that is damaged or half written
    ends the curve.
    """
    epochs: list[Epoch] = []
    with contextlib.suppress(OSError, ValueError, TypeError):
        root = directory.parent
        descriptor = open_below(root, *curve_file(directory).relative_to(root).parts)
        with os.fdopen(descriptor, "rb") as file:
            for line in file.read(_LARGEST).split(b"\n")[:-1]:
                number, metrics, seconds = json.loads(line)
                epochs.append(Epoch(int(number), dict(metrics), float(seconds)))
    return tuple(epochs)
