"""Tests of the scikit-learn estimator."""

import itertools
import math
import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from hpsearch.network.classifier import BatchNormMLPClassifier
from hpsearch.network.hyperparameters import HYPERPARAMETERS
from hpsearch.network.train import Training


@parametrize_with_checks([BatchNormMLPClassifier(), BatchNormMLPClassifier((8,), early_stopping=True)])
def test_it_is_a_scikit_learn_classifier(estimator: Any, check: Any) -> None:
    """It passes every check that scikit-learn has for classifiers."""
    check(estimator)


def iris() -> tuple[np.ndarray, np.ndarray]:
    """Flowers: measurements, and their species as text."""
    data = load_iris()
    return data.data, data.target_names[data.target]


def test_it_learns_text_labels_in_a_pipeline() -> None:
    """After a scaler it classifies the irises by name."""
    x, y = iris()
    model = make_pipeline(StandardScaler(), BatchNormMLPClassifier((16,), random_state=0)).fit(x, y)
    assert model.score(x, y) > 0.9
    assert set(model.predict(x)) <= set(y)


def test_a_grid_search_tunes_it() -> None:
    """Its hyperparameters can be searched by name."""
    search = GridSearchCV(
        BatchNormMLPClassifier((8,), epochs=20, random_state=0), {"learning_rate": [1e-9, 0.05]}, cv=2
    )
    search.fit(*iris())
    assert search.best_params_ == {"learning_rate": 0.05}


def test_parameters_are_those_of_the_network() -> None:
    """Every hyperparameter of the network is a parameter, with the same default."""
    parameters = BatchNormMLPClassifier().get_params()
    for name, hyperparameter in HYPERPARAMETERS.items():
        if name not in ("hidden_layers", "hidden_units"):
            assert parameters[name] == hyperparameter.default, name
    default = HYPERPARAMETERS["hidden_units"].default
    assert parameters["hidden_units"] == (default,) * HYPERPARAMETERS["hidden_layers"].default


def test_the_random_state_decides() -> None:
    """The same random state gives the same probabilities; another gives others."""
    x, y = iris()
    first, second, other = (
        BatchNormMLPClassifier(epochs=2, dropout=0.1, random_state=state).fit(x, y).predict_proba(x)
        for state in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


def test_early_stopping_goes_back_to_the_best_epoch() -> None:
    """It waits n_iter_no_change epochs, and keeps the most accurate one with the lowest loss."""
    x, y = iris()
    model = BatchNormMLPClassifier(epochs=200, early_stopping=True, n_iter_no_change=3, random_state=0).fit(
        x, y
    )
    scores = model.validation_scores_
    assert model.n_iter_ == len(scores) == len(model.loss_curve_) < 200
    assert scores.index(max(scores)) == len(scores) - 1 - 3
    fitted = model._training
    again = Training(model._dataset(x, y, 0.1), fitted.hyperparameters, fitted.seeds)
    worths, parameters = [], []
    for (metrics,) in itertools.islice(again, len(scores)):
        worths.append((-metrics["val_accuracy"], metrics["val_loss"]))
        parameters.append(again.network.parameters.copy())
    assert worths.index(min(worths)) > scores.index(max(scores))  # a later one of equal accuracy
    np.testing.assert_array_equal(fitted.network.parameters, parameters[worths.index(min(worths))])


def test_partial_fits_are_epochs() -> None:
    """Partial fits on all rows give the same result as a fit with that many epochs."""
    x, y = iris()
    whole = BatchNormMLPClassifier(epochs=3, random_state=0).fit(x, y)
    parts = BatchNormMLPClassifier(random_state=0).partial_fit(x, y, classes=np.unique(y))
    for _ in range(2):
        parts.partial_fit(x, y)
    np.testing.assert_array_equal(parts.predict_proba(x), whole.predict_proba(x))
    assert parts.n_iter_ == 3


def test_partial_fit_continues_after_pickling() -> None:
    """A pickled classifier continues training, with its optimizer's state."""
    x, y = iris()
    model = BatchNormMLPClassifier(random_state=0).partial_fit(x, y, classes=np.unique(y))
    copy = pickle.loads(pickle.dumps(model))  # noqa: S301 -- its own bytes
    for classifier in (model, copy):
        classifier.partial_fit(x[::2], y[::2])
    np.testing.assert_array_equal(model.predict_proba(x), copy.predict_proba(x))


def test_a_fitted_classifier_holds_no_rows() -> None:
    """Its pickle does not grow with the data."""
    x, y = iris()
    small, large = (
        BatchNormMLPClassifier((8,), epochs=1).fit(np.tile(x, (n, 1)), np.tile(y, n)) for n in (1, 20)
    )
    assert abs(len(pickle.dumps(small)) - len(pickle.dumps(large))) < 100


def test_it_computes_in_the_precision_of_its_features() -> None:
    """Probabilities of float32 features are float32."""
    x, y = iris()
    assert BatchNormMLPClassifier(epochs=1).fit(x.astype(np.float32), y).predict_proba(x).dtype == np.float32
    assert BatchNormMLPClassifier(epochs=1).fit(x, y).predict_proba(x).dtype == np.float64


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"dropout": 1.0}, "dropout: must be a number of at least 0 and below 1; found 1.0"),
        (
            {"hidden_units": (8, 0)},
            "hidden_units: must be a tuple, for every layer a whole number of at least 1",
        ),
        ({"hidden_units": 64}, "hidden_units: must be a tuple, .*; found 64"),
        ({"hidden_units": (64.0,)}, r"hidden_units: must be a tuple, .*; found \(64\.0,\)"),
        ({"hidden_units": "64"}, "hidden_units: must be a tuple"),
        (
            {"early_stopping": True, "validation_fraction": 1e-6},
            "validation_fraction: must leave a row for training",
        ),
        (
            {"early_stopping": True, "validation_fraction": 0.999},
            "must leave a row for training and one for validation",
        ),
        (
            {"early_stopping": True, "validation_fraction": 0.993},
            "needs 2 samples to train on; found 1 sample",
        ),
        *(
            (
                {"validation_fraction": value},
                "validation_fraction: must be a number above 0 and below 1; found",
            )
            for value in (0, 1, 5, "a", math.nan)
        ),
        *(
            ({"n_iter_no_change": value}, "n_iter_no_change: must be a whole number of at least 1; found")
            for value in (0, -3, "x", 2.5)
        ),
        ({"early_stopping": "no"}, "early_stopping: must be true or false"),
        ({"learning_rate": 1e200, "batch_norm": False}, "learning_rate: the training diverged in epoch"),
    ],
)
def test_wrong_parameters_are_value_errors(parameters: dict[str, Any], message: str) -> None:
    """As scikit-learn requires, fit raises a ValueError that says what is wrong."""
    with pytest.raises(ValueError, match=message):
        BatchNormMLPClassifier(**parameters).fit(*iris())


