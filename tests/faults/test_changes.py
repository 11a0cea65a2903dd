"""Tests of runs, configs, data, versions and clocks that change between two starts of a search."""

import contextlib
import json
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from unittest import mock

import pytest

from hpsearch.store import Run
from tests.faults.case import CONFIG, Case, hpsearch, leaderboard
from tests.faults.program import Program


@pytest.fixture
def run(case: Case) -> Path:
    """A run in which three of five trials have ended."""
    case.config.write_text(CONFIG.replace("trials: 5", "trials: 3"))
    directory = case.place / "run"
    program = case.search(directory)
    assert program.wait() == 0
    return directory


def resumed(case: Case, directory: Path, *options: object) -> Program:
    """Resume a run to all five trials, and wait for it."""
    program = case.search(directory, "--trials", 5, *options)
    program.wait()
    case.row.tries += 1
    assert "Traceback" not in program.err
    return program


@pytest.mark.trial_of("the run directory moved, and copied")
def test_moved_or_copied(case: Case, run: Path) -> None:
    """A run continues where it is, and so does its copy."""
    shutil.copytree(run, case.place / "elsewhere" / "copy")
    run.rename(case.place / "moved")
    for directory in (case.place / "moved", case.place / "elsewhere" / "copy"):
        assert resumed(case, directory).wait() == 0
        assert json.loads(leaderboard(directory))["rows"] == json.loads(case.expected.leaderboard)["rows"]


@pytest.mark.trial_of("another version of NumPy")
def test_other_versions(case: Case, run: Path) -> None:
    """The version is recorded with the run, and resuming warns about another one."""
    with Run.open(run) as opened:
        opened.set_meta(versions={**opened.meta("versions"), "numpy": "1.0"})
    program = resumed(case, run)
    assert program.wait() == 0
    assert "began with numpy 1.0" in program.err


REFUSED = {
    "seed: 3": ("seed: 4", "seed: 3 → 4"),
    "max: 16": ("max: 17", "space"),
    "lag: 1": ("lag: 2", "search.lag: 1 → 2"),
    "trials: 5": ("trials: 2", "search.trials: 3 → 2"),
    "epochs: 2": ("epochs: 3", "objective.network.epochs: 2 → 3"),
    "reduction: 2": ("reduction: 3", "search.early_stopping"),
}


@pytest.mark.trial_of("config changes that would make it another search")
@pytest.mark.parametrize("old", REFUSED)
def test_config_changed(case: Case, run: Path, old: str) -> None:
    """The config is refused with the difference, and nothing is changed."""
    before = leaderboard(run)
    new, difference = REFUSED[old]
    assert old in CONFIG
    (run / "config.yaml").write_text(CONFIG.replace(old, new))
    code, _, err = hpsearch("resume", run)
    case.row.tries += 1
    assert code == 4
    assert "was searched with another config" in err
    assert difference in err
    assert leaderboard(run) == before


@pytest.mark.trial_of("more trials, other workers, strategy and timeout")
@pytest.mark.parametrize(
    "line", ["{strategy: caviar, workers: 2}", "{timeout: 10m}", "{workers: 1, retries: 3}"]
)
def test_what_may_change(case: Case, run: Path, line: str) -> None:
    """The change is accepted, and the results are the same."""
    (run / "config.yaml").write_text(CONFIG.replace("{strategy: panda}", line))
    assert resumed(case, run).wait() == 0
    assert json.loads(leaderboard(run))["rows"] == json.loads(case.expected.leaderboard)["rows"]


@pytest.mark.trial_of("the data changed between two starts")
def test_data_changed(case: Case) -> None:
    """The data are refused with both hashes; --accept-data-change starts a new run instead of mixing."""
    case.text = CONFIG.replace("data: blobs", "data: data.csv, batch_size: 8")
    data = case.place / "data.csv"
    rows = [f"{(k * 7) % 13},{(k * 5) % 11},{'ab'[(k * 7) % 13 > 6]}" for k in range(60)]
    data.write_text("\n".join(["x,y,label", *rows]))
    directory = case.place / "runs" / "first"
    assert case.search(directory).wait() == 0
    before = leaderboard(directory)
    data.write_text("\n".join(["x,y,label", *rows[:-1], "99,99,a"]))
    program = resumed(case, directory)
    assert program.wait() == 4
    with Run.read(directory) as run:
        assert run.meta("data") in program.err
    assert "--accept-data-change" in program.err
    assert resumed(case, directory, "--accept-data-change").wait() == 0
    assert leaderboard(directory) == before
    (other,) = (path for path in directory.parent.iterdir() if path != directory)
    assert len(json.loads(leaderboard(other))["rows"]) == 5


@dataclass(frozen=True)
class ClockSetBack:
    """Surroundings in which the wall clock jumps back by a day each time it is asked."""

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        began = time.time()
        asked = 0

        def moment() -> float:
            nonlocal asked
            asked += 1
            return began - asked * 86_400.0

        class Backwards(datetime):
            @classmethod
            def now(cls, tz: object = None) -> datetime:
                return datetime.fromtimestamp(moment(), tz)

        with contextlib.ExitStack() as patches:
            patches.enter_context(mock.patch("time.time", moment))
            for name, module in list(sys.modules.items()):
                if name.startswith("hpsearch.") and getattr(module, "datetime", None) is datetime:
                    patches.enter_context(mock.patch.object(module, "datetime", Backwards))
            yield


@pytest.mark.trial_of("the clock set back by a day, repeatedly")
def test_clock_set_back(case: Case) -> None:
    """Durations stay right, because they are measured by a clock that is never set back."""
    directory = case.place / "run"
    program = case.search(directory, surroundings=ClockSetBack())
    assert program.wait() == 0
    case.check(directory, program)
    assert leaderboard(directory) == case.expected.leaderboard
    with Run.read(directory) as run:
        assert run.meta("created") < datetime.now().astimezone().isoformat()
        assert all(0 < result.seconds < 60 for result in run.results())
    with contextlib.closing(sqlite3.connect(directory / "search.db")) as connection:
        times = connection.execute("SELECT finished FROM results ORDER BY number").fetchall()
    assert times == sorted(times, reverse=True)
    assert hpsearch("status", directory)[0] == 0
