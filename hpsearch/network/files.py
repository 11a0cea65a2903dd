"""Reading data sets from files: ``.npz``, ``.csv``, and the IDX format of MNIST.

Every reader gives numbers that are finite and labels that are whole numbers or text, or raises a
:class:`~hpsearch.errors.DataError` that names the row, column or line. Nothing is ever unpickled.
"""

import csv
import gzip
import math
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpsearch.errors import DataError

Array = NDArray[Any]


class Rows(NamedTuple):
    """Examples with their labels.

    Attributes:
        x: Numbers, (rows, features).
        y: Whole numbers or text, (rows,).
    """

    x: Array
    y: Array


class Source(NamedTuple):
    """What a file or directory holds.

    Attributes:
        train: Its rows, without those set apart for the test.
        test: The rows it sets apart for the test; None if it sets none apart.
    """

    train: Rows
    test: Rows | None = None


def read(path: Path, label: str | None = None) -> Source:
    """Read a data set from a file, or from a directory of IDX files.

    Args:
        path: A ``.npz``, a ``.csv``, an IDX file of images, or a directory that holds one.
        label: The column of a CSV that holds the labels; ``label`` if not given.

    Raises:
        DataError: It is not there, or not what it should be.
    """
    if not path.exists():
        raise DataError(f"{path}: no such file or directory; write digits, blobs, spirals, moons or a path")
    try:
        if path.is_dir():
            return read_idx_directory(path)
        if path.suffix == ".npz":
            return read_npz(path)
        if path.suffix == ".csv":
            return read_csv(path, label or "label")
        return Source(read_idx_pair(path))
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error


def parts(path: Path) -> list[Path]:
    """The files that :func:`read` would read, in a fixed order."""
    if path.is_dir():
        images = [found for stem in ("train", "t10k") if (found := _find_images(path, stem))]
        return [part for image in images for part in (image, _labels_of(image))]
    if path.suffix in (".npz", ".csv"):
        return [path]
    return [path, _labels_of(path)]


# ---------------------------------------------------------------------------------------------- .npz


