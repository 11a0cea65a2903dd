"""Ready-made callbacks that report the epochs of a library's own training loop, and can stop it.

::

    from hpsearch import callbacks


    def objective(learning_rate, trial):
        booster = lightgbm.train(
            {"learning_rate": learning_rate, "objective": "binary"},
            data, trial.epochs, valid_sets=[validation], valid_names=["val"],
            callbacks=[callbacks.lightgbm(trial)],
        )

Each takes the ``trial`` of the function and passes the library's metrics to ``trial.report``, under the
library's names: Keras, Lightning and HF's Trainer have complete names such as ``val_loss`` and ``eval_loss``;
where metrics belong to data sets, as in LightGBM and XGBoost, the two names are joined: ``val_auc``. When the
trial is stopped early, training ends in the library's own way. The model can be used, and the
function continues after the call.

A library is imported when its callback is created.
"""

from __future__ import annotations  # types are imported for annotations only

import importlib
import inspect
import sys
from typing import TYPE_CHECKING, Any

from hpsearch.process.reporting import StopTrial

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hpsearch.process.reporting import Trial

__all__ = ["keras", "lightgbm", "lightning", "partial_fit", "transformers", "xgboost"]

AFTER_OTHERS = 25
"""LightGBM calls its own callbacks at 10 (logging) and 20 (recording), and stops early at 30."""


def keras(trial: Trial) -> Any:
    """A callback for Keras's ``model.fit(…, callbacks=[…])``: an epoch of Keras is an epoch of the trial.

    Metrics: ``loss``, ``val_loss`` and so on, as in Keras's logs.
    """

    class KerasCallback(importlib.import_module("keras.callbacks").Callback):  # type: ignore[misc] # its type is known only where it is installed
        def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
            if is_to_stop(trial, logs or {}):
                self.model.stop_training = True

    return KerasCallback()


def lightning(trial: Trial) -> Any:
    """A callback for Lightning's ``Trainer(callbacks=[…])``, from ``lightning`` or ``pytorch_lightning``.

    It reports at the end of every training epoch in which the model was validated, or of every epoch if there
    is no validation. The metrics are those that the module logs with ``self.log``, such as ``val_loss``.
    """
    loaded = [name for name in ("lightning.pytorch", "pytorch_lightning") if name in sys.modules]
    package = importlib.import_module(loaded[0] if loaded else "lightning.pytorch")

    class LightningCallback(package.Callback):  # type: ignore[misc, name-defined] # its type is known only where it is installed
        validated = False

        def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
            self.validated = not trainer.sanity_checking

        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
            if self.validated or not trainer.enable_validation:
                self.validated = False
                if is_to_stop(trial, trainer.callback_metrics):
                    trainer.should_stop = True

    return LightningCallback()


def lightgbm(trial: Trial) -> Callable[[Any], None]:
    """A callback for ``lightgbm.train(…, callbacks=[…])``, ``cv`` and ``fit``: a round is an epoch.

    Metrics are named after the data set and the metric, such as ``val_auc`` with ``valid_names=["val"]``;
    with ``cv``, they are means.

    Raises:
        ValueError: LightGBM evaluates nothing.
    """
    stop = importlib.import_module("lightgbm.callback").EarlyStopException

    def report(env: Any) -> None:
        if not env.evaluation_result_list:
            raise ValueError('LightGBM has evaluated nothing. Give valid_sets=[…] and valid_names=["val"]')
        metrics = dict(map(_lightgbm_metric, env.evaluation_result_list))
        if is_to_stop(trial, metrics):
            raise stop(env.iteration, env.evaluation_result_list)

    report.order = AFTER_OTHERS  # type: ignore[attr-defined] # LightGBM looks for it
    return report


def _lightgbm_metric(result: Any) -> tuple[str, float]:
    """The name and the value of one evaluation."""
    data, metric, value = result[0], result[1], result[2]
    return (metric.replace(" ", "_", 1) if data == "cv_agg" else f"{data}_{metric}"), value


