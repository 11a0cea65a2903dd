"""Tests of searches over choices of every kind, from a user's view."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from hpsearch import Search, load
from hpsearch.cli.program import exit_code
from hpsearch.config import Config
from hpsearch.store import Run
from hpsearch.trial import Result, Status, Trial
from tests.cli.conftest import Done
from tests.strategies import json_choices

Program = Callable[..., Done]

CHOICES: list[Any] = [None, 1, 1.0, True, "1", "null", [64], [64, 32], {"kernel": "rbf", "gamma": 0.1}]

CONFIG = """\
metric: {name: loss}
objective: {function: train:loss}
space:
  kind: {values: [null, 1, 1.0, true, "1", "null", [64], [64, 32], {kernel: rbf, gamma: 0.1}]}
  extra: {min: 0, max: 1, when: {kind: [null, [64, 32], {kernel: rbf, gamma: 0.1}]}}
search:
  method: random
  trials: 11
  early_stopping: false
  enqueue:
    - {kind: [64]}
    - {kind: null, extra: 0.5}
    - {kind: 1}
    - {kind: 1.0}
    - {kind: true}
    - {kind: "1"}
    - {kind: "null"}
    - {kind: [64, 32], extra: 0.5}
    - {kind: {gamma: 0.1, kernel: rbf}, extra: 0.5}
"""

FUNCTION = """\
def loss(kind, extra=0.0):
    found = f"{type(kind).__name__} {kind}"
    print(found)
    if isinstance(kind, list):
        kind.append(7)  # changes only this trial
    return len(found) + extra
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one trial after another."""
    directory = tmp_path_factory.mktemp("choices")
    (directory / "c.yaml").write_text(CONFIG)
    (directory / "train.py").write_text(FUNCTION)
    exit_code(["run", str(directory / "c.yaml"), "run.strategy=panda", "-o", str(directory / "panda")])
    return directory / "panda"


def rows(directory: Path, program: Program) -> list[dict[str, Any]]:
    """The rows of a leaderboard."""
    found: list[dict[str, Any]] = json.loads(program("leaderboard", directory, "-n", "0", "-f", "json").out)[
        "rows"
    ]
    return found


def test_a_function_gets_the_choice_as_it_is(run: Path, hpsearch: Program) -> None:
    """A choice has its type, whatever an earlier trial did to it."""
    for row in rows(run, hpsearch):
        kind, extra = row["values"]["kind"], row["values"].get("extra", 0.0)
        assert row["value"] == len(f"{type(kind).__name__} {kind}") + extra
    kinds = {json.dumps(row["values"]["kind"]) for row in rows(run, hpsearch)}
    assert kinds == set(map(json.dumps, CHOICES))


def test_two_workers_have_the_same_leaderboard(run: Path, hpsearch: Program) -> None:
    """The leaderboard of two workers equals that of one, byte for byte."""
    directory = run.parent / "caviar"
    assert hpsearch("run", run.parent / "c.yaml", "-j", "2", "-o", directory).code == 0
    both = [hpsearch("leaderboard", each, "-n", "0", "-f", "json").out for each in (run, directory)]
    assert both[0].replace('"panda"', "") == both[1].replace('"caviar"', "")


def test_every_view_tells_the_choices_apart(run: Path, hpsearch: Program) -> None:
    """Choices differ in tables, CSV, details, exports and figures; a missing value is empty."""
    expected = ["null", "1", "1.0", "true", '"1"', '"null"', "[64]", "[64, 32]", "{kernel: rbf, gamma: 0.1}"]
    table = hpsearch("leaderboard", run, "-n", "0", "-f", "md").out
    cells = {line.split(" | ")[5] for line in table.splitlines()[2:] if line.startswith("| ")}
    assert cells == set(expected)
    texts = {
        row["kind"]: row["extra"]
        for row in csv.DictReader(io.StringIO(hpsearch("leaderboard", run, "-n", "0", "-f", "csv").out))
    }
    assert [json.loads(text) for text in texts] == [json.loads(text) for text in dict.fromkeys(texts)]
    assert {json.dumps(json.loads(text)) for text in texts} == set(map(json.dumps, CHOICES))
    assert texts["null"] != ""
    assert texts["true"] == ""
    assert "kind: [64]" in hpsearch("show", run, "0").out
    assert "kind: null" in hpsearch("show", run, "1").out
    for command in (["explain"], ["explain", "1"], ["importance"], ["plot", "parallel"], ["plot", "slices"]):
        done = hpsearch(command[0], run, *command[1:])
        assert (done.code, bool(done.out)) == (0, True), done.err


def test_the_best_is_a_config_again(run: Path, hpsearch: Program) -> None:
    """The best trial's config has its choice as a constant."""
    best = rows(run, hpsearch)[0]["values"]
    path = run.parent / "best.yaml"
    assert hpsearch("export", run, "--to", "config", "-o", path).code == 0
    constant = Config.load(path).space.constants["kind"]
    assert json.dumps(constant) == json.dumps(best["kind"])


def test_pandas_tells_null_from_a_missing_value(tmp_path: Path) -> None:
    """None is a choice; NaN is a parameter without a value."""
    pytest.importorskip("pandas")
    space = {
        "depth": {"values": [None, 5, 10]},
        "x": {"values": [None, 2], "when": {"depth": 5}},
    }
    search = Search(
        space,
        method="random",
        trials=12,
        enqueue=[{"depth": None}, {"depth": 5, "x": None}],
        directory=tmp_path / "r",
    )
    while (trial := search.ask()) is not None:
        search.tell(trial, 1.0)
    with load(tmp_path / "r") as kept:
        table = kept.to_pandas()
    assert table.loc[0, "depth"] is None
    assert table.loc[1, "depth"] == 5
    assert table.loc[1, "x"] is None
    assert table.loc[0, "x"] != table.loc[0, "x"]  # NaN


@settings(max_examples=20)
@given(json_choices)
def test_the_store_keeps_any_choice(tmp_path_factory: pytest.TempPathFactory, choices: list[Any]) -> None:
    """A choice is read back unchanged; one that is not in the space is damage."""
    meta = {
        "config": {
            "metric": {"name": "loss", "goal": "minimize", "at": "last"},
            "space": {"x": {"values": choices}},
        }
    }
    with Run.create(tmp_path_factory.mktemp("store") / "r", "", meta) as run:
        trials = [Trial(number, {"x": choice}, 1) for number, choice in enumerate(choices)]
        run.record(trials, [Result(0, Status.DONE, 0.5)])
        found = [trial.values["x"] for trial in run.trials()]
    assert json.dumps(found, sort_keys=True) == json.dumps(choices, sort_keys=True)
