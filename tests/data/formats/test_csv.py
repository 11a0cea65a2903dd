"""Tests of reading .csv files."""

import os
from pathlib import Path

import numpy as np
import pytest

from hpsearch.data.formats import parts, read, read_features
from hpsearch.errors import DataError


def save(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a table."""
    (path / "data.csv").write_text(text, encoding=encoding)
    return path / "data.csv"


GOOD = "width,kind,height\n1.5,cat,2\n-3e2,dog,4\n"


def test_the_label_column_is_found_by_name(tmp_path: Path) -> None:
    """It may be any column; the others are the features."""
    rows = read(save(tmp_path, GOOD), label="kind").train
    assert rows.x.tolist() == [[1.5, 2], [-300, 4]]
    assert rows.y.tolist() == ["cat", "dog"]


@pytest.mark.parametrize("text", [GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD, GOOD + "\n\n", GOOD[:-1]])
def test_line_ends_and_byte_order_marks_do_not_matter(text: str, tmp_path: Path) -> None:
    """Files from any system are read, and empty lines are skipped."""
    assert read(save(tmp_path, text), label="kind").train.x.tolist() == [[1.5, 2], [-300, 4]]


def test_labels_that_are_whole_numbers_become_numbers(tmp_path: Path) -> None:
    """They are sorted as numbers; the column is called label by default."""
    assert read(save(tmp_path, "a,label\n1,10\n2,9\n")).train.y.tolist() == [10, 9]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["1", "-2", "+3"], [1, -2, 3]),
        (["1.0", "2e0", "3"], [1, 2, 3]),
        ([str(2**63 - 1), str(-(2**63))], [2**63 - 1, -(2**63)]),
        (["1", "01"], ["1", "01"]),
        (["010", "10"], ["010", "10"]),
        (["10", "1_0"], ["10", "1_0"]),
        (["1", "\u0661"], ["1", "\u0661"]),
        (["0", "a"], ["0", "a"]),
    ],
)
def test_labels_are_numbers_only_if_no_two_become_one(
    labels: list[str], expected: list[object], tmp_path: Path
) -> None:
    """Leading zeros, underscores and digits of other scripts make them text."""
    text = "a,label\n" + "".join(f"{row},{label}\n" for row, label in enumerate(labels))
    assert read(save(tmp_path, text)).train.y.tolist() == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,label\n1,2,x\n3,four,y\n", r"data\.csv:3: column b: must be a finite number; found 'four'"),
        ("a,b,label\n1,2,x\n\n3,,y\n", r"data\.csv:4: column b: must be a finite number; found ''"),
        ("a,label\n1,x\nnan,y\n", r"data\.csv:3: column a: must be a finite number; found 'nan'"),
        ("a,label\n-inf,x\n", r"data\.csv:2: column a: must be a finite number; found '-inf'"),
        ("a,label\n1e999,x\n", r"data\.csv:2: column a: must be a finite number; found '1e999'"),
        ("a,label\n1,x\n1,2,y\n", r"data\.csv:3: every line must have 2 values, as the first has; found 3"),
        ("a,label\n1,x\n2\n", r"data\.csv:3: every line must have 2 values, as the first has; found 1"),
        (
            "a,label,label\n1,x,y\n",
            r"data\.csv:1: every column must have a different name; found 'label' twice",
        ),
        ("a,b\n1,2\n", r"data\.csv:1: no column is named label; name .* label: COLUMN; found a, b"),
        ("a,a,label\n1,2,x\n", r"data\.csv:1: every column must have a different name; found 'a' twice"),
        ("label\nx\n", r"data\.csv:1: there must be a column of numbers"),
        ("a,label\n", r"data\.csv: must have at least one line below the column names"),
        ("", r"data\.csv: must start with a line of column names; the file is empty"),
        ("a,label\n1,x\n2, \n", r"column label: every row needs a label; row 1 \(counted from 0\) has none"),
        (
            "a,label\n1,0\n2,1.5\n",
            r"column label: labels must be whole numbers of 64 bits, or text; found 1.5 in row 1",
        ),
        ('a,label\n1,"x\n', r"data\.csv:2: "),
        ("a,label\n1,0\n1_0,1\n", r"data\.csv:3: column a: must be a finite number; found '1_0'"),
        (f"a,label\n1,0\n2,{10**30}\n", r"column label: labels must be .* 64 bits.* found 10+ in row 1"),
        (
            f"a,label\n1,0\n2,-{2**63 + 1}\n",
            r"column label: .* 64 bits.* found -9223372036854775809 in row 1",
        ),
        (f"a,label\n1,0\n2,{'9' * 5000}\n", r"column label: .* 64 bits.* found 9{40} in row 1"),
        ("a,label\n1,0\n2,1e400\n", r"column label: .* 64 bits.* found inf in row 1"),
    ],
)
def test_what_cannot_be_used_is_named(text: str, message: str, tmp_path: Path) -> None:
    """The message names the line and column, the rule and the value found."""
    with pytest.raises(DataError, match=message):
        read(save(tmp_path, text))


def test_text_must_be_utf8(tmp_path: Path) -> None:
    """Another encoding is an error, not a guess."""
    with pytest.raises(DataError, match="must be UTF-8 text"):
        read(save(tmp_path, "a,label\n1,Käse\n", encoding="latin-1"))


def test_features_are_read_with_or_without_labels(tmp_path: Path) -> None:
    """The column of labels is ignored, if it exists, when rows are to be predicted."""
    expected = [[1.5, 2], [-300, 4]]
    assert read_features(save(tmp_path, GOOD), label="kind").tolist() == expected
    assert read_features(save(tmp_path, GOOD), usual_label="kind").tolist() == expected
    bare = save(tmp_path, "width,height\n1.5,2\n-3e2,4\n")
    assert read_features(bare, usual_label="kind").tolist() == expected
    with pytest.raises(DataError, match="no column is named kind"):
        read_features(bare, label="kind")


def test_features_are_put_in_order(tmp_path: Path) -> None:
    """They are in the requested order; if a surplus column may contain labels, the message says so."""
    assert read_features(save(tmp_path, GOOD), "kind", wanted=["height", "width"]).tolist() == [
        [2, 1.5],
        [4, -300],
    ]
    with pytest.raises(
        DataError, match=r"data\.csv:1: .*; unknown: kind; remove it, or name it as the label"
    ):
        read_features(save(tmp_path, GOOD), wanted=["height", "width"])


def test_the_suffix_may_be_in_capitals(tmp_path: Path) -> None:
    """Some systems write suffixes in capitals."""
    path = save(tmp_path, GOOD).rename(tmp_path / "DATA.CSV")
    assert len(read(path, label="kind").train.x) == 2


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    """A pipe could be read only once, and reading it could block forever."""
    os.mkfifo(tmp_path / "pipe.csv")
    for take in (read, read_features, parts):
        with pytest.raises(DataError, match="must be a file or a directory"):
            take(tmp_path / "pipe.csv")


def test_many_rows_keep_their_order(tmp_path: Path) -> None:
    """Every number that was written is read back."""
    x = np.random.default_rng(0).standard_normal((200, 3))
    lines = [",".join([*map(repr, row), str(label % 2)]) for label, row in enumerate(x.tolist())]
    rows = read(save(tmp_path, "\n".join(["a,b,c,label", *lines]))).train
    np.testing.assert_array_equal(rows.x, x)
    np.testing.assert_array_equal(rows.y, np.arange(200) % 2)
