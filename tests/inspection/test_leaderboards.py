"""Tests of leaderboards of one run and of several."""

from pathlib import Path
from typing import Any

import pytest

from hpsearch.errors import UsageError
from hpsearch.inspection.leaderboards import leaderboard
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
    """Equal ones share a rank, whichever run they are of; a filter changes no rank."""
    with make(tmp_path / "x", [3, 1, None]) as x, make(tmp_path / "y", [2, 1, 5], seed=1) as y:
        assert rows(x, y) == [
            ("x", 1, 1),
            ("y", 1, 1),
            ("y", 3, 2),
            ("x", 4, 3),
            ("y", 5, 5),
            ("x", None, None),
        ]
        assert rows(x, y, where="value>1", limit=2) == [("y", 3, 2), ("x", 4, 3)]
        assert rows(x, where="value>1") == [(None, 2, 3)]
        assert len(set(map(tuple, (row.items() for row in rows_of(x, y, "rate"))))) == 6


def rows_of(x: Run, y: Run, sort: str) -> list[dict[str, Any]]:
    """The rows sorted by a parameter, which rises, or falls with a minus."""
    rising = [row["values"]["rate"] for row in leaderboard([x, y], sort=sort).rows]
    falling = [row["values"]["rate"] for row in leaderboard([x, y], sort=f"-{sort}").rows]
    assert rising == sorted(rising)
    assert falling == rising[::-1]
    return [{"rate": rate, "at": at} for at, rate in enumerate(rising)]


def test_runs_of_different_metrics_have_no_common_leaderboard(tmp_path: Path) -> None:
    """They are named with their metrics."""
    with (
        make(tmp_path / "x", [1]) as x,
        make(tmp_path / "y", [1], goal="maximize") as y,
        pytest.raises(UsageError, match=r"same metric; found value \(minimize\) of x, value \(maximize\)"),
    ):
        leaderboard([x, y])


def test_columns_that_are_not_chosen_are_in_no_format(tmp_path: Path) -> None:
    """Rank, trial and value always are."""
    with make(tmp_path / "x", [1, 2]) as x:
        table = leaderboard([x], columns="kind")
        assert [column.header for column in table.columns] == ["rank", "trial", "value", "kind"]
        assert [list(row["values"]) for row in table.rows] == [["kind"], ["kind"]]
        named = leaderboard([x], columns="rank,value,kind")
        assert [column.header for column in named.columns] == ["rank", "trial", "value", "kind"]
