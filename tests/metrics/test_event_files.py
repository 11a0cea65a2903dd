"""Tests of the reader of TensorBoard's event files."""

import struct
from pathlib import Path

import pytest

from hpsearch.metrics.event_files import DamagedEvents, EventFile, Scalar


def field(number: int, content: bytes) -> bytes:
    """A field of a protobuf message, of wire type 2."""
    return bytes([number << 3 | 2, len(content)]) + content


def record(event: bytes) -> bytes:
    """A TFRecord; its checksums are not read."""
    return struct.pack("<QI", len(event), 0) + event + struct.pack("<I", 0)


def event(tag: str, step: int, value: bytes) -> bytes:
    """An event with one value of a summary."""
    summary = field(1, field(1, tag.encode()) + value)
    return record(b"\x09" + bytes(8) + b"\x10" + bytes([step]) + field(5, summary))


def simple(value: float) -> bytes:
    """A ``simple_value``."""
    return b"\x15" + struct.pack("<f", value)


def test_scalars_of_all_forms_are_read(tmp_path: Path) -> None:
    """Simple values and tensors with one number are read; other summaries are skipped."""
    path = tmp_path / "events.out.tfevents.1"
    tensor = field(8, b"\x08\x02" + field(4, struct.pack("<d", 0.1)))
    listed = field(8, b"\x08\x01" + field(5, struct.pack("<f", 0.25)))
    several = field(8, b"\x08\x01" + field(5, struct.pack("<2f", 1, 2)))
    picture = field(4, b"picture")
    path.write_bytes(
        record(b"\x09" + bytes(8) + field(3, b"brain.Event:2"))
        + event("loss", 1, simple(0.5))
        + event("acc", 2, tensor)
        + event("auc", 3, listed)
        + event("many", 3, several)
        + event("image", 3, picture)
    )
    found = [Scalar("loss", 1, 0.5), Scalar("acc", 2, 0.1), Scalar("auc", 3, 0.25)]
    assert list(EventFile(path).scalars()) == found


def test_a_record_is_read_once_it_is_whole(tmp_path: Path) -> None:
    """A record is read when complete, however it was split when written."""
    path = tmp_path / "events.out.tfevents.1"
    whole = event("loss", 1, simple(0.5)) + event("loss", 2, simple(0.25))
    follower, found = EventFile(path), []
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        found += list(follower.scalars())
    assert [scalar.value for scalar in found] == [0.5, 0.25]


def test_tensorboardx_writes_what_is_read(tmp_path: Path) -> None:
    """Another program's files have the format's special cases: NaN, infinity, large steps."""
    tensorboard = pytest.importorskip("tensorboardX")
    writer = tensorboard.SummaryWriter(str(tmp_path))
    for step, value in enumerate([1.5, float("nan"), float("inf"), -0.25]):
        writer.add_scalar("val/loss", value, step * 1000)
    writer.add_text("note", "hello", 1)
    writer.close()
    (path,) = tmp_path.glob("*tfevents*")
    found = list(EventFile(path).scalars())
    assert [scalar.step for scalar in found] == [0, 1000, 2000, 3000]
    assert repr([scalar.value for scalar in found]) == "[1.5, nan, inf, -0.25]"


@pytest.mark.parametrize("damage", [b"\xff" * 40, record(b"\x0f"), record(b"\x2a\x7f"), record(b"\x10\xff")])
def test_damage_is_an_error(tmp_path: Path, damage: bytes) -> None:
    """Damage is never read as something else."""
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(damage)
    with pytest.raises(DamagedEvents):
        list(EventFile(path).scalars())
