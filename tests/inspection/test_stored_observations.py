"""Tests of the results of a run as arrays."""

from pathlib import Path

import numpy as np
import pytest

from hpsearch.config import Config
from hpsearch.inspection.stored_observations import stored_observations
from hpsearch.searchers import ObservationBuffer
from hpsearch.store import Run
from hpsearch.trial import Epoch, Result, Status, Trial


@pytest.fixture
def run(config: Config, tmp_path: Path) -> Run:
    """A finished trial, one that was stopped early, one without a result, and one that failed."""
    made = Run.create(tmp_path / "run", config.source, {"config": config.resolved()})
    name = config.metric.name
    values = config.space.values(np.random.default_rng(0).random((4, config.space.dimensions)))
    trials = [Trial(number, each, number) for number, each in enumerate(values)]
    curve = tuple(Epoch(epoch, {name: 0.5 / epoch}, 0.1 * epoch) for epoch in (1, 2, 3))
    results = [
        Result(0, Status.DONE, 0.5 / 3, curve),
        Result(1, Status.STOPPED, 0.25, curve[:2]),
        Result(3, Status.FAILED, reason="no"),
    ]
    made.record(trials, results)
    return made


def test_they_are_those_of_a_search_that_has_all_results(run: Run, config: Config) -> None:
    """Points, losses and statuses are the same, and so is every learning curve that is read."""
    with run:
        records = [(trial, result) for trial, result in run.records() if result is not None]
        trials, results = [trial for trial, _ in records], [result for _, result in records]
        whole = ObservationBuffer.of(config.space, config.metric, trials, results)
        found = stored_observations(run, config)
        assert found.units.tobytes() == whole.units.tobytes()
        assert found.losses.tobytes() == whole.losses.tobytes()
        assert found.stopped.tolist() == whole.stopped.tolist()
        assert [curve.tolist() for curve in found.curves] == [curve.tolist() for curve in whole.curves]
        assert len(found.curves[1:]) == 2


def test_curves_belong_to_their_results_when_one_goes_meanwhile(
    run: Run, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``resume --retry-failed`` may delete a result between two reads."""
    before = run.statuses()
    monkeypatch.setattr(run, "statuses", lambda: before)
    run.delete_results([0])
    with run:
        found = stored_observations(run, config)
        assert [len(curve) for curve in found.curves] == [2, 0]
        assert found.stopped.tolist() == [True, False]


def test_no_curve_is_read_before_it_is_looked_at(
    run: Run, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model uses only a few of many trials."""
    read: list[int] = []
    result_of = run.result

    def result(number: int) -> Result | None:
        read.append(number)
        return result_of(number)

    monkeypatch.setattr(run, "result", result)
    with run:
        found = stored_observations(run, config)
        assert read == []
        assert len(found.curves[1]) == 2
        assert read == [1]