def read_npz(path: Path) -> Source:
    """Read arrays ``X`` and ``y``, or ``x_train``, ``y_train``, ``x_test`` and ``y_test``.

    ``X`` may have more than two axes, as images do: the later ones are flattened into features.

    Raises:
        DataError: An array is missing, has the wrong shape or type, or holds Python objects.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise DataError(
                    f"{path}: must be an archive of arrays, as numpy.savez writes; found one array"
                )
            named = {name.lower(): name for name in archive.files}
            if {"x", "y"} <= named.keys():
                return Source(_npz_rows(path, archive, named["x"], named["y"]))
            if {"x_train", "y_train"} <= named.keys():
                train = _npz_rows(path, archive, named["x_train"], named["y_train"])
                has_test = {"x_test", "y_test"} <= named.keys()
                test = _npz_rows(path, archive, named["x_test"], named["y_test"]) if has_test else None
                return Source(train, test)
            found = ", ".join(archive.files) or "none"
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(f"{path}: not a complete .npz file: {error}") from error
    except ValueError as error:
        raise DataError(f"{path}: {error}; save numbers and text only, without Python objects") from error
    raise DataError(f"{path}: must hold the arrays X and y, or x_train and y_train; found {found}")


def _npz_rows(path: Path, archive: Any, x: str, y: str) -> Rows:  # noqa: ANN401 -- NumPy gives NpzFile no type
    return checked_rows(archive[x], archive[y], f"{path}: {x}", f"{path}: {y}")


def checked_rows(x: Array, y: Array, x_name: str = "X", y_name: str = "y") -> Rows:
    """Two arrays as :class:`Rows`, once they fit together.

    Args:
        x: Numbers, (rows, …); later axes are flattened into features.
        y: Whole numbers or text, (rows,).
        x_name: What messages call ``x``.
        y_name: What messages call ``y``.

    Raises:
        DataError: A shape or type is wrong, a number is not finite, or a label is not whole.
    """
    if x.dtype.kind not in "fiub":
        raise DataError(f"{x_name}: must hold numbers; found {x.dtype}")
    if x.ndim < 2 or x.size == 0:
        raise DataError(f"{x_name}: must have the shape (rows, features), neither of them 0; found {x.shape}")
    if y.shape != x.shape[:1]:
        raise DataError(
            f"{y_name}: must hold one label for each of the {len(x)} rows; found the shape {y.shape}"
        )
    x = x.reshape(len(x), -1)
    if x.dtype.kind == "f":
        _refuse_not_finite(x, x_name)
    return Rows(x, _checked_labels(y, y_name))


def _refuse_not_finite(x: Array, name: str) -> None:
    finite = np.isfinite(x)
    if not finite.all():
        row, column = (int(index) for index in np.argwhere(~finite)[0])
        count = x.size - int(np.count_nonzero(finite))
        raise DataError(
            f"{name}: every number must be finite; found {x[row, column]} in row {row}, column {column} "
            f"(counted from 0), {count} in all"
        )


def _checked_labels(y: Array, name: str) -> Array:
    """Labels as int64 or text.

    Raises:
        DataError: One is neither a whole number nor text.
    """
    kind = y.dtype.kind
    if kind == "S":
        return np.char.decode(y, "utf-8")
    if kind == "f":
        whole = np.isfinite(y) & (y == np.round(y))
        if not whole.all():
            row = int(np.argmin(whole))
            raise DataError(
                f"{name}: labels must be whole numbers or text; found {y[row]} in row {row} (counted from 0)"
            )
    elif kind not in "iubU":
        raise DataError(f"{name}: labels must be whole numbers or text; found {y.dtype}")
    return y if kind == "U" else y.astype(np.int64)


# ---------------------------------------------------------------------------------------------- .csv


def read_csv(path: Path, label: str) -> Source:
    """Read comma-separated values: a line of column names, then numbers and one column of labels.

    Raises:
        DataError: There is no such column, a line has more or fewer values than the first, or a value
            is no finite number; the line and the column are named.
    """
    numbers, labels = array("d"), list[str]()
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            at = _label_column(path, header, label)
            names = header[:at] + header[at + 1 :]
            for cells in _lines(path, reader, len(header)):
                labels.append(cells.pop(at).strip())
                try:
                    row = [float(cell) for cell in cells]
                except ValueError:
                    row = [math.nan]
                if not math.isfinite(math.fsum(row) if len(row) else math.nan):
                    raise DataError(_bad_cell(path, reader.line_num, names, cells))
                numbers.extend(row)
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: must be UTF-8 text; {error.reason} at byte {error.start}") from error
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num}: {error}") from error
    if not labels:
        raise DataError(f"{path}: must have at least one line below the column names; found none")
    return Source(Rows(np.array(numbers).reshape(len(labels), -1), _text_labels(path, label, labels)))


def _label_column(path: Path, header: list[str], label: str) -> int:
    if label not in header:
        found = ", ".join(header[:20]) + (", …" if len(header) > 20 else "")
        raise DataError(
            f"{path}:1: no column is called {label}; say which holds the labels: label: COLUMN; found {found}"
        )
    if len(set(header)) < len(header):
        twice = next(name for index, name in enumerate(header) if name in header[:index])
        raise DataError(f"{path}:1: every column needs a name of its own; found {twice!r} twice")
    if len(header) == 1:
        raise DataError(f"{path}:1: there must be a column of numbers beside the labels; found {label} alone")
    return header.index(label)


def _lines(path: Path, reader: Any, width: int) -> Iterator[list[str]]:  # noqa: ANN401 -- csv names no reader type
    """The lines that are not empty, each with its cells."""
    for cells in reader:
        if len(cells) == width:
            yield cells
        elif cells:
            raise DataError(
                f"{path}:{reader.line_num}: a line must have {width} values, as the first has; found {len(cells)}"
            )


def _bad_cell(path: Path, line: int, names: list[str], cells: list[str]) -> str:
    """The message about the first cell that is no finite number."""
    for name, cell in zip(names, cells, strict=True):
        try:
            good = math.isfinite(float(cell))
        except ValueError:
            good = False
        if not good:
            return f"{path}:{line}: column {name}: must be a finite number; found {cell.strip()!r}"
    return f"{path}:{line}: the numbers are too large to be added up"


def _text_labels(path: Path, label: str, labels: list[str]) -> Array:
    """Labels as int64 where all of them are whole numbers, else as text.

    Raises:
        DataError: One is empty, or all are numbers but not whole.
    """
    if "" in labels:
        raise DataError(
            f"{path}: column {label}: every row needs a label; row {labels.index('')} (counted from 0) has none"
        )
    try:
        return np.array([int(text) for text in labels], np.int64)
    except (ValueError, OverflowError):
        pass
    try:
        numbers = np.array([float(text) for text in labels])
    except ValueError:
        return np.array(labels)
    return _checked_labels(numbers, f"{path}: column {label}")


# ----------------------------------------------------------------------------------------------- IDX

_IDX_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx_directory(directory: Path) -> Source:
    """Read ``train-images-idx3-ubyte`` and ``train-labels-idx1-ubyte``, with or without ``.gz``.

    ``t10k-images-idx3-ubyte`` and its labels, where they are, become the test split.

    Raises:
        DataError: The files are not there, are damaged, or do not fit together.
    """
    train, test = _find_images(directory, "train"), _find_images(directory, "t10k")
    if train is None:
        raise DataError(
            f"{directory}: must hold train-images-idx3-ubyte or train-images-idx3-ubyte.gz; it does not"
        )
    return Source(read_idx_pair(train), read_idx_pair(test) if test else None)


def read_idx_pair(images: Path) -> Rows:
    """Read an IDX file of images and the file of labels beside it.

    Raises:
        DataError: One is not there or damaged, or they do not fit together.
    """
    x = _read_idx(images)
    labels = _labels_of(images)
    return checked_rows(x, _read_idx(labels), str(images), str(labels))


def _find_images(directory: Path, stem: str) -> Path | None:
    names = (f"{stem}-images-idx3-ubyte", f"{stem}-images.idx3-ubyte")
    paths = (directory / (name + suffix) for name in names for suffix in ("", ".gz"))
    return next((path for path in paths if path.exists()), None)


def _labels_of(images: Path) -> Path:
    name = images.name.replace("images", "labels").replace("idx3", "idx1")
    if name == images.name:
        raise DataError(
            f"{images}: unknown kind of file; write a path to a .npz, a .csv, or IDX images named …-images-idx3-ubyte"
        )
    other = name.removesuffix(".gz") if name.endswith(".gz") else name + ".gz"
    paths = (images.with_name(name), images.with_name(other))
    found = next((path for path in paths if path.exists()), None)
    if found is None:
        raise DataError(f"{images}: its labels must be beside it in {name}; there is no such file")
    return found


def _read_idx(path: Path) -> Array:
    """Read one IDX file: two zero bytes, a type, the number of axes, their lengths, the numbers."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path}: not a complete gzip file: {error}") from error
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in _IDX_TYPES:
        raise DataError(f"{path}: not an IDX file; it begins with {data[:4].hex(' ') or 'nothing'}")
    dtype, start = np.dtype(_IDX_TYPES[data[2]]), 4 + 4 * data[3]
    shape = tuple(int(length) for length in np.frombuffer(data[4:start], ">u4"))
    expected = start + dtype.itemsize * math.prod(shape)
    if len(shape) != data[3] or len(data) != expected:
        raise DataError(
            f"{path}: an IDX file of the shape {shape} must have {expected} bytes; found {len(data)}"
        )
    return np.frombuffer(data, dtype, offset=start).reshape(shape)
