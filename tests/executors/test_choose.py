"""Tests of choosing an executor and counting its workers."""

from pathlib import Path
from typing import get_args

import pytest

from hpsearch.config import load
from hpsearch.config.schema import RunSection
from hpsearch.errors import UsageError
from hpsearch.executors.choose import EXECUTORS, choose_executor
from hpsearch.starting import start
from hpsearch.testing.executor_contract import Echo
from tests.conftest import Recorder


def test_more_workers_than_the_lag_allows_is_explained(
    in_tmp: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a large machine, auto uses lag + 1 of its workers, and says which lag would use all."""
    monkeypatch.setattr("hpsearch.executors.choose.available_cpus", lambda: 8)
    callback = Recorder()
    start(load(tiny, ["search.trials=9", "search.lag=1", "run.strategy=auto"]), callback)
    assert callback.slots == 2
    assert any("`search.lag: 7`" in text for text in callback.texts)


def test_every_executor_can_be_named_in_a_config() -> None:
    """A strategy or an engine that the schema allows is in the table, and the other way round."""
    fields = RunSection.model_fields
    names = {*get_args(fields["strategy"].annotation), *get_args(fields["engine"].annotation)}
    assert names - {"auto", "local"} == set(EXECUTORS)


def test_an_executor_that_needs_a_missing_package_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what to install."""
    monkeypatch.setitem(EXECUTORS, "dask", "nowhere.dask:Dask")
    with pytest.raises(UsageError, match=r"dask needs the package nowhere.*pip install 'hpsearch\[dask\]'"):
        choose_executor(
            RunSection(engine="dask"),
            Echo(),
            trials=1,
            lag=None,
            run_directory=tmp_path,
            on_epoch=lambda *_: None,
            on_message=lambda _: None,
        )
