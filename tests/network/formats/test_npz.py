"""Reading .npz files."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.errors import DataError
from hpsearch.network.formats import read, read_features

X, Y = np.arange(12.0).reshape(4, 3), np.array([0, 1, 0, 1])


def save(path: Path, **arrays: Any) -> Path:
    """Write an archive."""
    np.savez(path / "data.npz", **arrays)
    return path / "data.npz"


@pytest.mark.parametrize("names", [("X", "y"), ("x", "Y"), ("x_train", "y_train"), ("X_train", "Y_train")])
def test_arrays_are_found_by_name(names: tuple[str, str], tmp_path: Path) -> None:
    """X and y, or x_train and y_train, in any case."""
    source = read(save(tmp_path, **dict(zip(names, (X, Y), strict=True))))
    np.testing.assert_array_equal(source.train.x, X)
    np.testing.assert_array_equal(source.train.y, Y)
    assert source.test is None


def test_test_rows_may_be_set_apart(tmp_path: Path) -> None:
    """x_test and y_test become the test rows."""
    source = read(save(tmp_path, x_train=X, y_train=Y, x_test=X[:2], y_test=Y[:2]))
    assert source.test is not None
    np.testing.assert_array_equal(source.test.x, X[:2])


def test_images_are_flattened(tmp_path: Path) -> None:
    """Rows of more than one axis become rows of features."""
    images = np.arange(4 * 2 * 5, dtype=np.uint8).reshape(4, 2, 5)
    assert read(save(tmp_path, X=images, y=Y)).train.x.shape == (4, 10)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (np.array(["a", "b", "a", "b"]), ["a", "b", "a", "b"]),
        (np.array([b"a", b"b", b"a", b"b"]), ["a", "b", "a", "b"]),
        (np.array([0.0, 2.0, 0.0, 2.0]), [0, 2, 0, 2]),
        (np.array([True, False, True, True]), [1, 0, 1, 1]),
        (np.array([3, 5, 3, 5], np.uint8), [3, 5, 3, 5]),
    ],
)
def test_labels_are_whole_numbers_or_text(labels: np.ndarray, expected: list[Any], tmp_path: Path) -> None:
    """Every type that can hold them will do."""
    assert read(save(tmp_path, X=X, y=labels)).train.y.tolist() == expected


def spoilt(row: int, column: int, value: float) -> np.ndarray:
    """X with one other number."""
    x = X.copy()
    x[row, column] = value
    return x


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"X": spoilt(2, 1, np.nan), "y": Y}, "every number must be finite; found nan in row 2, column 1"),
        ({"X": spoilt(0, 0, -np.inf), "y": Y}, "every number must be finite; found -inf in row 0, column 0"),
        ({"X": X, "y": Y[:3]}, r"one label for each of the 4 rows; found the shape \(3,\)"),
        ({"X": X, "y": Y[:, None]}, r"one label for each of the 4 rows; found the shape \(4, 1\)"),
        ({"X": X, "y": np.array([0, 1, 1.5, 0])}, "or text; found 1.5 in row 2"),
        ({"X": X, "y": np.array([0, 1, np.nan, 0])}, "or text; found nan in row 2"),
        ({"X": X, "y": np.array([0, 1, 1e300, 0])}, r"64 bits, or text; found 1e\+300 in row 2"),
        ({"X": X, "y": np.array([0, 1, 2.0**63, 0])}, "64 bits, or text; found 9.22.* in row 2"),
        ({"X": X, "y": np.array([0, 1, 2**63, 0], np.uint64)}, "64 bits, or text; found 9223372036854775808"),
        ({"X": X, "y": Y * 1j}, "labels must be whole numbers or text; found complex128"),
        ({"X": X[0], "y": Y[:3]}, r"must have the shape \(rows, features\), neither of them 0; found \(3,\)"),
        ({"X": X[:0], "y": Y[:0]}, r"neither of them 0; found \(0, 3\)"),
        ({"X": X.astype(str), "y": Y}, "must hold numbers; found <U"),
        ({"X": X.astype(object), "y": Y}, "save numbers and text only, without Python objects"),
        ({"features": X, "y": Y}, "must hold the arrays X and y, or x_train and y_train; found features, y"),
    ],
)
def test_what_cannot_be_used_is_named(arrays: dict[str, Any], message: str, tmp_path: Path) -> None:
    """The message names the file, what is wrong and where."""
    path = save(tmp_path, **arrays)
    with pytest.raises(DataError, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 cut off"])
def test_other_files_are_refused(content: bytes, tmp_path: Path) -> None:
    """A file that is no archive is an error, whatever it holds."""
    path = tmp_path / "data.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"data\.npz"):
        read(path)


def test_a_cut_archive_is_refused(tmp_path: Path) -> None:
    """An archive whose copying was interrupted is an error."""
    path = save(tmp_path, X=X, y=Y)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match="not a complete"):
        read(path)


def test_a_single_array_is_refused(tmp_path: Path) -> None:
    """What numpy.save writes is no archive, even under its name."""
    path = tmp_path / "data.npz"
    with path.open("wb") as file:
        np.save(file, X)
    with pytest.raises(DataError, match=r"as numpy\.savez writes; found a single array"):
        read(path)


def test_features_are_read_without_labels(tmp_path: Path) -> None:
    """To predict rows, X alone is enough."""
    np.testing.assert_array_equal(read_features(save(tmp_path, X=X)), X)
    with pytest.raises(DataError, match="must hold the array X; found y"):
        read_features(save(tmp_path, y=Y))
