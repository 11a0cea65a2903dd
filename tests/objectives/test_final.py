"""Training once more, to use the result."""

import numpy as np
import pytest

from hpsearch.data.formats import Rows
from hpsearch.data.prepare import prepare
from hpsearch.errors import DataError
from hpsearch.objectives.final import epochs_to_best, train_final
from hpsearch.trial import Epoch, Metric, Result, Status

CURVE = tuple(Epoch(number, {"loss": loss}, 0.0) for number, loss in enumerate((3.0, 1.0, 2.0, 1.0), 1))


def test_a_trial_ends_where_it_was_best_if_it_was_ranked_there() -> None:
    """At the first of its best epochs, by the goal; where the last one counts, nothing changes."""
    done = Result(0, Status.DONE, 1.0, CURVE)
    assert epochs_to_best(Metric("loss", at="best"), done) == {"epochs": 2}
    assert epochs_to_best(Metric("loss", "maximize", at="best"), done) == {"epochs": 1}
    assert epochs_to_best(Metric("loss"), done) == {}
    assert epochs_to_best(Metric("loss", at="best"), None) == {}
    assert epochs_to_best(Metric("loss", at="best"), Result(0, Status.DIVERGED, None, CURVE)) == {}


def test_no_model_comes_of_a_last_step_that_diverged() -> None:
    """Every loss was finite, and the parameters are not."""
    x = 1000 * np.random.default_rng(0).standard_normal((40, 3))
    values = {"epochs": 1, "batch_size": 40, "learning_rate": 1e38, "optimizer": "sgd", "batch_norm": False}
    dataset = prepare(Rows(x, np.arange(40) % 2), standardize=False)
    with pytest.raises(DataError, match="the training diverged in epoch 1"):
        train_final(dataset, values, 0, lambda *_: None)
