"""A trained network that accepts rows in the form of the user's files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from hpsearch.data.arrays import Array
from hpsearch.data.formats.rows import checked_features
from hpsearch.data.standardize import Standardizer
from hpsearch.errors import DataError, UsageError
from hpsearch.network.artifacts import read_artifact, write_artifact
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.mlp import MLP
from hpsearch.network.passes import EvaluationPass


class Model:
    """One trained network with the labels of its classes and the standardisation of its features.

    Attributes:
        network: A stack of one network.
        classes: The label of every class.
        mean: The number subtracted from every feature, (features,).
        scale: The number by which every feature is then divided, (features,).
        extra: More JSON data to keep with it, such as its test error.
        feature_names: The features' names in the user's files; empty if they have none.
        label_name: The labels' name there, if they have one.
    """

    def __init__(
        self,
        network: MLP,
        classes: Sequence[int | str],
        mean: Array,
        scale: Array,
        extra: Mapping[str, Any] | None = None,
        *,
        feature_names: Sequence[str] = (),
        label_name: str | None = None,
    ) -> None:
        self.network = network
        self.classes = tuple(classes)
        self.mean = mean
        self.scale = scale
        self.extra = dict(extra or {})
        self.feature_names = tuple(feature_names)
        self.label_name = label_name
        self._evaluation = EvaluationPass(network)

    def probabilities(self, x: Array, name: str = "X") -> Array:
        """The probability of every class, (rows, classes).

        Args:
            x: Features in the form of the user's data, (rows, features).
            name: Their name in messages.

        Raises:
            DataError: The number of features differs, or a number is not finite or too large.
        """
        x = checked_features(x, name)
        if x.shape[1] != self.network.sizes[0]:
            raise DataError(
                f"{name}: must have the model's {self.network.sizes[0]} features; found {x.shape[1]}"
            )
        standard = Standardizer(self.mean, self.scale).transform(x, self.network.dtype, name)
        probabilities = np.exp(self._evaluation.log_probabilities(standard)[0])
        known = np.isfinite(probabilities).all(axis=1)
        if not known.all():
            raise DataError(
                f"{name}: row {int(np.argmin(known))} (counted from 0) is so far from the training rows that "
                "its probabilities are not finite"
            )
        return np.asarray(probabilities / probabilities.sum(axis=1, keepdims=True))

    def predict(self, x: Array) -> Array:
        """The label of the most probable class, (rows,).

        Args:
            x: As for :meth:`probabilities`.

        Raises:
            DataError: As in :meth:`probabilities`.
        """
        labels = np.array(self.classes)
        return np.asarray(labels[self.probabilities(x).argmax(axis=1)])

    def save(self, path: str | Path) -> None:
        """Write the model as plain arrays and JSON, completely or not at all."""
        metadata = {
            "hyperparameters": self.network.hyperparameters.to_json(),
            "classes": self.classes,
            "feature_names": self.feature_names,
            "label_name": self.label_name,
            "extra": self.extra,
        }
        arrays = {
            "parameters": self.network.parameters,
            "running_stats": self.network.running_stats,
            "mean": self.mean,
            "scale": self.scale,
        }
        write_artifact(path, "model", metadata, arrays)

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """The model that :meth:`save` wrote.

        Raises:
            DataError: The file does not exist, is damaged, or is not a model.
        """
        metadata, arrays = read_artifact(path, "model")
        try:
            return cls._restored(metadata, arrays)
        except (KeyError, ValueError, TypeError, AttributeError, UsageError) as error:
            raise DataError(f"{path}: not a model of hpsearch, or damaged: {error}") from error

    @classmethod
    def _restored(cls, metadata: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        mean, scale, parameters = arrays["mean"], arrays["scale"], arrays["parameters"]
        classes, names, label_name = metadata["classes"], metadata["feature_names"], metadata["label_name"]
        kinds = {type(label) for label in classes}
        rules = {
            "classes must be two labels or more, all numbers or all text": isinstance(classes, list)
            and len(set(classes)) == len(classes) >= 2
            and kinds in ({int}, {str}),
            "every feature must have a mean, and a scale above 0": mean.ndim == 1
            and mean.shape == scale.shape
            and mean.dtype == scale.dtype == np.float64
            and bool(np.isfinite(mean).all() and np.isfinite(scale).all() and (scale > 0).all()),
            "feature names must be text, one per feature, or missing": isinstance(names, list)
            and len(names) in (0, mean.size)
            and all(isinstance(name, str) for name in [*names, label_name or ""]),
            "parameters must be finite numbers": parameters.dtype in (np.float32, np.float64)
            and bool(np.isfinite(parameters).all() and np.isfinite(arrays["running_stats"]).all()),
        }
        for rule, holds in rules.items():
            if not holds:
                raise ValueError(rule)
        network = MLP(
            len(mean),
            len(classes),
            Hyperparameters.from_json(metadata["hyperparameters"]),
            (0,),
            parameters.dtype,
            (parameters, arrays["running_stats"]),
        )
        extra = dict(metadata["extra"])
        return cls(network, classes, mean, scale, extra, feature_names=names, label_name=label_name)
