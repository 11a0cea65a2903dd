"""Tests of writing TensorBoard event files, read back record by record."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hpsearch.errors import UsageError
from hpsearch.exchange.run_export import RunExport
from hpsearch.exchange.tensorboard import write_events
from hpsearch.trial import Status

pytest.importorskip("tensorboardX", reason="tensorboardX is not installed")


def events(directory: Path) -> Iterator[Any]:
    """The events of the one file in a directory: length, its checksum, data, its checksum, and so on."""
    from tensorboardX.proto.event_pb2 import Event

    (path,) = directory.glob("events.out.tfevents.*")
    data = path.read_bytes()
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        yield Event.FromString(data[12 : 12 + length])
        data = data[16 + length :]


def hparams(directory: Path) -> dict[str, Any]:
    """The data that the HParams tab finds, by tag."""
    from tensorboardX.proto.plugin_hparams_pb2 import HParamsPluginData

    return {
        value.tag: HParamsPluginData.FromString(value.metadata.plugin_data.content)
        for event in events(directory)
        for value in event.summary.value
        if value.metadata.plugin_data.plugin_name == "hparams"
    }


def scalars(directory: Path) -> dict[str, list[tuple[int, float]]]:
    """Steps and values by tag."""
    found: dict[str, list[tuple[int, float]]] = {}
    for event in events(directory):
        for value in event.summary.value:
            if not value.metadata.plugin_data.plugin_name:
                found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return found


def test_curves_are_scalars(export: RunExport, tmp_path: Path) -> None:
    """They are by epoch, with the value at the end; values that are not finite are left out."""
    write_events(export, tmp_path / "events")
    assert scalars(tmp_path / "events" / "trial-00001") == {
        "val/loss": [(1, 0.125), (2, 0.25)],
        "acc@5": [(1, 0.5), (2, 1.0)],
        "hparam/val/loss": [(2, 0.25)],
        "hparam/test/loss": [(2, 0.75)],
    }
    diverged = list(Status).index(Status.DIVERGED)
    assert scalars(tmp_path / "events" / f"trial-{diverged:05d}")["val/loss"] == [(1, 0.125)]


def test_values_are_hyperparameters(export: RunExport, tmp_path: Path) -> None:
    """Numbers, text, booleans and constants are present; the metric is named."""
    write_events(export, tmp_path / "events")
    found = hparams(tmp_path / "events" / "trial-00000")
    start = found["_hparams_/session_start_info"].session_start_info.hparams
    assert (start["lr"].number_value, start["optimizer"].string_value) == (0.01, "sgd")
    assert (start["nesterov"].bool_value, start["epochs"].number_value) == (True, 3)
    tags = [info.name.tag for info in found["_hparams_/experiment"].experiment.metric_infos]
    assert tags == ["hparam/val/loss", "hparam/test/loss"]


def test_statuses_are_statuses(export: RunExport, tmp_path: Path) -> None:
    """Done and stopped are successes, unfinished is running, all others failed."""
    from tensorboardX.proto.api_pb2 import Status as Theirs

    write_events(export, tmp_path / "events")
    ends = [hparams(path)["_hparams_/session_end_info"] for path in sorted((tmp_path / "events").iterdir())]
    names = [Theirs.Name(end.session_end_info.status) for end in ends]
    assert names == [*["STATUS_SUCCESS"] * 2, *["STATUS_FAILURE"] * (len(Status) - 2), "STATUS_RUNNING"]


def test_a_directory_with_files_is_not_changed(export: RunExport, tmp_path: Path) -> None:
    """Nothing is added to existing files."""
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "mine").touch()
    with pytest.raises(UsageError, match="already exists and was not changed"):
        write_events(export, tmp_path / "events")
    with pytest.raises(UsageError, match="cannot be written"):
        write_events(export, tmp_path / "events" / "mine" / "there")
