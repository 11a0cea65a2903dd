"""Tests of choosing an executor and counting its workers."""

from pathlib import Path

import pytest

from hpsearch.config import Config, load
from hpsearch.config.schema import RunSection
from hpsearch.errors import UsageError
from hpsearch.executors.choose import EXECUTORS, choose_executor
from hpsearch.starting.start import start
from hpsearch.testing.executor_contract import Echo
from tests.conftest import Recorder


def test_more_workers_than_the_lag_allows_is_explained(
    in_tmp: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a large machine, auto uses lag + 1 workers, and says what using more would need."""
    monkeypatch.setattr("hpsearch.executors.choose.available_cpus", lambda: 8)
    callback = Recorder()
    start(load(tiny, ["search.trials=9", "search.lag=1", "run.strategy=auto"]), callback)
    assert callback.slots == 2
    assert any("`search.lag: 7`" in text and "about 6 more trials" in text for text in callback.texts)


def test_every_executor_can_be_named_in_a_config() -> None:
    """The table has exactly the strategies and engines that the schema allows."""
    keys = [RunSection.settings()[key].type for key in ("strategy", "engine")]
    names = {word for each in keys for word in each.schema()["enum"]}
    assert names - {"auto", "local"} == set(EXECUTORS)


def test_an_executor_that_needs_a_missing_package_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what to install."""
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


def slots(config: Path, trials: int, lag: int | None, *settings: str) -> tuple[str, int, list[str]]:
    """The executor for some settings of ``run``: its class, its slots, and messages to the user."""
    texts: list[str] = []
    loaded: Config = load(config, [f"run.{setting}" for setting in settings])
    executor, _ = choose_executor(
        loaded.run,
        Echo(),
        trials=trials,
        lag=lag,
        run_directory=config.parent,
        on_epoch=lambda trial, epoch: None,
        on_message=texts.append,
    )
    with executor:
        return type(executor).__name__, executor.slots, texts


def test_no_more_workers_than_trials(tiny: Path) -> None:
    """Three trials get three workers, not four."""
    assert slots(tiny, 3, 3, "strategy=caviar", "workers=4") == ("Caviar", 3, [])


def test_panda_has_one_worker(tiny: Path) -> None:
    """Panda has one worker on any machine."""
    assert slots(tiny, 12, None, "strategy=panda") == ("Panda", 1, [])


@pytest.mark.parametrize(
    ("lag", "count", "informed"), [(None, 6, False), (8, 6, False), (5, 6, False), (4, 5, True), (0, 1, True)]
)
def test_auto_uses_what_the_lag_allows(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, lag: int | None, count: int, informed: bool
) -> None:
    """With six CPUs, lag + 1 are used; a message says if this leaves some idle."""
    monkeypatch.setattr("hpsearch.executors.choose.available_cpus", lambda: 6)
    kind, found, texts = slots(tiny, 12, lag, "strategy=auto")
    assert (kind, found) == ("Panda" if count == 1 else "Caviar", count)
    assert bool(texts) == informed


@pytest.mark.parametrize(
    ("settings", "trials", "lag", "chosen"),
    [
        ([], 12, None, (6, "6 CPUs")),
        ([], 4, None, (4, "4 trials")),
        ([], 12, 2, (3, "search.lag: 2")),
        (["threads=3"], 12, None, (2, "6 CPUs and 3 threads a trial")),
        (["memory=8GiB"], 12, None, (2, "16 GiB of memory and 8 GiB a trial")),
        (["memory=64GiB"], 12, None, (1, "16 GiB of memory and 64 GiB a trial")),
        (["devices=[0]"], 12, None, (1, "1 device")),
        (["workers=4"], 12, None, (4, "4 workers")),
    ],
)
def test_auto_says_what_decided(
    command: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: list[str],
    trials: int,
    lag: int | None,
    chosen: tuple[int, str],
) -> None:
    """The limit is set by CPUs, threads, memory, devices, trials or the lag, whichever is smallest."""
    monkeypatch.setattr("hpsearch.executors.choose.available_cpus", lambda: 6)
    monkeypatch.setattr("hpsearch.executors.choose.memory_of_machine", lambda: 16 * 2**30)
    run = load(command, [f"run.{setting}" for setting in settings]).run
    executor, why = choose_executor(
        run,
        Echo(),
        trials=trials,
        lag=lag,
        run_directory=command.parent,
        on_epoch=lambda *_: None,
        on_message=lambda _: None,
    )
    with executor:
        assert (executor.slots, why) == chosen


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """A config of a command, which may have limits and devices."""
    path = tmp_path / "c.yaml"
    path.write_text("objective: {command: 'echo {x}'}\nspace: {x: {min: 0, max: 1}}\nmetric: {name: x}\n")
    return path


def test_threads_share_the_cpus(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With two BLAS threads per trial, six CPUs allow three workers."""
    monkeypatch.setattr("hpsearch.executors.choose.available_cpus", lambda: 6)
    assert slots(tiny, 12, None, "strategy=caviar", "threads=2")[1] == 3
