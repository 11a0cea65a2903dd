"""Tests of the loop on real trials in this process: what it leaves on the disk, and in memory."""

import gc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hpsearch.config import Config
from hpsearch.data.dataset import Dataset
from hpsearch.data.load import load as load_data
from hpsearch.executors.panda import Panda
from hpsearch.loop import run_search
from hpsearch.objective import OnEpoch
from hpsearch.objectives.network import NetworkObjective
from hpsearch.search import Search
from hpsearch.starting import start
from hpsearch.store import Run
from hpsearch.trial import Metric, Result, Trial
from tests.conftest import Recorder


def test_checkpoints_go_when_the_result_is_stored(in_tmp: Path, config: Config) -> None:
    """Every trial wrote some, and none is left when its result is shown."""
    load_data("blobs", seed=0).save(in_tmp / "data")
    trials = in_tmp / "run" / "trials"
    objective = NetworkObjective(in_tmp / "data", trials, config.metric, {"epochs": 2}, checkpoint_seconds=0)
    left: dict[int, bool] = {}
    written: dict[int, bool] = {}

    def run_trial(trial: Trial, on_epoch: OnEpoch | None = None) -> Result:
        result = objective(trial, on_epoch)
        written[trial.number] = (trials / f"{trial.number:05d}" / "checkpoint").exists()
        return result

    def look(trial: Trial, result: Result) -> None:
        left[trial.number] = (trials / f"{trial.number:05d}").exists()

    search = Search.from_config(replace(config, search=config.search.model_copy(update={"trials": 3})))
    with Run.create(in_tmp / "run", "", {"config": config.resolved()}) as run:
        run_search(search, Panda(run_trial), run, Recorder(look), lambda trial: "")
    assert written == dict.fromkeys(range(3), True)
    assert left == dict.fromkeys(range(3), False)


class Weigher(Recorder):
    """Looks for data in memory when the trials are about to begin."""

    def __init__(self, known: set[int]) -> None:
        super().__init__()
        self.found: list[Dataset] = []
        self._known = known

    def on_search_start(
        self, metric: Metric, total: int, slots: int, trials: Sequence[Trial], results: Sequence[Result]
    ) -> None:
        gc.collect()
        self.found = [each for each in datasets() if id(each) not in self._known]


def datasets() -> list[Dataset]:
    """All data that this process holds."""
    return [each for each in gc.get_objects() if isinstance(each, Dataset)]


def test_prepared_data_are_not_kept_in_memory(in_tmp: Path, config: Config) -> None:
    """When the trials begin, the data are on the disk only, where all workers map them."""
    before = datasets()
    callback = Weigher({id(each) for each in before})
    start(config, callback)
    assert callback.found == []


def test_data_in_memory_are_seen() -> None:
    """The test above can fail."""
    dataset = load_data("blobs", seed=0)
    assert any(each is dataset for each in datasets())