def test_the_last_step_is_checked() -> None:
    """With one step in one epoch, the loss is finite but the parameters are not."""
    x, y = iris()
    with pytest.raises(ValueError, match="the training diverged in epoch 1"):
        BatchNormMLPClassifier(
            (8,), batch_norm=False, optimizer="sgd", learning_rate=1e38, epochs=1, batch_size=1000
        ).fit(1000 * x.astype(np.float32), y)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    ("parameters", "stretch"), [({"epochs": 0}, 1), ({"optimizer": "sgd"}, 1e200), ({}, math.nan)]
)
def test_a_failure_leaves_what_was_fitted(method: str, parameters: dict[str, Any], stretch: float) -> None:
    """A failure by wrong parameters, wrong rows or divergence keeps the fitted state."""
    x, y = iris()
    model = BatchNormMLPClassifier((8,), epochs=3, batch_norm=False, optimizer="sgd", random_state=0)
    model.fit(x, y)
    before, expected = dict(vars(model)), model.predict_proba(x)
    with pytest.raises(ValueError, match=r"epochs|diverged|NaN"):
        getattr(model.set_params(**parameters), method)(x * stretch, y)
    model.set_params(**{name: before[name] for name in parameters})
    assert vars(model) == before
    np.testing.assert_array_equal(model.predict_proba(x), expected)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_an_interrupt_leaves_what_was_fitted(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C during training keeps the fitted state, as a failure does."""
    x, y = iris()
    model = BatchNormMLPClassifier((8,), epochs=3, random_state=0).fit(x, y)
    before, expected = dict(vars(model)), model.predict_proba(x)

    def interrupt(_: Training) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Training, "train_epoch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        getattr(model, method)(x[:100], y[:100])
    assert vars(model) == before
    np.testing.assert_array_equal(model.predict_proba(x), expected)


def test_scores_are_there_with_early_stopping_alone() -> None:
    """A fit without early stopping has no scores, not even those of an earlier fit."""
    x, y = iris()
    model = BatchNormMLPClassifier((8,), epochs=2, early_stopping=True).fit(x, y)
    assert len(model.validation_scores_) == 2
    assert not hasattr(model.set_params(early_stopping=False).fit(x, y), "validation_scores_")


def test_a_row_alone_is_not_normalised() -> None:
    """Batch normalisation would turn it into zeros; without it, a single row may be learned."""
    x, y = iris()
    model = BatchNormMLPClassifier((8,)).partial_fit(x, y, classes=np.unique(y))
    with pytest.raises(ValueError, match="needs 2 samples to train on; found 1 sample"):
        model.partial_fit(x[:1], y[:1])
    plain = BatchNormMLPClassifier((8,), batch_norm=False)
    plain.partial_fit(x[:1], y[:1], classes=np.unique(y))


def test_classes_stay_those_of_the_first_partial_fit() -> None:
    """There must be at least two classes, and always the same ones."""
    x, y = iris()
    with pytest.raises(ValueError, match="classes: there must be at least 2 classes; found 1 class"):
        BatchNormMLPClassifier().partial_fit(x[:5], y[:5], classes=[y[0]])
    model = BatchNormMLPClassifier().partial_fit(x, y, classes=np.unique(y))
    model.partial_fit(x, y, classes=list(np.unique(y))[::-1])
    with pytest.raises(ValueError, match="classes: must be those of the first call; found"):
        model.partial_fit(x, y, classes=["setosa", "versicolor"])


def test_partial_fit_needs_the_classes() -> None:
    """A first call without classes, and a label that is not one of them, are errors."""
    x, y = iris()
    with pytest.raises(ValueError, match="classes: the first call"):
        BatchNormMLPClassifier().partial_fit(x, y)
    with pytest.raises(ValueError, match="every label must be one of classes; found"):
        BatchNormMLPClassifier().partial_fit(x, y, classes=["setosa", "virginica"])
