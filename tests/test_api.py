"""Tests of training a final model from Python."""

from pathlib import Path

import pytest

import hpsearch
from hpsearch.config import load
from hpsearch.errors import UsageError
from hpsearch.network.model import Model
from hpsearch.store import Run
from hpsearch.trial import Result, Status, Trial

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # messages of the search


def test_a_model_is_trained_with_the_values_of_a_trial(tiny: Path, in_tmp: Path) -> None:
    """The best trial is the default; every epoch is reported; the model can be saved and used."""
    epochs: list[int] = []
    with hpsearch.run(tiny, "run.strategy=panda", trials=2) as run:
        final = hpsearch.train(run, on_epoch=lambda epoch, total, loss: epochs.append(epoch))
        best = run.trial_number("best")
        other = hpsearch.train(run, 1 - best)
    assert epochs == [1, 2, 3, 4]
    assert set(final.metrics) == {"test_loss", "test_error", "test_accuracy"}
    assert final.metrics != other.metrics
    final.model.save("model.npz")
    assert Model.open("model.npz").classes == final.model.classes


def test_only_the_network_can_be_trained(in_tmp: Path) -> None:
    """A run of a command is refused."""
    Path("c.yaml").write_text("objective: {command: 'true {x}'}\nspace: {x: {min: 0, max: 1}}\n")
    config = load(Path("c.yaml"))
    with Run.create(Path("run"), "", {"config": config.resolved(), "data": ""}) as run:
        run.record([Trial(0, {"x": 0.5}, 1)], [Result(0, Status.DONE, 1.0)])
        with pytest.raises(UsageError, match="run searches a command; only the built-in network"):
            hpsearch.train(run)