def xgboost(trial: Trial) -> Any:
    """A callback for ``xgboost.train(…, callbacks=[…])``, ``cv`` and its estimators: a round is an epoch.

    Metrics are named after the data set and the metric, such as ``val_rmse`` with
    ``evals=[(data, "val")]``; with ``cv``, they are means.

    Raises:
        ValueError: XGBoost evaluates nothing.
    """

    class XGBoostCallback(importlib.import_module("xgboost.callback").TrainingCallback):  # type: ignore[misc] # its type is known only where it is installed
        def after_iteration(self, model: Any, epoch: int, evals_log: Mapping[str, Any]) -> bool:
            if not evals_log:
                raise ValueError('XGBoost has evaluated nothing. Give evals=[(data, "val")]')
            metrics = {
                f"{data}_{name}": values[-1][0] if isinstance(values[-1], tuple) else values[-1]
                for data, each in evals_log.items()
                for name, values in each.items()
            }
            return is_to_stop(trial, metrics)

    return XGBoostCallback()


def transformers(trial: Trial) -> Any:
    """A callback for Hugging Face's ``Trainer(callbacks=[…])``: an evaluation during training is an epoch.

    Metrics: those of the evaluation, such as ``eval_loss``. Evaluate every epoch: ``eval_strategy="epoch"``.
    """

    class TransformersCallback(importlib.import_module("transformers").TrainerCallback):  # type: ignore[misc] # its type is known only where it is installed
        training = False

        def on_train_begin(self, args: Any, state: Any, control: Any, **others: Any) -> None:
            self.training = True

        def on_train_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
            self.training = False

        def on_evaluate(
            self, args: Any, state: Any, control: Any, metrics: Mapping[str, Any] | None = None, **others: Any
        ) -> None:
            if self.training and is_to_stop(trial, metrics or {}):
                control.should_training_stop = True

    return TransformersCallback()


def partial_fit(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    trial: Trial,
    evaluate: Callable[[Any], object],
    batch_size: int | None = None,
    epochs: int | None = None,
    **options: Any,
) -> Any:
    """Train a scikit-learn estimator with ``partial_fit``, epoch by epoch.

    Args:
        estimator: An estimator with ``partial_fit``.
        X: The rows, as an array, a sparse matrix with rows, or a data frame. Shape (rows, features).
        y: Their targets. Shape (rows,).
        trial: The ``trial`` that the function got.
        evaluate: Called with the estimator after every epoch; returns the metric, or a mapping with it.
        batch_size: Rows per call of ``partial_fit``, in an order drawn anew for every epoch with the trial's
            seed; by default all rows at once.
        epochs: The number of epochs; by default ``trial.epochs``.
        options: More arguments for the first call. ``classes`` is added for classifiers.

    Returns:
        The estimator, trained for that many epochs, or until the trial was stopped early.

    Raises:
        ValueError: The number of epochs is not known.
    """
    import numpy as np

    epochs = trial.epochs if epochs is None else epochs
    if epochs is None:
        raise ValueError("partial_fit() needs epochs, as an argument or in the config")
    if "classes" in inspect.signature(estimator.partial_fit).parameters:
        options.setdefault("classes", np.unique(y))
    generator = np.random.default_rng(trial.seed)
    for _ in range(epochs):
        for batch in _batches(len(y), batch_size, generator):
            estimator.partial_fit(_rows(X, batch), _rows(y, batch), **options)
            options = {}
        if is_to_stop(trial, evaluate(estimator)):
            break
    return estimator


def _batches(rows: int, size: int | None, generator: Any) -> list[Any]:
    """The rows of every mini-batch of an epoch; None for all of them."""
    if size is None:
        return [None]
    order = generator.permutation(rows)
    return [order[start : start + size] for start in range(0, rows, size)]


def _rows(table: Any, batch: Any) -> Any:
    """Some rows of an array, a matrix, a data frame or a list."""
    if batch is None:
        return table
    if hasattr(table, "iloc"):
        return table.iloc[batch]
    return [table[row] for row in batch] if isinstance(table, list) else table[batch]


def is_to_stop(trial: Trial, metrics: object) -> bool:
    """Report an epoch; whether training should end with it."""
    try:
        trial.report(metrics)
    except StopTrial:
        return True
    return False
