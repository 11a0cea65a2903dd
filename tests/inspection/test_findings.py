"""Tests of importance and explanations from Python."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import hpsearch
from hpsearch.config import load
from hpsearch.errors import UsageError
from hpsearch.store import Run
from hpsearch.trial import Result, Status, Trial


@pytest.fixture
def run(tiny: Path, in_tmp: Path) -> Iterator[Run]:
    """Sixteen trials whose value is the number of hidden units; trial 15 was proposed around trial 3."""
    config = load(tiny)
    with Run.create(Path("run"), config.source, {"config": config.resolved()}) as made:
        for number in range(16):
            origin = {"phase": "coarse"} if number < 15 else {"phase": "zoom", "around": 3, "radius": 0.1}
            values = {
                "learning_rate": 10 ** -(1 + number % 3),
                "hidden_units": 2 + number % 15,
                "optimizer": ("momentum", "adam")[number % 2],
            }
            result = Result(number, Status.DONE, float(values["hidden_units"]))
            made.record([Trial(number, values, number, (), origin)], [result])
        yield made


def test_the_parameter_that_decides_is_the_most_important(run: Run) -> None:
    """Its share is far above the others, and the model explains the differences."""
    found = hpsearch.importance(run)
    assert found.effects[0].names == ("hidden_units",)
    assert found.effects[0].share > 0.5
    assert found.explained > 0.5


def test_too_few_results_are_an_error(run: Run) -> None:
    """The message says how many are needed."""
    run.delete_results(range(5, 16))
    with pytest.raises(UsageError, match="importance of 3 parameters needs at least 12 trials"):
        hpsearch.importance(run)


def test_a_search_is_explained(run: Run) -> None:
    """The explanation has the best trial, the phases, and the parameters at the end of their range."""
    found = hpsearch.explain_search(run)
    assert found.best.number == 0
    assert found.phases == {"coarse": 15, "zoom": 1}
    assert (found.early, found.late) == (range(5), range(11, 16))
    assert [(each.name, each.end) for each in found.at_bounds] == [("hidden_units", "min")]


def test_a_trial_is_explained(run: Run) -> None:
    """The explanation has its centre and how far each parameter moved; best names the best trial."""
    found = hpsearch.explain_trial(run, 15)
    assert found.centre is not None
    assert found.centre.number == 3
    assert {each.name: each.before for each in found.moves}["hidden_units"] == 5
    assert hpsearch.explain_trial(run, "best").trial.number == 0
