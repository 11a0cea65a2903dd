"""The network as a scikit-learn classifier. The only file that imports scikit-learn."""

import contextlib
import copy
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, check_random_state, validate_data

from hpsearch.data.arrays import Array
from hpsearch.data.dataset import Dataset
from hpsearch.data.prepare import split
from hpsearch.errors import UsageError
from hpsearch.network.hyperparameters import HYPERPARAMETERS, Hyperparameter, Hyperparameters
from hpsearch.network.passes import EvaluationPass
from hpsearch.network.train import Metrics, Training

_OWN_RULES = {
    "validation_fraction": Hyperparameter(
        "float", 0.1, "rows set apart", min=0, max=1, open_min=True, open_max=True
    ),
    "n_iter_no_change": Hyperparameter("int", 10, "epochs to wait", min=1),
    "early_stopping": Hyperparameter("bool", False, "whether to set rows apart"),
}
"""The rules for the parameters that are not hyperparameters of the network."""


class BatchNormMLPClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A multi-layer perceptron with batch normalisation: the network of ``objective: network``.

    It trains in single precision on float32 features and in double precision on others. It does not
    standardise features; put a ``StandardScaler`` before it. A failed fit leaves the classifier unchanged.

    Args:
        hidden_units: Units of every hidden layer; ``()`` is softmax regression.
        activation: One of :data:`~hpsearch.network.activations.ACTIVATIONS`.
        batch_norm: Whether to normalise over the mini-batch.
        batch_norm_momentum: The weight of the past in batch normalisation's running statistics.
        optimizer: One of :data:`~hpsearch.network.optimizers.OPTIMIZERS`.
        learning_rate: Step size α₀.
        learning_rate_decay: d, how fast the step size shrinks.
        learning_rate_schedule: One of :data:`~hpsearch.network.schedules.SCHEDULES`.
        momentum: β₁, the weight of the past in the optimizer's moving average of the gradient.
        beta2: β₂, the weight of the past in the optimizer's moving average of the squared gradient.
        epsilon: ε, added to the square root of the moving average of the squared gradient.
        batch_size: Rows per mini-batch.
        epochs: Passes over the training data, at most.
        weight_decay: λ, how strongly the weights are pulled to 0.
        dropout: Share of hidden units dropped.
        label_smoothing: Share of a label spread over all classes.
        early_stopping: Whether to hold out rows, to stop when their accuracy no longer improves, and to
            restore the best epoch; among equal ones, the one with the lowest loss.
        validation_fraction: The share of rows held out for early stopping, stratified by class.
        n_iter_no_change: Epochs to wait for a better accuracy.
        random_state: Seeds the initial weights, the order of the rows, dropout and the validation rows.

    Attributes:
        classes_: The labels, sorted.
        n_features_in_: The number of features.
        n_iter_: The number of epochs trained.
        loss_curve_: The training loss of every epoch.
        validation_scores_: The accuracy on the held-out rows, by epoch; only with early stopping.
    """

    _training: Training

    def __init__(
        self,
        hidden_units: Sequence[int] = (64, 64),
        *,
        activation: str = "relu",
        batch_norm: bool = True,
        batch_norm_momentum: float = 0.9,
        optimizer: str = "adam",
        learning_rate: float = 0.01,
        learning_rate_decay: float = 0.0,
        learning_rate_schedule: str = "inverse_time",
        momentum: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        batch_size: int = 64,
        epochs: int = 20,
        weight_decay: float = 0.0,
        dropout: float = 0.0,
        label_smoothing: float = 0.0,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.hidden_units = hidden_units
        self.activation = activation
        self.batch_norm = batch_norm
        self.batch_norm_momentum = batch_norm_momentum
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.learning_rate_decay = learning_rate_decay
        self.learning_rate_schedule = learning_rate_schedule
        self.momentum = momentum
        self.beta2 = beta2
        self.epsilon = epsilon
        self.batch_size = batch_size
        self.epochs = epochs
        self.weight_decay = weight_decay
        self.dropout = dropout
        self.label_smoothing = label_smoothing
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Train from new weights.

        Args:
            X: Features, (rows, features).
            y: Labels, (rows,).

        Raises:
            ValueError: A parameter or the data is not valid, or training diverged.
        """
        with self._unchanged_by_failure():
            chosen = self._hyperparameters()
            X, y = self._validated(X, y, reset=True)
            self.classes_ = _checked_classes(y, "y")
            self._begin(X, y, chosen, self.validation_fraction if self.early_stopping else 0.0)
            if self.early_stopping:
                self._train_until_no_better()
            else:
                self.__dict__.pop("validation_scores_", None)
                list(self._epochs(self._training))
            self._drop_rows()
        return self

    def _train_until_no_better(self) -> None:
        """Train, wait for a better accuracy on the held-out rows, and go back to the best."""
        training, best, waited = self._training, (-math.inf, -math.inf), 0
        self.validation_scores_: list[float] = []
        for metrics in self._epochs(training):
            self.validation_scores_.append(metrics["val_accuracy"])
            waited += 1
            worth = metrics["val_accuracy"], -metrics["val_loss"]  # for equal accuracies, the lower loss
            if worth > best:
                waited = waited if worth[0] == best[0] else 0
                best = worth
                training.keep()
            if waited >= self.n_iter_no_change:
                break
        training.go_back()

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Train one more epoch, on these rows; there is no early stopping.

        Args:
            X: Features, (rows, features); at least two rows with batch normalisation, which compares them.
            y: Labels, (rows,).
            classes: Every label that will occur; only the first call needs it.

        Raises:
            ValueError: As in :meth:`fit`, or the first call lacks the classes, a later one has others, or a
                label is not one of them.
        """
        first = not hasattr(self, "classes_")
        if first and classes is None:
            raise ValueError("classes: the first call of partial_fit must list all labels")
        with self._unchanged_by_failure():
            chosen = self._hyperparameters()
            X, y = self._validated(X, y, reset=first)
            known = self.classes_ if classes is None else _checked_classes(classes, "classes")
            if not first and not np.array_equal(known, self.classes_):
                raise ValueError(f"classes: must be those of the first call; found {known.tolist()}")
            strange = np.setdiff1d(y, known)
            if len(strange):
                raise ValueError(f"y: every label must be one of classes; found {strange[0]!r}")
            if first:
                self.classes_ = known
                self._begin(X, y, chosen, 0.0)
            else:
                self._training = copy.copy(self._training)
                self._training.dataset = self._dataset(X.astype(self._training.dataset.dtype), y, 0.0)
            list(self._epochs([self._training.train_epoch()]))
            self._drop_rows()
        return self

    def predict_proba(self, X: Any) -> Array:
        """The probability of every class, (rows, classes), in the order of ``classes_``.

        Args:
            X: Features, (rows, features).
        """
        check_is_fitted(self)
        network = self._training.network
        X = validate_data(self, X, dtype=network.dtype, reset=False)
        probabilities = np.exp(EvaluationPass(network).log_probabilities(X)[0])
        return np.asarray(probabilities / probabilities.sum(axis=1, keepdims=True))

    def predict(self, X: Any) -> Array:
        """The most probable label, (rows,).

        Args:
            X: Features, (rows, features).
        """
        most_probable = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[most_probable])

    @contextlib.contextmanager
    def _unchanged_by_failure(self) -> Iterator[None]:
        """Restores all attributes if the block fails or is interrupted."""
        before = dict(vars(self))
        try:
            yield
        except BaseException:
            self.__dict__.clear()
            self.__dict__.update(before)
            raise

    def _validated(self, X: Any, y: Any, *, reset: bool) -> tuple[Array, Array]:
        X, y = validate_data(self, X, y, dtype=(np.float64, np.float32), reset=reset)
        check_classification_targets(y)
        return X, y

    def _hyperparameters(self) -> Hyperparameters:
        """The network's part of the parameters, after all are checked.

        Raises:
            ValueError: A parameter is not valid.
        """
        units_rule, units = HYPERPARAMETERS["hidden_units"], self.hidden_units
        if not isinstance(units, (Sequence, np.ndarray)) or not all(map(units_rule.allows, units)):
            raise ValueError(
                f"hidden_units: must be a tuple, for every layer {units_rule.rule()}; found {units!r}"
            )
        for name, rule in _OWN_RULES.items():
            if not rule.allows(value := getattr(self, name)):
                raise ValueError(f"{name}: must be {rule.rule()}; found {value!r}")
        own = {"early_stopping", "validation_fraction", "n_iter_no_change", "random_state", "hidden_units"}
        values = {name: value for name, value in self.get_params(deep=False).items() if name not in own}
        by_layer = {f"hidden_units_{layer}": count for layer, count in enumerate(units, 1)}
        try:
            return Hyperparameters.from_values({**values, "hidden_layers": len(units), **by_layer})
        except UsageError as error:
            raise ValueError(str(error)) from error

    def _begin(self, X: Array, y: Array, chosen: Hyperparameters, share: float) -> None:
        self._seed = int(check_random_state(self.random_state).randint(2**31))
        self._training = Training(self._dataset(X, y, share), chosen, (self._seed,))
        self.n_iter_ = 0
        self.loss_curve_: list[float] = []

    def _dataset(self, X: Array, y: Array, share: float) -> Dataset:
        indices = np.searchsorted(self.classes_, y)
        train, validation, _ = split(indices, (share, 0.0), self._seed)
        if share and not (len(validation) and len(train)):
            raise ValueError(
                "validation_fraction: must leave a row for training and one for validation; "
                f"found {share} of {len(X)} rows"
            )
        if len(train) == 1 and self.batch_norm and len(self.hidden_units):
            raise ValueError("X: batch_norm compares rows, so it needs 2 samples to train on; found 1 sample")
        return Dataset(
            x_train=X[train],
            y_train=indices[train],
            x_validation=X[validation],
            y_validation=indices[validation],
            x_test=X[:0],
            y_test=indices[:0],
            mean=np.zeros(X.shape[1]),
            scale=np.ones(X.shape[1]),
            classes=tuple(self.classes_.tolist()),
        )

    def _epochs(self, records: Iterable[tuple[Metrics, ...]]) -> Iterator[Metrics]:
        """Update the fitted attributes after every epoch.

        Raises:
            ValueError: Training diverged.
        """
        for (metrics,) in records:
            self.n_iter_ += 1
            self.loss_curve_ = [*self.loss_curve_, metrics["train_loss"]]
            if self._training.diverged:
                raise ValueError(
                    f"learning_rate: the training diverged in epoch {self.n_iter_}; "
                    f"try less than {self.learning_rate}"
                )
            yield metrics

    def _drop_rows(self) -> None:
        dtype = self._training.dataset.dtype
        self._training.dataset = self._dataset(
            np.empty((0, self.n_features_in_), dtype), self.classes_[:0], 0.0
        )


def _checked_classes(labels: Any, name: str) -> Array:
    """The labels, sorted, each once.

    Raises:
        ValueError: There is only one.
    """
    classes = np.unique(labels)
    if len(classes) < 2:
        raise ValueError(f"{name}: there must be at least 2 classes; found {len(classes)} class")
    return np.asarray(classes)
