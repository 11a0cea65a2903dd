"""The checkpoint of a trial that trains the network: its training and its learning curve so far."""

import contextlib
import json
import time
from collections.abc import Sequence
from pathlib import Path

from hpsearch.data.dataset import Dataset
from hpsearch.files import write_whole
from hpsearch.network.train import Training
from hpsearch.trial import Epoch


class Checkpoint:
    """A trial's training and its learning curve so far, on disk.

    Args:
        directory: The trial's directory; created when first needed.
        seconds: The time between two checkpoints.
    """

    def __init__(self, directory: Path, seconds: float) -> None:
        self._directory = directory
        self._training = directory / "training.npz"
        self._curve = directory / "curve.json"
        self._seconds = seconds
        self._last = time.monotonic()
        self._epochs: list[Epoch] = []

    def epoch(self, training: Training, epoch: Epoch) -> None:
        """Write a checkpoint, if it is time."""
        self._epochs.append(epoch)
        if time.monotonic() - self._last < self._seconds:
            return
        # If the disk is full, only the checkpoint is lost, not the trial.
        with contextlib.suppress(OSError):
            for path in (self._directory.parents[1], self._directory.parent, self._directory):
                path.mkdir(exist_ok=True, mode=0o700)
            # The curve first: after a kill in between, it has extra epochs, which resume() cuts off.
            curve = [[epoch.number, dict(epoch.metrics), epoch.seconds] for epoch in self._epochs]
            write_whole(self._curve, json.dumps(curve, allow_nan=False), private=True)
            training.save(self._training)
        self._last = time.monotonic()

    def resume(self, dataset: Dataset) -> tuple[Training, Sequence[Epoch]] | None:
        """The training and its epochs so far; None if there is no usable checkpoint."""
        if not self._training.exists():
            return None
        try:
            training = Training.resume(self._training, dataset)
            curve = json.loads(self._curve.read_text(encoding="utf-8"))
            epochs = [Epoch(*epoch) for epoch in curve[: training.epoch]]
        except Exception:  # with any problem in a checkpoint, the trial can start over
            return None
        if len(epochs) != training.epoch:
            return None
        self._epochs = epochs
        return training, tuple(epochs)
