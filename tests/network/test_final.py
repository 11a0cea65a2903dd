"""Tests of training once more, to use the result."""

import itertools

import numpy as np
import pytest

from hpsearch.data.formats import Rows
from hpsearch.data.prepare import prepare
from hpsearch.errors import DataError
from hpsearch.network.final import best_epoch, train_final
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.network.train import Training
from hpsearch.trial import Epoch, Metric, Result, Status

CURVE = tuple(Epoch(number, {"loss": loss}, 0.0) for number, loss in enumerate((3.0, 1.0, 2.0, 1.0), 1))


def test_a_trial_ends_where_it_was_best_if_it_was_ranked_there() -> None:
    """It ends at its first best epoch; if the last epoch counts, nothing changes."""
    done = Result(0, Status.DONE, 1.0, CURVE)
    assert best_epoch(Metric("loss", at="best"), done) == 2
    assert best_epoch(Metric("loss", "maximize", at="best"), done) == 1
    assert best_epoch(Metric("loss"), done) is None
    assert best_epoch(Metric("loss", at="best"), None) is None
    assert best_epoch(Metric("loss", at="best"), Result(0, Status.DIVERGED, None, CURVE)) is None


def test_an_early_end_leaves_the_learning_rates_as_they_are() -> None:
    """Training that ends after two epochs has the parameters of the whole run there."""
    dataset = prepare(Rows(np.random.default_rng(0).standard_normal((40, 3)), np.arange(40) % 2))
    values = {"epochs": 4, "learning_rate_schedule": "cosine"}
    whole = Training(dataset.with_validation_in_training(), Hyperparameters.from_values(values), [3])
    list(itertools.islice(whole, 2))
    seen: list[tuple[int, int]] = []
    final = train_final(
        dataset, values, 3, lambda epoch, epochs, _: seen.append((epoch, epochs)), last_epoch=2
    )
    np.testing.assert_array_equal(final.model.network.parameters, whole.network.parameters)
    assert seen == [(1, 2), (2, 2)]


def test_no_model_comes_of_a_last_step_that_diverged() -> None:
    """Every loss is finite, but the parameters are not."""
    x = 1000 * np.random.default_rng(0).standard_normal((40, 3))
    values = {"epochs": 1, "batch_size": 40, "learning_rate": 1e38, "optimizer": "sgd", "batch_norm": False}
    dataset = prepare(Rows(x, np.arange(40) % 2), standardize=False)
    with pytest.raises(DataError, match="the training diverged in epoch 1"):
        train_final(dataset, values, 0, lambda *_: None)
