"""Tests of loading data sets by name and by path, in memory and mapped."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.data.builtin import BUILTIN
from hpsearch.data.dataset import Dataset
from hpsearch.data.load import fingerprint, load
from hpsearch.errors import DataError

X = np.random.default_rng(0).standard_normal((40, 2))
Y = np.arange(40) % 2


def save(path: Path, name: str = "data.npz", **arrays: Any) -> Path:
    """Write an .npz, by default of forty rows."""
    np.savez(path / name, **(arrays or {"X": X, "y": Y}))
    return path / name


@pytest.mark.parametrize(
    ("name", "rows", "features", "classes"),
    [("digits", 1797, 64, 10), ("blobs", 1500, 2, 4), ("spirals", 1500, 2, 3), ("moons", 1500, 2, 2)],
)
def test_builtin_sets_load_by_name(name: str, rows: int, features: int, classes: int) -> None:
    """Three fifths of the rows are for training; none of these sets causes a warning."""
    dataset = load(name, seed=0)
    sizes = [len(x) for x in (dataset.x_train, dataset.x_validation, dataset.x_test)]
    assert sum(sizes) == rows
    assert sizes[1] == pytest.approx(rows / 5, abs=1)
    assert sizes[2] == pytest.approx(rows / 5, abs=1)
    assert (dataset.features, dataset.n_classes, dataset.warnings) == (features, classes, ())
    assert dataset.dtype == np.float32


def test_digits_are_pixels() -> None:
    """The shipped digits are whole numbers from 0 to 16, about 180 of each."""
    x, y, *_ = BUILTIN["digits"]()
    assert x.dtype == np.uint8
    assert (x.min(), x.max()) == (0, 16)
    assert np.bincount(y).min() > 170


@pytest.mark.parametrize("name", ["blobs", "spirals", "moons"])
def test_generated_sets_are_always_the_same(name: str) -> None:
    """They depend neither on the seed of the split nor on the time."""
    np.testing.assert_array_equal(BUILTIN[name]().x, BUILTIN[name]().x)


def test_a_file_is_split_like_any_set(tmp_path: Path) -> None:
    """Validation and test are fifths by default."""
    dataset = load(save(tmp_path), seed=0)
    assert [len(x) for x in (dataset.x_train, dataset.x_validation, dataset.x_test)] == [24, 8, 8]
    dataset = load(str(save(tmp_path)), seed=0, validation=0.5, test=0.25, dtype="float64", standardize=False)
    assert [len(x) for x in (dataset.x_train, dataset.x_validation, dataset.x_test)] == [10, 20, 10]
    assert dataset.dtype == np.float64


def test_the_test_split_does_not_depend_on_the_validation_share(tmp_path: Path) -> None:
    """Without validation rows, they are used for training, and the test rows are the same."""
    path = save(tmp_path)
    first, second = (load(path, seed=0, validation=share, standardize=False) for share in (0.2, 0))
    np.testing.assert_array_equal(first.x_test, second.x_test)
    merged = first.with_validation_in_training()
    np.testing.assert_array_equal(np.sort(merged.x_train, axis=0), np.sort(second.x_train, axis=0))
    assert len(merged.x_validation) == 0


def test_rows_set_apart_are_the_test(tmp_path: Path) -> None:
    """A source keeps its own test split; a share in addition is an error."""
    path = save(tmp_path, x_train=X, y_train=Y, x_test=X[:6], y_test=Y[:6])
    dataset = load(path, seed=0, validation=0.25)
    assert [len(x) for x in (dataset.x_train, dataset.x_validation, dataset.x_test)] == [30, 10, 6]
    with pytest.raises(DataError, match=r"already has a test split; remove test: 0\.2"):
        load(path, seed=0, test=0.2)


def test_validation_and_test_may_be_files(tmp_path: Path) -> None:
    """If both are files, all rows of the source are for training."""
    other = save(tmp_path, "other.npz", X=X[:10], y=Y[:10])
    dataset = load(save(tmp_path), seed=0, validation=other, test=str(other))
    assert [len(x) for x in (dataset.x_train, dataset.x_validation, dataset.x_test)] == [40, 10, 10]


@pytest.mark.parametrize("share", [1.0, -0.1, float("nan")])
def test_shares_are_below_one(share: float, tmp_path: Path) -> None:
    """A number that is not a share is an error."""
    with pytest.raises(DataError, match="validation: must be a share of the rows"):
        load(save(tmp_path), seed=0, validation=share)


def test_columns_of_other_files_are_found_by_name(tmp_path: Path) -> None:
    """A test file may have its columns in another order; other columns are refused by name."""
    table = "a,b,label\n" + "".join(f"{x},{y},{label}\n" for (x, y), label in zip(X, Y, strict=True))
    (tmp_path / "train.csv").write_text(table)
    (tmp_path / "same.csv").write_text(table)
    lines = [line.split(",") for line in table.splitlines()]
    (tmp_path / "moved.csv").write_text("".join(f"{b},{label},{a}\n" for a, b, label in lines))
    (tmp_path / "other.csv").write_text(table.replace("b", "c", 1))
    same, moved = (
        load(tmp_path / "train.csv", seed=0, test=tmp_path / name) for name in ("same.csv", "moved.csv")
    )
    np.testing.assert_array_equal(same.x_test, moved.x_test)
    assert (moved.feature_names, moved.label_name) == (("a", "b"), "label")
    with pytest.raises(DataError, match=r"other\.csv:1: the columns must be .*; missing: b; unknown: c"):
        load(tmp_path / "train.csv", seed=0, validation=tmp_path / "other.csv")


def test_what_would_be_ignored_is_refused(tmp_path: Path) -> None:
    """A label is refused if no source has named columns, and a test file if it has two parts."""
    with pytest.raises(DataError, match=r"label: only a \.csv has a column of labels; remove label: kind"):
        load(save(tmp_path), seed=0, label="kind")
    with pytest.raises(DataError, match="label: only a"):
        load("moons", seed=0, label="kind")
    both = save(tmp_path, "both.npz", x_train=X, y_train=Y, x_test=X, y_test=Y)
    with pytest.raises(DataError, match=r"both\.npz: has a test split as well"):
        load(save(tmp_path), seed=0, test=both)


def test_errors_name_the_source(tmp_path: Path) -> None:
    """An error about the rows as a whole names their file."""
    path = save(tmp_path, X=X, y=Y * 0)
    with pytest.raises(DataError, match=r"data\.npz: there must be at least two classes"):
        load(path, seed=0)


def test_a_saved_data_set_opens_the_same(tmp_path: Path) -> None:
    """A round trip through a directory keeps everything, read-only and memory-mapped."""
    names = np.array(["no", "yes"])
    path = save(tmp_path, X=np.hstack([X, X * 0]), y=names[Y])
    dataset = load(path, seed=0, validation=0)
    dataset.save(tmp_path / "prepared")
    opened = Dataset.open(tmp_path / "prepared")
    for name in ("x_train", "y_train", "x_validation", "x_test", "y_test", "mean", "scale"):
        np.testing.assert_array_equal(getattr(opened, name), getattr(dataset, name))
    assert opened.classes == ("no", "yes")
    assert opened.warnings == dataset.warnings != ()
    assert (opened.feature_names, opened.label_name) == ((), None)
    assert isinstance(opened.x_train.base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        opened.x_train[0] = 0


def test_an_incomplete_directory_is_refused(tmp_path: Path) -> None:
    """Whatever file is missing or damaged, the error names the directory."""
    load("moons", seed=0).save(tmp_path)
    (tmp_path / "mean.npy").write_bytes(b"damaged")
    with pytest.raises(DataError, match="the prepared data is incomplete or damaged"):
        Dataset.open(tmp_path)
    with pytest.raises(DataError, match="the prepared data is incomplete or damaged"):
        Dataset.open(tmp_path / "nothing")


def test_labels_out_of_range_are_refused(tmp_path: Path) -> None:
    """An index without a class is an error before training starts."""
    load("moons", seed=0).save(tmp_path)
    labels = np.load(tmp_path / "y_test.npy")
    labels[3] = 2
    np.save(tmp_path / "y_test.npy", labels)
    with pytest.raises(DataError, match="labels of the test split must be from 0 to 1; found 0 to 2"):
        Dataset.open(tmp_path)


def test_rows_and_labels_must_fit(tmp_path: Path) -> None:
    """A split with more labels than rows is an error."""
    load("moons", seed=0).save(tmp_path)
    np.save(tmp_path / "y_test.npy", np.zeros(7, np.int64))
    with pytest.raises(DataError, match="the test split must have one label per row"):
        Dataset.open(tmp_path)


def test_fingerprints_follow_the_bytes(tmp_path: Path) -> None:
    """A new name makes no difference, a changed byte does; the same is true of validation and test files."""
    first, same = save(tmp_path), save(tmp_path, "copy.npz")
    same.write_bytes(first.read_bytes())
    other = save(tmp_path, "other.npz", X=X + 1, y=Y)
    assert fingerprint(first) == fingerprint(same) == fingerprint(str(first), validation=0.2, test=None)
    assert len({fingerprint(first), fingerprint(other), fingerprint(first, test=other)}) == 3
    assert len({fingerprint(name) for name in BUILTIN}) == 4


def test_fingerprints_need_the_file(tmp_path: Path) -> None:
    """A missing file is an error."""
    with pytest.raises(DataError, match="no such file"):
        fingerprint(tmp_path / "gone.npz")
