"""Tests of ask-and-tell searches that are kept in a run directory."""

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import hpsearch
from hpsearch.config import Config, load
from hpsearch.errors import RunExists, RunLocked, RunMismatch, UsageError
from hpsearch.reports.status import status_details
from hpsearch.search import Search
from hpsearch.searchers.stopping import Halving
from hpsearch.space import Categorical, Number
from hpsearch.store import Run
from hpsearch.trial import Trial

SPACE = {
    "learning_rate": {"prior": "log", "min": 1e-4, "max": 1},
    "optimizer": {"values": ["sgd", "adam"]},
}


def search(**settings: Any) -> Search:
    """A small search."""
    return Search(SPACE, **{"seed": 5, "trials": 14, **settings})


def worth(trial: Trial) -> float:
    """A smooth objective."""
    return abs(float(trial.values["learning_rate"]) - 0.01)


def go_on(ours: Search, trials: int = 99) -> Search:
    """Run some more trials of a search."""
    for _ in range(trials):
        if (trial := ours.ask()) is None:
            break
        ours.tell(trial, worth(trial))
    return ours


def test_a_kept_search_is_resumed_with_a_function(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    """Nothing has changed, and no change is reported; then the program continues by itself."""
    with search(directory=tmp_path / "kept", trials=6) as ours:
        go_on(ours)
    hpsearch.resume(
        tmp_path / "kept", function=lambda learning_rate, optimizer: abs(learning_rate - 0.01), trials=9
    )
    with search(directory=tmp_path / "kept", trials=14) as again:
        found, expected = go_on(again).results, go_on(search()).results
    assert [(each.value, each.values) for each in found] == [(each.value, each.values) for each in expected]
    assert [str(each.message) for each in recwarn if "This run" in str(each.message)] == []


def test_a_kept_search_of_another_algorithm_says_so(tmp_path: Path) -> None:
    """New trials are chosen by another version."""
    search(directory=tmp_path / "kept").close()
    with Run.open(tmp_path / "kept") as run:
        run.set_meta(algorithm=1)
    with pytest.warns(UserWarning, match="began with version 1 of the search algorithm"):
        search(directory=tmp_path / "kept").close()


@pytest.mark.parametrize("cut", [0, 1, 9, 14])
def test_a_kept_search_continues_the_same(tmp_path: Path, cut: int) -> None:
    """Created again with its directory, it has every result, and asks first for the trial in flight."""
    whole = go_on(search())
    with search(directory=tmp_path / "kept") as ours:
        go_on(ours, cut)
        waiting = ours.ask()
    with search(directory=tmp_path / "kept") as again:
        assert len(again.results) == cut
        assert waiting is None or again.ask() == waiting
        if waiting:
            again.tell(waiting, worth(waiting))
        assert go_on(again).results == whole.results
        assert again.best.values == whole.best.values


KILLED = """
import os, sys
import hpsearch
space = {"learning_rate": {"prior": "log", "min": 1e-4, "max": 1}, "optimizer": {"values": ["sgd", "adam"]}}
search = hpsearch.Search(space, seed=5, trials=14, directory=sys.argv[1])
for _ in range(6):
    trial = search.ask()
    search.tell(trial, abs(trial.values["learning_rate"] - 0.01))
search.ask()
os.kill(os.getpid(), 9)
"""


def test_a_killed_program_loses_nothing_that_was_told(tmp_path: Path) -> None:
    """Once tell() has returned, the result is on disk; the directory is not locked."""
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "kept")], check=False)
    with search(directory=tmp_path / "kept") as again:
        assert len(again.results) == 6
        assert go_on(again).results == go_on(search()).results


def test_a_kept_search_is_a_run(tmp_path: Path) -> None:
    """Others can read it meanwhile: results, best.yaml, importance, and finally that it is complete."""
    ours = go_on(search(directory=tmp_path / "kept"), 13)
    with hpsearch.load(tmp_path / "kept") as run:
        assert run.results() == ours.results
        assert run.searching()
        assert hpsearch.importance(run).effects[0].names == ("learning_rate",)
        assert load(tmp_path / "kept" / "best.yaml").space.constants == ours.best.values
        go_on(ours)
        assert [kind for _, kind, _ in run.events()] == ["completed"]


