"""A stand-in for torch.utils.tensorboard: scalars, in TensorBoard's own format."""

import struct
from pathlib import Path


class SummaryWriter:
    """Writes scalars to an event file."""

    def __init__(self, log_dir: str) -> None:
        path = Path(log_dir)
        path.mkdir(parents=True, exist_ok=True)
        self._file = (path / "events.out.tfevents.1.host").open("wb")

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        """Write one scalar."""
        entry = b"\x0a" + bytes([len(tag)]) + tag.encode() + b"\x15" + struct.pack("<f", value)
        summary = b"\x0a" + bytes([len(entry)]) + entry
        event = b"\x09" + bytes(8) + b"\x10" + bytes([step]) + b"\x2a" + bytes([len(summary)]) + summary
        self._file.write(struct.pack("<QI", len(event), 0) + event + struct.pack("<I", 0))
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
