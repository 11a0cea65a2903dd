"""The epochs, touches and notes of a nursed model, in the order in which they happened.

A file with one JSON object per line. A line is on disk before it takes effect, so wherever a diary ends, the
model can be restored from it.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hpsearch.errors import RunDamaged, UsageError
from hpsearch.files import open_own
from hpsearch.touches import Touch


@dataclass(frozen=True, slots=True)
class TrainedEpoch:
    """One epoch of the model.

    Attributes:
        number: Counted from 1, on the path that the model was on.
        metrics: By name; None if not finite.
        seconds: How long it took to train and measure it.
        layers: Figures of every layer (:meth:`hpsearch.network.diagnostics.LayerFigures.summary`).
    """

    number: int
    metrics: Mapping[str, float | None]
    seconds: float
    layers: Sequence[Mapping[str, float | None]] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A note by the user.

    Attributes:
        epoch: How many epochs the model had been trained for.
        text: The note.
        when: When it was written.
    """

    epoch: int
    text: str
    when: datetime


Entry = TrainedEpoch | Touch | Note


@dataclass(slots=True)
class History:
    """The content of a diary.

    Attributes:
        epochs: The epochs of the path that the model is on.
        left: The epochs of abandoned paths, each from the epoch after the one it returned to.
        touches: All touches, including detours.
        notes: The notes.
    """

    epochs: list[TrainedEpoch] = field(default_factory=list)
    left: list[tuple[TrainedEpoch, ...]] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Add the next entry.

        Raises:
            UsageError: It cannot follow the earlier entries.
        """
        now = len(self.epochs)
        if isinstance(entry, TrainedEpoch):
            if entry.number != now + 1:
                raise UsageError(f"the next epoch must be {now + 1}; found {entry.number}")
            self.epochs.append(entry)
        elif isinstance(entry, Touch):
            if entry.epoch != now or entry.leads_to > now:
                raise UsageError(f"the next touch must be after epoch {now}; found one {entry}")
            self.touches.append(entry)
            if entry.leads_to < now:
                self.left.append(tuple(self.epochs[entry.leads_to :]))
                del self.epochs[entry.leads_to :]
        else:
            self.notes.append(entry)


class Diary:
    """The file.

    Args:
        path: The file; created when the first entry is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, entries: Iterable[Entry]) -> None:
        """Append entries; on return they are on disk.

        Raises:
            OSError: They cannot be written.
        """
        lines = "".join(json.dumps(_to_json(entry), allow_nan=False) + "\n" for entry in entries)
        descriptor = open_own(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with os.fdopen(descriptor, "wb") as file:
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> History:
        """Everything in it; an incomplete last line is left out.

        Raises:
            RunDamaged: A line cannot be read, or cannot follow the line before it.
        """
        history = History()
        if not os.path.lexists(self.path):
            return history
        with os.fdopen(open_own(self.path, os.O_RDONLY), "rb") as file:
            lines = file.read().split(b"\n")
        for number, line in enumerate(lines[:-1], 1):
            try:
                history.add(_from_json(json.loads(line)))
            except (ValueError, TypeError, KeyError, AttributeError, UsageError) as error:
                raise RunDamaged(f"{self.path}:{number} is damaged: {error}") from error
        return history

    def drop_cut_line(self) -> None:
        """Remove an incomplete last line, so that another can be appended."""
        if not os.path.lexists(self.path):
            return
        with os.fdopen(open_own(self.path, os.O_RDWR), "rb+") as file:
            text = file.read()
            file.truncate(text.rfind(b"\n") + 1)


def _to_json(entry: Entry) -> dict[str, Any]:
    if isinstance(entry, TrainedEpoch):
        layers = [dict(layer) for layer in entry.layers]
        return {
            "trained": entry.number,
            "metrics": dict(entry.metrics),
            "seconds": entry.seconds,
            "layers": layers,
        }
    if isinstance(entry, Touch):
        return {"touch": entry.to_json()}
    return {"note": entry.text, "epoch": entry.epoch, "when": entry.when.isoformat()}


def _from_json(data: Mapping[str, Any]) -> Entry:
    if "trained" in data:
        metrics = {str(name): _number(value) for name, value in data["metrics"].items()}
        layers = [{str(name): _number(value) for name, value in layer.items()} for layer in data["layers"]]
        return TrainedEpoch(int(data["trained"]), metrics, float(data["seconds"]), layers)
    if "touch" in data:
        return Touch.from_json(data["touch"])
    return Note(int(data["epoch"]), str(data["note"]), datetime.fromisoformat(data["when"]))


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def now() -> datetime:
    """The time, for a note."""
    return datetime.now(UTC)
