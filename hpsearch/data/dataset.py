"""Examples in three splits, in memory or mapped from a directory."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from hpsearch.data.arrays import Array
from hpsearch.errors import DataError
from hpsearch.files import replacing, write_whole
from hpsearch.machine.shortages import shortages_named

_SCHEMA = 1
_ARRAYS = ("x_train", "y_train", "x_validation", "y_validation", "x_test", "y_test", "mean", "scale")


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Examples in three splits, ready for training.

    Attributes:
        x_train: Features of the training split, (rows, features).
        y_train: Its classes as indices into ``classes``, (rows,).
        x_validation: Like ``x_train``; may have no rows.
        y_validation: Like ``y_train``.
        x_test: Like ``x_train``; may have no rows.
        y_test: Like ``y_train``.
        mean: The number subtracted from every feature, float64, (features,); 0 for no change.
        scale: The number by which every feature was then divided, float64, (features,); 1 for no change.
        classes: The label of every class, sorted.
        feature_names: The names of the features, in order; empty if they have no names.
        label_name: The name of the labels, if they have one.
        warnings: What the user should know about the data, as sentences.
    """

    x_train: Array
    y_train: Array
    x_validation: Array
    y_validation: Array
    x_test: Array
    y_test: Array
    mean: Array
    scale: Array
    classes: tuple[int | str, ...]
    feature_names: tuple[str, ...] = ()
    label_name: str | None = None
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for part in ("train", "validation", "test"):
            x, y = getattr(self, f"x_{part}"), getattr(self, f"y_{part}")
            if x.ndim != 2 or y.shape != x.shape[:1] or x.shape[1] != self.features:
                raise DataError(
                    f"the {part} split must have one label per row; found {x.shape} and {y.shape}"
                )
            if len(y) and not 0 <= y.min() <= y.max() < self.n_classes:
                raise DataError(
                    f"labels of the {part} split must be from 0 to {self.n_classes - 1}; "
                    f"found {y.min()} to {y.max()}"
                )

    @property
    def features(self) -> int:
        """The number of features of an example."""
        return int(self.x_train.shape[1])

    @property
    def n_classes(self) -> int:
        """The number of classes."""
        return len(self.classes)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the features: float32 or float64."""
        return self.x_train.dtype

    def with_validation_in_training(self) -> Self:
        """The same data with the validation split's rows moved to the training split."""
        return replace(
            self,
            x_train=np.concatenate([self.x_train, self.x_validation]),
            y_train=np.concatenate([self.y_train, self.y_validation]),
            x_validation=self.x_validation[:0],
            y_validation=self.y_validation[:0],
        )

    def save(self, directory: Path) -> None:
        """Write private files: the arrays as ``.npy``, and last the rest as ``dataset.json``."""
        directory.mkdir(mode=0o700, exist_ok=True)
        for name in _ARRAYS:
            with replacing(directory / f"{name}.npy", private=True) as file:
                np.save(file, getattr(self, name), allow_pickle=False)
        metadata = {
            "schema": _SCHEMA,
            "classes": self.classes,
            "feature_names": self.feature_names,
            "label_name": self.label_name,
            "warnings": self.warnings,
        }
        write_whole(directory / "dataset.json", json.dumps(metadata), private=True)

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open what :meth:`save` wrote, read-only and memory-mapped: processes share one copy.

        Raises:
            DataError: The data is incomplete or damaged.
            SystemLacking: No more files can be opened.
        """
        try:
            with shortages_named():
                return cls._open(directory)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{directory}: the prepared data is incomplete or damaged: {error}") from error

    @classmethod
    def _open(cls, directory: Path) -> Self:
        metadata = json.loads((directory / "dataset.json").read_text(encoding="utf-8"))
        if metadata["schema"] != _SCHEMA:
            raise DataError(f"{directory}: must be of schema {_SCHEMA}; found {metadata['schema']}")
        arrays = {name: _open_array(directory / f"{name}.npy") for name in _ARRAYS}
        return cls(
            **arrays,
            classes=tuple(metadata["classes"]),
            feature_names=tuple(metadata["feature_names"]),
            label_name=metadata["label_name"],
            warnings=tuple(metadata["warnings"]),
        )


def _open_array(path: Path) -> Array:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError:  # an array without elements cannot be mapped
        array = np.load(path, allow_pickle=False)
    return np.asarray(array)
