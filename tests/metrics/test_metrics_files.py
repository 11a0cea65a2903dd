"""Tests of following the files that a program writes its metrics to."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from hpsearch.metrics.metrics_files import MetricsFile, UnreadableMetrics
from tests.metrics.test_event_files import event, simple


def grow(path: Path, texts: list[bytes], pattern: str) -> list[dict[str, Any]]:
    """The records of a file that grows through some contents, read after each, then the final metrics."""
    follower = MetricsFile(pattern, "val_loss")
    found = list(follower.records())
    for text in texts:
        path.write_bytes(text)
        found += list(follower.records())
    return [*found, *follower.records(ended=True), follower.final()]


LIGHTNING = b"""epoch,step,train_loss,val_loss
0,10,,0.5
0,10,0.7,
1,20,,0.25
1,20,0.6,
"""
KERAS = b"epoch,loss,val_loss\n0,0.7,0.5\n1,0.6,2.5e-1\n"
JSON_LINES = b'{"epoch": 1, "val": {"loss": 0.5}}\nnoise\n{"train_loss": 0.6}\n{"val_loss": 0.25}\n'
TRAINER = json.dumps(
    {"best": 1, "log_history": [{"val_loss": 0.5}, {"loss": 0.6}, {"val_loss": 0.25}]}
).encode()


FIRST, SECOND = {"loss": 0.7, "val_loss": 0.5}, {"loss": 0.6, "val_loss": 0.25}
COLUMNS = b'{"val_loss": [0.5, 0.25], "loss": [0.7, 0.6]}'
OBJECTS = b'[{"val_loss": 0.5}, {"test_loss": 0.25}]'
OBJECT = b'{"test": {"acc": 0.5}, "val_loss": 0.25}'
EVENTS = event("lr", 1, simple(2)) + event("val/loss", 1, simple(0.5)) + event("acc", 1, simple(4))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "lightning.csv",
            LIGHTNING,
            [{"val_loss": 0.5}, {"train_loss": 0.7, "val_loss": 0.25}, {"train_loss": 0.6}],
        ),
        ("keras.csv", KERAS, [FIRST, SECOND, {}]),
        ("keras.tsv", KERAS.replace(b",", b"\t"), [FIRST, SECOND, {}]),
        ("keras.csv", KERAS.replace(b",", b";"), [FIRST, SECOND, {}]),
        (
            "m.log",
            b"epoch 1: val_loss 0.5\nloss: 3\nval_loss 0.25\n",
            [{"val_loss": 0.5}, {"loss": 3, "val_loss": 0.25}, {}],
        ),
        ("m.jsonl", JSON_LINES, [{"val_loss": 0.5}, {"train_loss": 0.6, "val_loss": 0.25}, {}]),
        ("trainer_state.json", TRAINER, [{"val_loss": 0.5}, {"loss": 0.6, "val_loss": 0.25}, {}]),
        ("columns.json", COLUMNS, [FIRST, SECOND, {}]),
        ("objects.json", OBJECTS, [{"val_loss": 0.5}, {"test_loss": 0.25}]),
        ("object.json", OBJECT, [{"test.acc": 0.5, "val_loss": 0.25}, {}]),
        ("events.out.tfevents.1", EVENTS, [{"lr": 2.0, "val_loss": 0.5}, {"acc": 4.0}]),
    ],
)
def test_a_file_is_read_the_same_however_it_grows(
    tmp_path: Path, name: str, content: bytes, expected: list[dict[str, float]]
) -> None:
    """The result is the same at once or byte by byte."""
    path = tmp_path / name
    assert grow(path, [content], str(path)) == expected
    path.unlink()
    assert grow(path, [content[: n + 1] for n in range(len(content))], str(path)) == expected


def test_a_json_file_that_is_replaced_counts_at_the_end(tmp_path: Path) -> None:
    """How often it is seen depends on timing, and records must not."""
    path = tmp_path / "m.json"
    texts = [b'{"val_loss": 0.5}', b'{"val_loss": 0.25}']
    assert grow(path, texts, str(path)) == grow(path, texts[1:], str(path)) == [{"val_loss": 0.25}, {}]


def test_files_of_earlier_trials_are_left_out(tmp_path: Path) -> None:
    """Lightning creates a directory for every version; a pattern finds the new one."""
    for version in (0, 1):
        (tmp_path / f"version_{version}").mkdir()
    (tmp_path / "version_0" / "metrics.csv").write_bytes(KERAS)
    pattern = str(tmp_path / "version_*" / "metrics.csv")
    found = grow(tmp_path / "version_1" / "metrics.csv", [LIGHTNING], pattern)
    assert [record.get("val_loss") for record in found] == [0.5, 0.25, None]


def test_what_earlier_trials_wrote_is_not_read_again(tmp_path: Path) -> None:
    """A program may append to a file, or rewrite it."""
    path = tmp_path / "m.csv"
    path.write_bytes(KERAS)
    appended = KERAS + b"0,0.4,0.125\n"
    assert grow(path, [appended], str(path)) == [{"loss": 0.4, "val_loss": 0.125}, {}]
    path.write_bytes(KERAS)
    anew = KERAS.replace(b"0.7", b"0.8")
    assert grow(path, [anew], str(path)) == [{"loss": 0.8, "val_loss": 0.5}, SECOND, {}]
    lines = tmp_path / "m.jsonl"
    lines.write_bytes(JSON_LINES)
    assert grow(lines, [JSON_LINES + b'{"val_loss": 3}\n'], str(lines)) == [{"val_loss": 3}, {}]


def test_two_files_that_match_are_an_error(tmp_path: Path) -> None:
    """The message names the files that match."""
    follower = MetricsFile(str(tmp_path / "*.csv"), "val_loss")
    (tmp_path / "a.csv").write_bytes(KERAS)
    (tmp_path / "b.csv").write_bytes(KERAS)
    with pytest.raises(UnreadableMetrics, match=r"a\.csv and .*b\.csv; name one"):
        list(follower.records())


def test_a_directory_of_event_files_is_read(tmp_path: Path) -> None:
    """A metric in two files is named with its directory; other files give final metrics."""
    for name, value in (("train", 0.5), ("validation", 0.25)):
        (tmp_path / name).mkdir()
        path = tmp_path / name / "events.out.tfevents.1"
        path.write_bytes(event("epoch_loss", 1, simple(value)) + event("x", 1, simple(value)))
        os.utime(path, ns=(1, 1))
    fresh = MetricsFile(str(tmp_path), "validation/epoch_loss")
    fresh._before.clear()
    assert list(fresh.records()) == [{"validation/epoch_loss": 0.25}]
    assert fresh.final() == {"x": 0.5, "epoch_loss": 0.5}
    both = MetricsFile(str(tmp_path), "epoch_loss")
    both._before.clear()
    with pytest.raises(UnreadableMetrics, match="train/epoch_loss and validation/epoch_loss"):
        list(both.records())


def test_a_file_without_its_format_is_an_error_at_the_end(tmp_path: Path) -> None:
    """Before the end, it may be half written."""
    path = tmp_path / "m.json"
    follower = MetricsFile(str(path), "val_loss")
    path.write_bytes(b'{"val_loss": ')
    assert list(follower.records()) == []
    with pytest.raises(UnreadableMetrics, match="cannot be read"):
        list(follower.records(ended=True))


def test_a_file_that_never_comes_has_no_records(tmp_path: Path) -> None:
    """The trial says that nothing was reported."""
    follower = MetricsFile(str(tmp_path / "m.csv"), "val_loss")
    assert [*follower.records(), *follower.records(ended=True)] == []
    assert not follower.found


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (b"val_loss\n0.5\n1,200.5\n", "row 2 has 2 cells, and the header 1"),
        (b"epoch,val_loss\n1,0.5\n2,x\n", "row 2 has 'x' for val_loss, which is not a number"),
        (b'val_loss,n\n"0,954",1\n', "row 1 has '0,954' for val_loss, which is not a number"),
        (b"epoch;val_loss\n1;0,5\n", "row 1 has '0,5' for val_loss, which is not a number"),
    ],
)
def test_a_table_that_would_be_misread_is_an_error(tmp_path: Path, rows: bytes, message: str) -> None:
    """Otherwise an earlier row would count as the last one. A cell may be empty."""
    path = tmp_path / "m.csv"
    follower = MetricsFile(str(path), "val_loss")
    path.write_bytes(rows)
    with pytest.raises(UnreadableMetrics, match=re.escape(message)):
        list(follower.records(ended=True))
    path.write_bytes(b"epoch,val_loss\n1,0.5\n2,\n3,NA\n4,nan\n")
    assert repr([each["val_loss"] for each in follower.records(ended=True)]) == "[0.5, nan]"