def test_every_setting_is_kept(tmp_path: Path) -> None:
    """The stored config describes the same search."""
    known = [{"learning_rate": 0.1, "optimizer": "adam"}]
    settings: dict[str, Any] = {
        "early_stopping": Halving(2, 3),
        "epochs": 9,
        "repeats": 2,
        "lag": 4,
        "goal": "maximize",
        "max_failures": 7,
        "enqueue": known,
        "method": "quasi_random",
    }
    with search(directory=tmp_path / "kept", **settings) as ours, Run.read(tmp_path / "kept") as run:
        stored = Config.from_resolved(run.meta("config"))
        same = Search.from_config(stored)
        assert (same.metric, same.lag) == (ours.metric, ours.lag)
        assert [same.ask() for _ in range(5)] == [ours.ask() for _ in range(5)]
        assert stored.search.max_failures == 7
        assert stored.search.early_stopping.reduction == 3
        assert stored.objective.epochs == 9


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"seed": 6}, "seed: 5 → 6"),
        ({"goal": "maximize"}, "metric.goal: minimize → maximize"),
        ({"lag": 1}, "search.lag: 0 → 1"),
        ({"trials": 13}, "search.trials: 14 → 13"),
        ({"prior_observations": [({"learning_rate": 0.1}, 1.0)]}, "prior_observations: other results"),
    ],
)
def test_another_search_is_refused(tmp_path: Path, change: dict[str, Any], text: str) -> None:
    """The message lists the differences; the directory is left unchanged and unlocked."""
    with search(directory=tmp_path / "kept"):
        pass
    with pytest.raises(RunMismatch, match=text):
        search(directory=tmp_path / "kept", **change)
    assert not search(directory=tmp_path / "kept").results


def test_another_space_is_refused(tmp_path: Path) -> None:
    """So is one whose parameters are in another order, as it would propose other values."""
    with search(directory=tmp_path / "kept"):
        pass
    with pytest.raises(RunMismatch, match="space"):
        Search(dict(reversed(SPACE.items())), seed=5, trials=14, directory=tmp_path / "kept")


def test_a_kept_search_may_grow(tmp_path: Path) -> None:
    """It continues with more trials as if they had been planned at first."""
    with search(directory=tmp_path / "kept", trials=8) as ours:
        go_on(ours)
    with search(directory=tmp_path / "kept") as ours, Run.read(tmp_path / "kept") as run:
        assert go_on(ours).results == go_on(search()).results
        assert [kind for _, kind, _ in run.events()] == ["completed", "resumed", "completed"]
        assert run.meta("config")["search"]["trials"] == 14


def test_a_cell_may_be_run_again(tmp_path: Path) -> None:
    """A second Search in a process continues the first, which refuses further calls."""
    first = go_on(search(directory=tmp_path / "kept"), 3)
    second = search(directory=tmp_path / "kept")
    assert second.results == first.results
    with pytest.raises(UsageError, match="a later Search continues"):
        first.ask()
    go_on(second)


def test_another_process_is_kept_out(tmp_path: Path) -> None:
    """Only one process searches in a directory."""
    ours = search(directory=tmp_path / "kept")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "kept")], capture_output=True, text=True, check=False
    )
    assert RunLocked.__name__ in done.stderr
    ours.close()


def test_a_directory_that_is_no_run_is_refused(tmp_path: Path) -> None:
    """Nothing is written among other people's files."""
    with pytest.raises(RunExists, match="is not a run directory"):
        search(directory=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_kept_search_is_not_pickled(tmp_path: Path) -> None:
    """Its copy could not be kept in the same directory; the message says what to do instead."""
    with (
        search(directory=tmp_path / "kept") as ours,
        pytest.raises(UsageError, match="make it again with the same arguments"),
    ):
        pickle.dumps(ours)


def test_the_command_line_cannot_continue_it(tmp_path: Path) -> None:
    """It does not know how to run a trial; the message says what does."""
    with search(directory=tmp_path / "kept"):
        pass
    with pytest.raises(UsageError, match=r"Continue it there, with hpsearch.Search\(…, directory=…\)"):
        hpsearch.resume(tmp_path / "kept")


def test_status_says_what_continues_it(tmp_path: Path) -> None:
    """The status shows a call from Python, not a command."""
    with search(directory=tmp_path / "kept"), Run.read(tmp_path / "kept") as run:
        config = Config.from_resolved(run.meta("config"))
    nothing: dict[str, Any] = {"counts": {}, "unfinished": [], "running": [], "events": []}
    details = status_details(run.directory, config, searching=False, best=None, rows=None, **nothing)
    assert dict(details.lines)["next"].startswith(f"hpsearch.Search(…, directory={str(run.directory)!r})")


def test_a_space_of_objects_is_kept(tmp_path: Path) -> None:
    """A search with parameters built in Python is the same as one with their mapping."""
    parameters = [
        Number("learning_rate", 1e-4, 1, prior="log"),
        Categorical("optimizer", ("sgd", "adam")),
        Number("momentum", 0.5, 0.9, when={"optimizer": "sgd"}),
    ]
    momentum = {"min": 0.5, "max": 0.9, "when": {"optimizer": "sgd"}}
    mapping = Search({**SPACE, "momentum": momentum}, trials=9)
    with Search(parameters, trials=9, directory=tmp_path / "kept") as ours:
        assert ours.space == mapping.space
        assert go_on(ours).results == go_on(mapping).results
    with Search(ours.space, trials=9, directory=tmp_path / "kept") as again:
        assert again.results == ours.results
