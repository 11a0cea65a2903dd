"""Tests of leaderboards of one run and of several."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from hpsearch.errors import UsageError
from hpsearch.inspection.leaderboards import leaderboard
from hpsearch.reports.render import print_report
from hpsearch.running import CurveFile, curve_file
from hpsearch.search import Search
from hpsearch.store import Run

SPACE = {"rate": {"min": 0, "max": 9}, "kind": {"values": ["a", "b"]}}


def make(directory: Path, values: list[float | None], **more: Any) -> Run:
    """A run with a trial for each value."""
    settings: dict[str, Any] = {"method": "random", "trials": len(values), **more}
    with Search(SPACE, directory=directory, **settings) as search:
        for value in values:
            search.tell(search.ask() or 0, value)
    return Run.read(directory)


def rows(*runs: Run, **asked: Any) -> list[Any]:
    """Run, rank and value of each row."""
    table = leaderboard(runs, **asked)
    return [(row.get("run"), row["rank"], row["value"]) for row in table.rows]


def test_trials_of_several_runs_are_ranked_together(tmp_path: Path) -> None:
    """Equal trials share a rank, whatever their run; a filter changes no rank."""
    with make(tmp_path / "x", [3, 1, None]) as x, make(tmp_path / "y", [2, 1, 5], seed=1) as y:
        assert rows(x, y) == [
            ("x", 1, 1),
            ("y", 1, 1),
            ("y", 3, 2),
            ("x", 4, 3),
            ("y", 5, 5),
            ("x", None, None),
        ]
        marks = [bool(row.get("tied")) for row in leaderboard([x, y]).rows]
        assert marks == [True, True, False, False, False, False]
        assert rows(x, y, where="value>1", limit=2) == [("y", 3, 2), ("x", 4, 3)]
        assert rows(x, where="value>1") == [(None, 2, 3)]
        assert len(set(map(tuple, (row.items() for row in rows_of(x, y, "rate"))))) == 6


def rows_of(x: Run, y: Run, sort: str) -> list[dict[str, Any]]:
    """The rows sorted by a parameter, ascending, or descending with a minus."""
    rising = [row["values"]["rate"] for row in leaderboard([x, y], sort=sort).rows]
    falling = [row["values"]["rate"] for row in leaderboard([x, y], sort=f"-{sort}").rows]
    assert rising == sorted(rising)
    assert falling == rising[::-1]
    return [{"rate": rate, "at": at} for at, rate in enumerate(rising)]


def test_runs_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """By their paths; one run is not shown twice."""
    for parent in ("a", "b"):
        (tmp_path / parent).mkdir()
    with make(tmp_path / "a" / "x", [3, 1]) as x, make(tmp_path / "b" / "x", [2], repeats=2) as other:
        assert rows(x, other) == [
            (str(tmp_path / "a" / "x"), 1, 1),
            (str(tmp_path / "b" / "x"), 2, 2),
            (str(tmp_path / "a" / "x"), 3, 3),
        ]
        with pytest.raises(UsageError, match="leaderboard needs different runs; found one twice"):
            leaderboard([x, other, x])


def test_a_limit_changes_no_count(tmp_path: Path) -> None:
    """How many trials match is said of all, however few of them are shown."""
    with make(tmp_path / "x", [3, 1, 2]) as x, make(tmp_path / "y", [4, 1], seed=1) as y:
        table = leaderboard([x], where="value>1", limit=1)
        assert [row["value"] for row in table.rows] == [2]
        assert "2 of 3 results match value>1" in table.notes
        assert any("showing the best 1 that match; -n 0 shows all" in note for note in table.notes)
        assert "3 of 5 results match value>1" in leaderboard([x, y], where="value>1", limit=1).notes


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("column", ["trial", "value", "status", "kind", "values.kind", "epochs"])
def test_trials_of_several_runs_are_sorted_together(tmp_path: Path, column: str, down: bool) -> None:
    """By numbers or texts, rising or falling; what has no value comes last, and equals by run and trial."""
    with make(tmp_path / "x", [3, None, 1, 2]) as x, make(tmp_path / "y", [2, 1, None], seed=1) as y:
        table = list(leaderboard([x, y], sort=f"{'-' * down}{column}").rows)
    assert len(table) == 7
    key = column.removeprefix("values.")
    found = [row["values"].get(key) if key == "kind" else row[key] for row in table]
    known = [each for each in found if each is not None]
    assert found == [*sorted(known, reverse=down), *[None] * (7 - len(known))]
    equals = [(row["run"], row["trial"]) for row, each in zip(table, found, strict=True) if each == found[0]]
    assert equals == sorted(equals)


def begun(directory: Path) -> tuple[Search, Run]:
    """A search with one result and two running trials, the first of them after two epochs."""
    search = Search(SPACE, directory=directory, method="random", trials=4)
    search.tell(search.ask() or 0, 1.0)
    running = [search.ask(), search.ask()]
    lines = [json.dumps([epoch, {"value": 3.0 - epoch}, 0.1]) for epoch in (1, 2)]
    CurveFile(curve_file(directory / "trials" / f"{running[0].number:05d}")).append(lines)
    return search, Run.read(directory)


def test_running_trials_are_the_last_rows_where_asked(tmp_path: Path) -> None:
    """They have no rank and their latest value; a limit counts results first."""
    search, run = begun(tmp_path / "x")
    with search, run:
        table = list(leaderboard([run], running="as rows").rows)
        assert [(row["trial"], row["rank"], row["status"], row["value"], row["epochs"]) for row in table] == [
            (0, 1, "done", 1.0, 0),
            (1, None, "running", 1.0, 2),
            (2, None, "running", None, 0),
        ]
        assert table[1]["values"] == run.trial(1).values
        assert len(rows(run, running="as rows", limit=2)) == 2
        assert rows(run, running="as rows", limit=1) == rows(run) == [(None, 1, 1.0)]


def test_running_trials_fulfil_conditions_as_results_do(tmp_path: Path) -> None:
    """Conditions apply to their status, value, epochs, parameters and words, also below the table."""
    search, run = begun(tmp_path / "x")
    with search, run:
        kind, rate = run.trial(1).values["kind"], run.trial(2).values["rate"]

        def found(where: str) -> list[int]:
            return [row["trial"] for row in leaderboard([run], where=where, running="as rows").rows]

        assert found("status=running") == [1, 2]
        assert found("status!=running") == [0]
        assert found("value<=1") == [0, 1]
        assert found("value=null, epochs=0") == [2]
        assert 1 in found(f"kind={kind}")
        assert found(f"rate={rate!r}") == [2]
        assert found("'running'") == [1, 2]
        assert any("trial 1, epoch 2" in note for note in leaderboard([run], running="below").notes)
        hidden = leaderboard([run], where="status=done", running="below").notes
        assert not any("running" in note for note in hidden)


def test_runs_of_different_metrics_have_no_common_leaderboard(tmp_path: Path) -> None:
    """The message names the runs with their metrics."""
    with (
        make(tmp_path / "x", [1]) as x,
        make(tmp_path / "y", [1], goal="maximize") as y,
        pytest.raises(UsageError, match=r"same metric; found value \(minimize\) of x, value \(maximize\)"),
    ):
        leaderboard([x, y])


def test_columns_that_are_not_chosen_are_in_no_format(tmp_path: Path) -> None:
    """Only rank, trial and value are always shown."""
    with make(tmp_path / "x", [1, 2]) as x:
        table = leaderboard([x], columns="kind")
        assert [column.header for column in table.columns] == ["rank", "trial", "value", "kind"]
        assert [list(row["values"]) for row in table.rows] == [["kind"], ["kind"]]
        named = leaderboard([x], columns="rank,value,kind")
        assert [column.header for column in named.columns] == ["rank", "trial", "value", "kind"]


def test_a_table_at_the_end_of_a_search_names_the_command_that_shows_all(tmp_path: Path) -> None:
    """``run`` and ``resume`` have no -n; with ``leaderboard`` itself, the option is enough."""
    with make(tmp_path / "x", [3, 1, 2]) as run:
        for command, expected in (("hpsearch leaderboard x", "hpsearch leaderboard x -n 0"), ("", "-n 0")):
            table = leaderboard([run], limit=2, command=command)
            assert any(note.endswith(f"showing the best 2; {expected} shows all") for note in table.notes)
            screen = Console(file=io.StringIO(), width=20)
            print_report(table, "table", screen)
            text = " ".join(screen.file.getvalue().split())
            assert f"of 2 rows; {expected[:-1]}2 shows them" in text


def test_rows_that_become_columns_have_no_line_for_reasons_that_are_not_shown(tmp_path: Path) -> None:
    """There is room only for the best trial, and only another one has a reason."""
    with make(tmp_path / "x", [1, None]) as run:
        for whole in (True, False):
            screen = Console(file=io.StringIO(), width=20)
            print_report(leaderboard([run], whole=whole), "table", screen)
            text = screen.file.getvalue()
            assert [line for line in text.splitlines() if line.strip() == "reason"] == []
            assert ("reason" in text) == whole
