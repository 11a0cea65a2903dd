"""Tests of the commands that show runs and trials: whole outputs in every format."""

import csv
import io
import json
import math
import shutil
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from hpsearch.inspection.leaderboards import leaderboard
from hpsearch.reports.render import print_report
from hpsearch.store import Run
from tests.cli.conftest import Done

Program = Callable[..., Done]
Golden = Callable[[str, str], None]


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "md"])
def test_leaderboard(hpsearch: Program, example: Path, golden: Golden, form: str) -> None:
    """The best come first, and failures last with a reason; control characters are visible."""
    done = hpsearch("leaderboard", example, "-f", form)
    assert (done.code, done.err) == (0, "")
    golden(f"leaderboard.{form}", done.out)


@pytest.mark.parametrize("what", ["status", "show", "show best", "show 1", "show 3", "show 5", "list"])
@pytest.mark.parametrize("form", ["table", "json"])
def test_details(hpsearch: Program, example: Path, golden: Golden, what: str, form: str) -> None:
    """The outputs of status, of show for trials with every status, and of list are the expected ones."""
    command, _, which = what.partition(" ")
    arguments = [] if command == "list" else [example, *([which] if which else [])]
    done = hpsearch(command, *arguments, "-f", form)
    assert (done.code, done.err) == (0, "")
    golden(f"{what.replace(' ', '-')}.{form}", done.out)


@pytest.mark.parametrize("target", ["csv", "json", "jsonl", "config"])
def test_export(hpsearch: Program, example: Path, golden: Golden, target: str) -> None:
    """Text targets print every trial."""
    done = hpsearch("export", example, "--to", target)
    assert (done.code, done.err) == (0, "")
    golden(f"export.{target}", done.out)


def test_machine_formats_are_what_they_say(hpsearch: Program, example: Path) -> None:
    """JSON and JSON lines parse, with a schema; rows of CSV have the same number of cells."""
    assert json.loads(hpsearch("leaderboard", example, "-f", "json").out)["schema"] == 1
    lines = hpsearch("leaderboard", example, "-f", "jsonl").out.splitlines()
    assert [json.loads(line)["trial"] for line in lines] == [2, 0, 4, 1, 3]
    rows = list(csv.reader(io.StringIO(hpsearch("leaderboard", example, "-f", "csv").out)))
    assert {len(row) for row in rows} == {len(rows[0])}


def test_times_are_shown_only_when_asked_for(hpsearch: Program, example: Path) -> None:
    """Without --timings, two equal searches print equal bytes."""
    for command in (["leaderboard", example, "-f", "json"], ["show", example, "0", "-f", "json"]):
        assert "seconds" not in hpsearch(*command).out
        assert "seconds" in hpsearch(*command, "--timings").out


def test_rows_are_limited(hpsearch: Program, example: Path) -> None:
    """-n 2 shows the best two and says how to show more; -n 0 shows all."""
    done = hpsearch("leaderboard", example, "-n", 2)
    assert len(done.out.splitlines()) == 5
    assert "showing the best 2; -n 0 shows all" in done.out
    falling = hpsearch("leaderboard", example, "-n", 2, "--sort", "-learning_rate").out
    assert "showing the first 2 by learning_rate, largest first; -n 0 shows all" in falling
    assert len(hpsearch("leaderboard", example, "-n", 0).out.splitlines()) == 8


def test_a_run_is_found_by_its_name_under_runs(hpsearch: Program, example: Path) -> None:
    """The prefix runs/ may be left out."""
    assert hpsearch("status", "example-001").out == hpsearch("status", example).out


def test_export_to_a_file(hpsearch: Program, example: Path) -> None:
    """-o writes the same text that would otherwise go to stdout."""
    expected = hpsearch("export", example, "--to", "jsonl").out
    assert hpsearch("export", example, "--to", "jsonl", "-o", "all.jsonl").out == ""
    assert Path("all.jsonl").read_text() == expected


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["show", "runs/example-001", "99"], 2, "trials 0 to 5 so far; found 99"),
        (["show", "runs/example-001", "bset"], 2, "TRIAL must be a trial number or best; found 'bset'"),
        (["leaderboard", "runs/nothing"], 4, "is not a run directory"),
        (["status", "example.yaml"], 4, "is not a run directory"),
        (["list", "nowhere"], 4, "no directory nowhere"),
        (["export", "runs/example-001", "--to", "json", "-o", "no/where"], 2, "cannot be written"),
        (["plot"], 2, "Missing argument"),
        (["leaderboard", "x", "-f", "xml"], 2, "'xml' is not one of"),
        (["leaderbord", "x"], 2, "leaderbord"),
    ],
)
def test_wrong_usage(hpsearch: Program, example: Path, arguments: list[str], code: int, text: str) -> None:
    """There is the documented exit code, a message on stderr, and nothing on stdout."""
    done = hpsearch(*arguments)
    assert (done.code, done.out) == (code, "")
    assert text in done.err
    assert "Traceback" not in done.err


