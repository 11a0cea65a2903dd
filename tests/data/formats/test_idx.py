"""Tests of reading IDX files."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from hpsearch.data.formats import parts, read, read_features
from hpsearch.errors import DataError

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 4, 4), np.uint8)
LABELS = np.array([3, 1, 4, 1, 3, 4], np.uint8)
CODES = {"u1": 0x08, "i1": 0x09, ">i2": 0x0B, ">i4": 0x0C, ">f4": 0x0D, ">f8": 0x0E}


def idx(array: np.ndarray, dtype: str = "u1") -> bytes:
    """An array in the IDX format."""
    lengths = np.array(array.shape, ">u4").tobytes()
    return bytes([0, 0, CODES[dtype], array.ndim]) + lengths + array.astype(dtype).tobytes()


def save(path: Path, name: str, content: bytes) -> Path:
    """Write a file, compressed if its name says so."""
    (path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path / name


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("dot", ["-", "."])
def test_a_directory_has_the_names_of_mnist(suffix: str, dot: str, tmp_path: Path) -> None:
    """Training and test files are found by MNIST's names."""
    for stem, count in (("train", 6), ("t10k", 2)):
        save(tmp_path, f"{stem}-images{dot}idx3-ubyte{suffix}", idx(IMAGES[:count]))
        save(tmp_path, f"{stem}-labels{dot}idx1-ubyte{suffix}", idx(LABELS[:count]))
    source = read(tmp_path)
    np.testing.assert_array_equal(source.train.x, IMAGES.reshape(6, 16))
    np.testing.assert_array_equal(source.train.y, LABELS)
    assert source.test is not None
    np.testing.assert_array_equal(source.test.x, IMAGES[:2].reshape(2, 16))
    assert len(parts(tmp_path)) == 4


def test_a_file_of_images_brings_its_labels(tmp_path: Path) -> None:
    """The labels next to it are found, compressed or not."""
    images = save(tmp_path, "own-images-idx3-ubyte", idx(IMAGES))
    save(tmp_path, "own-labels-idx1-ubyte.gz", idx(LABELS))
    source = read(images)
    np.testing.assert_array_equal(source.train.y, LABELS)
    assert source.test is None
    np.testing.assert_array_equal(read_features(images), IMAGES.reshape(6, 16))


@pytest.mark.parametrize("dtype", CODES)
def test_every_type_of_number_is_read(dtype: str, tmp_path: Path) -> None:
    """Bytes, integers and floats of either sign are read, high byte first."""
    numbers = (IMAGES % 100).astype(dtype)
    images = save(tmp_path, "a-images-idx3-ubyte", idx(numbers, dtype))
    np.testing.assert_array_equal(read_features(images), numbers.reshape(6, 16))


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (idx(IMAGES)[:-1], idx(LABELS), r"the shape \(6, 4, 4\) must have 112 bytes; found 111"),
        (idx(IMAGES)[:7], idx(LABELS), "3 axes must have more than 16 bytes; found 7"),
        (b"\0\0\x08\xff" + b"\0\0\0\1" * 255 + b"\0", idx(LABELS), "must have at most 32 axes; found 255"),
        (b"", idx(LABELS), "not an IDX file; it begins with nothing"),
        (b"PNG.....", idx(LABELS), "not an IDX file; it begins with 50 4e 47 2e"),
        (idx(IMAGES), idx(LABELS[:5]), r"one label for each of the 6 rows; found the shape \(5,\)"),
        (
            idx(IMAGES),
            None,
            "its labels must be next to it in train-labels-idx1-ubyte; that file does not exist",
        ),
    ],
)
def test_what_cannot_be_used_is_named(
    images: bytes, labels: bytes | None, message: str, tmp_path: Path
) -> None:
    """The message names the file and what is wrong with it."""
    save(tmp_path, "train-images-idx3-ubyte", images)
    if labels is not None:
        save(tmp_path, "train-labels-idx1-ubyte", labels)
    with pytest.raises(DataError, match=message):
        read(tmp_path)


def test_a_cut_gzip_file_is_refused(tmp_path: Path) -> None:
    """An incomplete download is an error."""
    images = save(tmp_path, "train-images-idx3-ubyte.gz", idx(IMAGES))
    save(tmp_path, "train-labels-idx1-ubyte.gz", idx(LABELS))
    images.write_bytes(images.read_bytes()[:-9])
    with pytest.raises(DataError, match="not a complete gzip file"):
        read(tmp_path)


def test_a_directory_is_not_predicted(tmp_path: Path) -> None:
    """A directory is refused, because it has two files of images."""
    save(tmp_path, "train-images-idx3-ubyte", idx(IMAGES))
    with pytest.raises(DataError, match="must be a file of images; found a directory"):
        read_features(tmp_path)


def test_a_part_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """The message names the file instead of its directory."""
    (tmp_path / "train-images-idx3-ubyte").mkdir()
    save(tmp_path, "train-labels-idx1-ubyte", idx(LABELS))
    with pytest.raises(DataError, match="train-images-idx3-ubyte: cannot be read: Is a directory"):
        read(tmp_path)


def test_a_directory_without_images_is_refused(tmp_path: Path) -> None:
    """The message says what the directory must contain."""
    with pytest.raises(DataError, match="must hold train-images-idx3-ubyte"):
        read(tmp_path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    """An unknown kind of file is an error that lists the known ones; so is a missing file."""
    path = save(tmp_path, "data.parquet", b"PAR1")
    with pytest.raises(DataError, match=r"unknown file type; a data file is a \.npz, a \.csv or IDX images"):
        read(path)
    with pytest.raises(DataError, match="no such file or directory"):
        read(tmp_path / "nothing.csv")
