"""Tests of starting a search, on real trials in this process."""

import shutil
from pathlib import Path

import pytest

from hpsearch.config import Config, load
from hpsearch.errors import (
    ConfigError,
    DataError,
    RunExists,
)
from hpsearch.starting.resume import resume
from hpsearch.starting.start import start
from hpsearch.store import Run
from tests.conftest import TINY, Recorder
from tests.runs import rows


def test_a_search_leaves_its_results_and_no_data(in_tmp: Path, config: Config) -> None:
    """All trials exist, the best is a config, and prepared data and checkpoints are removed."""
    callback = Recorder()
    directory = start(config, callback)
    assert directory == Path("runs/tiny-001")
    assert len(rows(directory)) == 12
    assert sorted(path.name for path in directory.iterdir()) == [
        "best.yaml",
        "config.yaml",
        "lock",
        "search.db",
    ]
    assert (directory / "config.yaml").read_text() == TINY
    best = load(directory / "best.yaml")
    assert best.search.trials == 1
    assert [result.number for result in callback.results] == list(range(12))


def test_the_config_decides_alone(in_tmp: Path, tiny: Path) -> None:
    """Two runs of one config are equal; a run with another seed differs."""
    first = rows(start(load(tiny), Recorder()))
    assert rows(start(load(tiny, ["run.strategy=caviar", "run.workers=2"]), Recorder())) == first
    assert rows(start(load(tiny, ["seed=4"]), Recorder())) != first


def test_wrong_data_create_nothing(in_tmp: Path, tiny: Path) -> None:
    """Data are read before the run directory is created."""
    Path("d.csv").write_text("x,label\n1,a\n2,oops\nz,b\n")
    with pytest.raises((DataError, ConfigError)):
        start(load(tiny, ["objective.network.data=d.csv"]), Recorder())
    assert not Path("runs").exists()


def test_an_existing_directory_is_refused(in_tmp: Path, config: Config) -> None:
    """The message says what to type instead."""
    directory = start(config, Recorder(), directory=Path("here"))
    with pytest.raises(RunExists, match="hpsearch resume here"):
        start(config, Recorder(), directory=directory)


def test_what_earlier_runs_found_out_is_kept_in_the_run(in_tmp: Path, tiny: Path) -> None:
    """A warm search is resumed as it began, even if the earlier run is gone; its results are its own."""
    earlier = start(load(tiny), Recorder())
    directory = start(load(tiny, [f"search.warm_start=[{earlier}]", "seed=9"]), Recorder())
    whole = rows(directory)
    assert len(whole) == 12
    with Run.open(directory) as run:
        assert run.trial(0).origin["phase"] == "warm"
        run.delete_results(range(4, 12))
    shutil.rmtree(earlier)
    resume(directory, Recorder())
    assert rows(directory) == whole


def test_the_portfolio_is_kept_in_the_run(in_tmp: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search is resumed with the portfolio that it began with, even if a newer version has another."""
    whole = rows(start(load(tiny), Recorder()))
    directory = start(load(tiny, ["search.trials=2"]), Recorder())
    monkeypatch.setattr("hpsearch.starting.warm_start.PORTFOLIO", ())
    resume(directory, Recorder(), changes={"search.trials": 12})
    assert rows(directory) == whole
    with Run.read(directory) as run:
        phases = [run.trial(number).origin["phase"] for number in range(4)]
    assert phases == ["portfolio", "coarse", "portfolio", "coarse"]


def test_a_cold_search_begins_with_none(in_tmp: Path, tiny: Path) -> None:
    """Without the portfolio, all first trials cover the space."""
    directory = start(load(tiny, ["search.portfolio=false", "search.trials=3"]), Recorder())
    with Run.read(directory) as run:
        assert {trial.origin["phase"] for trial in run.trials()} == {"coarse"}


@pytest.mark.parametrize(
    ("overrides", "text"),
    [
        (["metric.name=val_accuracy"], "must be a run that maximizes its metric"),
        (["space={dropout: {min: 0, max: 0.5}}"], "must be a run that shares a parameter"),
        (["space={hidden_units: {type: int, min: 6000, max: 7000}}"], "values in or near this space"),
    ],
)
def test_runs_without_observations_are_refused(
    in_tmp: Path, tiny: Path, overrides: list[str], text: str
) -> None:
    """With another goal, no common parameter, or no trial in this space, nothing is created."""
    earlier = start(load(tiny), Recorder())
    with pytest.raises(ConfigError, match=text):
        start(load(tiny, [f"search.warm_start=[{earlier}]", *overrides]), Recorder())
    assert [path.name for path in Path("runs").iterdir()] == [earlier.name]