def test_the_list_shows_local_times(
    hpsearch: Program, example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person sees local times; a program gets them as stored, in UTC."""
    monkeypatch.setenv("TZ", "Asia/Kathmandu")  # 5 h 45 min ahead of UTC
    time.tzset()
    try:
        created = json.loads(hpsearch("list", "-f", "json").out)["rows"][0]["created"]
        local = datetime.fromisoformat(created) + timedelta(hours=5, minutes=45)
        assert f"{local:%Y-%m-%d %H:%M:%S}" in hpsearch("list").out
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_damaged_run_is_a_row_in_the_list(hpsearch: Program, example: Path) -> None:
    """The other runs are shown as usual."""
    broken = Path("runs/broken-001")
    broken.mkdir()
    (broken / "search.db").write_bytes(b"x" * 5000)
    done = hpsearch("list")
    assert done.code == 0
    assert "unreadable" in done.out
    assert "example-001" in done.out


def test_no_control_character_reaches_the_terminal(hpsearch: Program, example: Path) -> None:
    """Values and reasons are escaped in every command and format."""
    for form in ("table", "json", "jsonl", "csv", "md"):
        for command in (["leaderboard", example], ["show", example, 3], ["status", example]):
            assert "\x1b" not in hpsearch(*command, "-f", form).out


def test_a_number_beyond_all_trials_is_refused(hpsearch: Program, example: Path) -> None:
    """Even a number of 30 digits gets the usual message."""
    done = hpsearch("show", example, "9" * 30)
    assert (done.code, done.out) == (2, "")
    assert "trials 0 to 5" in done.err


def test_several_runs_are_one_document(hpsearch: Program, example: Path) -> None:
    """Every row has its run, and the trials of both share their ranks here."""
    other = shutil.copytree(example, example.with_name("other"))
    document = json.loads(hpsearch("leaderboard", example, other, "-f", "json").out)
    assert [run["run"] for run in document["runs"]] == ["example-001", "other"]
    assert [row["run"] for row in document["rows"]][:2] == ["example-001", "other"]
    assert [row["rank"] for row in document["rows"]][:4] == [1, 1, 3, 3]


def test_equal_runs_print_equal_reasons(hpsearch: Program, example: Path) -> None:
    """Only show prints the traceback, because its paths differ between machines."""
    assert "Traceback" not in hpsearch("leaderboard", example, "-f", "json").out
    assert "Traceback" in hpsearch("show", example, 3).out


def test_a_share_of_rows_has_a_standard_error(hpsearch: Program, example: Path) -> None:
    """It is √(p (1 − p) / n), with one hit and one miss more than observed."""
    (best,) = json.loads(hpsearch("leaderboard", example, "-n", 1, "-f", "json").out)["rows"]
    with Run.read(example) as run:
        rows = run.meta("rows")["validation"]
    share = (best["value"] * rows + 1) / (rows + 2)
    assert math.isclose(best["standard_error"], math.sqrt(share * (1 - share) / rows))


def test_conditions_order_and_columns_of_a_leaderboard(hpsearch: Program, example: Path) -> None:
    """The requested rows and columns are shown in every format; mistakes are usage errors."""
    asked = ("--where", "status!=failed, learning_rate>0", "--sort=-learning_rate", "--columns", "learning_*")
    lines = hpsearch("leaderboard", example, *asked, "-f", "csv").out.splitlines()
    assert lines[0] == "rank,trial,val_error,learning_rate"
    rates = [float(line.split(",")[-1]) for line in lines[1:]]
    assert rates == sorted(rates, reverse=True)
    assert f"{len(rates)} of 5 results match" in hpsearch("leaderboard", example, *asked).out
    wrong = hpsearch("leaderboard", example, "--where", "learning_rat<1")
    assert (wrong.code, wrong.out) == (2, "")
    assert "where, character 1: There is no column learning_rat. Did you mean learning_rate?" in wrong.err


@pytest.mark.parametrize("whole", [False, True])
def test_in_a_narrow_terminal_rows_become_columns(example: Path, *, whole: bool) -> None:
    """As many trials are shown as fit, or all below each other on request."""
    with Run.read(example) as run:
        places, table = run.places(), leaderboard([run], whole=whole)
        file = io.StringIO()
        print_report(table, "table", Console(file=file, width=40, force_terminal=True, no_color=True))
    lines = file.getvalue().splitlines()
    assert all(len(line) <= 40 for line in lines if not line.startswith("\x1b"))
    trials = [word for line in lines if line.startswith("trial ") for word in line.split()[1:]]
    if whole:
        assert trials == [str(place.number) for place in places]
    else:
        assert "room for" in file.getvalue()
        assert trials == [str(place.number) for place in places[: len(trials)]]


@pytest.mark.parametrize(
    ("options", "terminal", "name", "found"),
    [
        ((), False, "xterm", "a pipe or a file"),
        (("--color", "always"), False, "xterm", "a pipe or a file"),
        (("-f", "csv"), True, "xterm", "-f csv"),
        ((), True, "dumb", "TERM=dumb"),
    ],
)
def test_only_a_terminal_whose_cursor_moves_is_watched(
    hpsearch: Program,
    example: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    terminal: bool,
    name: str,
    found: str,
) -> None:
    """Anything else is refused, and nothing is printed."""
    monkeypatch.setenv("TERM", name)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    done = hpsearch("leaderboard", example, "--watch", *options)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"--watch shows a table in a terminal; found {found}. Leave it out.\n"


def test_watching_ends_with_the_search(
    hpsearch: Program, example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table of a search that has ended is shown once, from the top of the terminal."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    done = hpsearch("leaderboard", example, "--watch", "--color", "never")
    assert done.code == 0
    assert done.out.startswith("\x1b[2J\x1b[Hrank ")
    assert done.out.count("rank ") == 1
