"""Tests of diagnostics: the figures match their definitions, and training is not affected."""

import numpy as np
import pytest

from hpsearch.network.diagnostics import Diagnostics, _copy, _gradients, inside
from hpsearch.network.train import Training
from tests.network.test_touched import state
from tests.network.test_train import choose, small


def test_taking_figures_changes_no_bit() -> None:
    """Computing figures after every epoch does not change the final bits."""
    alone, watched = (Training(small(), choose(dropout=0.2), (1,)) for _ in range(2))
    diagnostics = Diagnostics()
    for _ in range(4):
        alone.train_epoch()
        watched.train_epoch()
        diagnostics.take(watched)
    assert state(watched) == state(alone)


@pytest.mark.parametrize("batch_norm", [True, False])
def test_the_gradient_is_that_of_the_loss(batch_norm: bool) -> None:
    """The norm of a layer's gradient is the slope of the mean loss along that gradient."""
    data = small(dtype="float64")
    training = Training(data, choose(batch_norm=batch_norm, activation="tanh"), (1,))
    training.train_epoch()
    x, y = data.x_train, data.y_train
    gradient = _gradients(_copy(training, 0), x, y)[-1]
    direction = gradient / np.linalg.norm(gradient)

    def loss(step: float) -> float:
        moved = training.touched({})
        moved.network.views(moved.network.parameters).weights[-1][0] += step * direction
        z, *_ = inside(_copy(moved, 0), x)[-1]
        return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]))

    slope = (loss(1e-5) - loss(-1e-5)) / 2e-5
    assert Diagnostics().take(training)[-1].gradient_norm == pytest.approx(slope, rel=1e-6)


def test_units_that_never_fire_are_dead() -> None:
    """A ReLU unit with a very negative bias is dead; the others are not."""
    training = Training(small(), choose(batch_norm=False, hidden_units=8), (1,))
    bias = training.network.views(training.network.parameters).biases[0]
    bias[0, 0, :2] = -1e6
    first, *_ = Diagnostics().take(training)
    assert first.dead is not None
    assert first.dead == pytest.approx(2 / 8)


def test_the_softmax_layer_has_no_units_that_die() -> None:
    """A network without hidden layers has only the softmax layer's figures."""
    (only,) = Diagnostics().take(Training(small(), choose(hidden_layers=0), (1,)))
    assert only.dead is None
    assert only.z_mean.shape == (3,)


def test_updates_are_in_relation_to_the_weights() -> None:
    """The first figures have no update; the next ones show how far the weights moved."""
    training, diagnostics = Training(small(), choose(), (1,)), Diagnostics()
    before = training.network.views(training.network.parameters).weights[0].copy()
    assert diagnostics.take(training)[0].update_ratio is None
    training.train_epoch()
    after = training.network.views(training.network.parameters).weights[0]
    ratio = diagnostics.take(training)[0].update_ratio
    assert ratio == pytest.approx(np.linalg.norm(after - before) / np.linalg.norm(after), rel=1e-5)


def test_z_is_what_batch_normalisation_sees() -> None:
    """The means and deviations of Z in the first layer are those of X W over the rows."""
    data = small()
    training = Training(data, choose(), (1,))
    first, *_ = Diagnostics().take(training)
    z = data.x_train @ training.network.views(training.network.parameters).weights[0][0]
    np.testing.assert_allclose(first.z_mean, z.mean(axis=0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(first.z_std, z.std(axis=0), rtol=1e-5)
    assert set(first.summary()) == {
        "gradient_norm",
        "weight_norm",
        "update_ratio",
        "z_mean",
        "z_std",
        "dead",
    }
