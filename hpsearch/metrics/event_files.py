"""A small reader of TensorBoard's event files: scalars only, without TensorFlow and without protobuf.

A file is a sequence of TFRecords (``uint64`` length, masked CRC, bytes, masked CRC), each of which is an
``Event`` message. Source: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto,
tensorflow/core/framework/summary.proto and tensor.proto. Only the fields for scalars are read.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LONGEST_RECORD = 2**26
"""Bytes; a longer record is treated as damage."""

_HEADER, _FOOTER = 12, 4
_STEP, _SUMMARY = 2, 5  # of Event
_VALUE = 1  # of Summary
_TAG, _SIMPLE_VALUE, _TENSOR = 1, 2, 8  # of Summary.Value
_DTYPE, _CONTENT = 1, 4  # of TensorProto
_FORMATS = {1: "f", 2: "d", 3: "i", 9: "q", 19: "e"}
"""Formats by DataType: float, double, int32, int64, half."""
_LISTS = {5: "f", 6: "d"}
"""Fields of TensorProto with separate values: float_val, double_val."""


class DamagedEvents(ValueError):
    """A file does not have the format of an event file."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One point of a curve.

    Attributes:
        tag: The curve's name.
        step: The program's step.
        value: The number.
    """

    tag: str
    step: int
    value: float


class EventFile:
    """Follows an event file as it grows.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def scalars(self) -> Iterator[Scalar]:
        """The scalars of complete records that were added.

        Raises:
            DamagedEvents: The file is not an event file.
            OSError: It cannot be read.
        """
        with self._path.open("rb") as file:
            file.seek(self._offset)
            while len(header := file.read(_HEADER)) == _HEADER:
                (length,) = struct.unpack("<Q", header[:8])
                if length > LONGEST_RECORD:
                    raise DamagedEvents(f"{self._path} is not an event file of TensorBoard, or it is damaged")
                data = file.read(length + _FOOTER)
                if len(data) < length + _FOOTER:
                    return
                self._offset = file.tell()
                try:
                    yield from _scalars(data[:length])
                except (IndexError, struct.error, UnicodeDecodeError) as error:
                    raise DamagedEvents(f"{self._path} has a record that cannot be read: {error}") from None


def _scalars(event: bytes) -> Iterator[Scalar]:
    step, summaries = 0, []
    for field, content in _fields(event):
        if field == _STEP and isinstance(content, int):
            step = content
        elif field == _SUMMARY and isinstance(content, bytes):
            summaries.append(content)
    for summary in summaries:
        for field, value in _fields(summary):
            if field == _VALUE and isinstance(value, bytes):
                yield from _scalar(value, step)


def _scalar(message: bytes, step: int) -> Iterator[Scalar]:
    tag, number = "", None
    for field, content in _fields(message):
        if field == _TAG and isinstance(content, bytes):
            tag = content.decode()
        elif field == _SIMPLE_VALUE and isinstance(content, bytes):
            (number,) = struct.unpack("<f", content)
        elif field == _TENSOR and isinstance(content, bytes):
            number = _tensor(content)
    if tag and number is not None:
        yield Scalar(tag, step, float(number))


def _tensor(message: bytes) -> float | None:
    """The value of a tensor with one number; None for other tensors."""
    dtype, values = 0, []
    for field, content in _fields(message):
        if field == _DTYPE and isinstance(content, int):
            dtype = content
        elif field == _CONTENT and isinstance(content, bytes) and dtype in _FORMATS and content:
            code = _FORMATS[dtype]
            values += [x for (x,) in struct.iter_unpack(f"<{code}", content)]
        elif field in _LISTS and isinstance(content, bytes):
            values += [x for (x,) in struct.iter_unpack(f"<{_LISTS[field]}", content)]
    return float(values[0]) if len(values) == 1 else None


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protobuf message: numbers for wire type 0, bytes for all others."""
    index = 0
    while index < len(message):
        key, index = _varint(message, index)
        match key & 7:
            case 0:
                value, index = _varint(message, index)
                yield key >> 3, value
                continue
            case 1:
                size = 8
            case 2:
                size, index = _varint(message, index)
            case 5:
                size = 4
            case other:
                raise struct.error(f"wire type {other}")
        if index + size > len(message):
            raise IndexError("a field is longer than its record")
        yield key >> 3, message[index : index + size]
        index += size


def _varint(message: bytes, index: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[index]
        value |= (byte & 0x7F) << shift
        index, shift = index + 1, shift + 7
        if byte < 0x80:
            return value, index
