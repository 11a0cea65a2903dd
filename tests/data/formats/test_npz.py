"""Tests of reading .npz files."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.data.formats import read, read_features
from hpsearch.errors import DataError

X, Y = np.arange(12.0).reshape(4, 3), np.array([0, 1, 0, 1])


def save(path: Path, **arrays: Any) -> Path:
    """Write an .npz."""
    np.savez(path / "data.npz", **arrays)
    return path / "data.npz"


@pytest.mark.parametrize("names", [("X", "y"), ("x", "Y"), ("x_train", "y_train"), ("X_train", "Y_train")])
def test_arrays_are_found_by_name(names: tuple[str, str], tmp_path: Path) -> None:
    """The names are X and y, or x_train and y_train, in upper or lower case."""
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
    """Every type that can represent them is accepted."""
    assert read(save(tmp_path, X=X, y=labels)).train.y.tolist() == expected


def spoilt(row: int, column: int, value: float) -> np.ndarray:
    """X with one number replaced."""
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
        ({"X": X.astype(object), "y": Y}, r"X\.npy: must hold numbers or text; found Python objects"),
        (
            {"X": X, "y": np.array([b"a", b"\xff", b"a", b"b"])},
            r"labels of bytes must be UTF-8 .* found b'\\xff'",
        ),
        ({"X": X, "y": Y, "x": X}, r"arrays must differ in more than case; found X\.npy and x\.npy"),
        (
            {"X": X, "y": Y, "x_train": X, "y_train": Y},
            "must hold the arrays X and y, or .*; found x, x_train, y",
        ),
        ({"X": X, "y": Y, "x_test": X}, "must hold the arrays X and y, or .*; found x, x_test, y"),
        (
            {"x_train": X, "y_train": Y, "x_test": X},
            "must hold the arrays .*; found x_test, x_train, y_train",
        ),
        ({"features": X, "y": Y}, "must hold the arrays X and y, .*; found features, y"),
    ],
)
def test_what_cannot_be_used_is_named(arrays: dict[str, Any], message: str, tmp_path: Path) -> None:
    """The message names the file, the problem and its place."""
    path = save(tmp_path, **arrays)
    with pytest.raises(DataError, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_other_arrays_are_not_read(tmp_path: Path) -> None:
    """Python objects next to the data do no harm."""
    source = read(save(tmp_path, X=X, y=Y, notes=np.array([{}, None])))
    np.testing.assert_array_equal(source.train.x, X)


def header(shape: str, descr: str = "'<f8'") -> bytes:
    """The start of an array's file."""
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def patched(path: Path, at: int, value: int) -> None:
    """Changes a two-byte field in every header of an .npz; ``at`` is its offset in a member's header."""
    content = bytearray(path.read_bytes())
    for signature, shift in ((b"PK\3\4", 0), (b"PK\1\2", 2)):
        start = content.find(signature)
        while start >= 0:
            content[start + at + shift : start + at + shift + 2] = value.to_bytes(2, "little")
            start = content.find(signature, start + 1)
    path.write_bytes(bytes(content))


@pytest.mark.parametrize(("at", "value", "message"), [(6, 1, "is encrypted"), (8, 99, "compression method")])
def test_zip_files_of_other_kinds_are_refused(at: int, value: int, message: str, tmp_path: Path) -> None:
    """Encryption and unusual compressions are refused; the message names the array."""
    path = save(tmp_path, X=X, y=Y)
    patched(path, at, value)
    with pytest.raises(DataError, match=rf"data\.npz: X\.npy: cannot be read: .*{message}"):
        read(path)


@pytest.mark.parametrize(
    "member",
    [
        b"",
        b"no array",
        header("(4, 3)")[:-5],
        header("(4, 3)"),
        header("(-4, -3)") + bytes(96),
        header("(4, 3)", "'<f8") + bytes(96),
        header("(4, 3)", "'nonsense'") + bytes(96),
        header("(1000000000, 1000000)") + bytes(96),
        header("(" * 90) + bytes(96),
        b"\x93NUMPY\x09\x00" + bytes(96),
    ],
)
def test_damaged_arrays_are_named(member: bytes, tmp_path: Path) -> None:
    """The message names the array, without allocating its claimed memory or advising to unpickle it."""
    path = save(tmp_path, y=Y)
    with zipfile.ZipFile(path, "a") as npz:
        npz.writestr("X.npy", member)
    with pytest.raises(DataError, match=r"data\.npz: X\.npy: damaged") as caught:
        read(path)
    assert "pickle" not in str(caught.value)


def test_damaged_compression_is_named(tmp_path: Path) -> None:
    """Damage is reported even for LZMA, which has its own errors."""
    path = tmp_path / "data.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as npz:
        npz.writestr("X.npy", header("(100, 3)") + np.random.default_rng(0).bytes(2400))
        npz.writestr("y.npy", header("(100,)") + bytes(800))
    content = path.read_bytes()
    path.write_bytes(content[:60] + b"\xff" * 800 + content[860:])
    with pytest.raises(DataError, match=r"X\.npy: damaged"):
        read(path)


def test_arrays_that_do_not_fit_into_memory_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says how much memory they would need."""
    path = save(tmp_path, X=np.zeros((1000, 1000)), y=Y)

    def no_memory(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(np.lib.format, "read_array", no_memory)
    with pytest.raises(DataError, match=r"X\.npy: does not fit into memory; it needs 0\.008 GB"):
        read(path)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 cut off"])
def test_other_files_are_refused(content: bytes, tmp_path: Path) -> None:
    """A file that is not a zip file is an error, whatever it contains."""
    path = tmp_path / "data.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"data\.npz"):
        read(path)


def test_a_cut_npz_is_refused(tmp_path: Path) -> None:
    """An incomplete copy of an .npz is an error."""
    path = save(tmp_path, X=X, y=Y)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match="not a complete"):
        read(path)


def test_a_single_array_is_refused(tmp_path: Path) -> None:
    """A file written by numpy.save is not an .npz, even with that suffix."""
    path = tmp_path / "data.npz"
    with path.open("wb") as file:
        np.save(file, X)
    with pytest.raises(DataError, match=r"as numpy\.savez writes; found a single array"):
        read(path)


def test_features_are_read_without_labels(tmp_path: Path) -> None:
    """X alone is enough for prediction."""
    np.testing.assert_array_equal(read_features(save(tmp_path, X=X)), X)
    with pytest.raises(DataError, match="must hold the array X; found y"):
        read_features(save(tmp_path, y=Y))
