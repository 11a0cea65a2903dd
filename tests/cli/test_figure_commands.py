"""Tests of plot and report."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hpsearch.cli.figure_commands import plot
from hpsearch.reports.figure_kinds import FIGURE_KINDS
from hpsearch.store import Run
from tests.cli.conftest import Done

Program = Callable[..., Done]
SIGNATURES = {".svg": b"<svg", ".html": b"<!doctype html>", ".png": b"\x89PNG", ".pdf": b"%PDF"}


def test_without_a_file_the_figure_is_text(hpsearch: Program, example: Path) -> None:
    """The text has the title, the axes' labels and the caption, and no colours in a pipe."""
    done = hpsearch("plot", example, "history")
    assert done.code == 0
    assert done.out.startswith("History of the search\nval_error\n")
    assert "best so far, 0.0625 at the end" in done.out
    assert "\x1b" not in done.out


@pytest.mark.parametrize("terminal", ["xterm", "dumb"])
def test_colours_can_be_asked_for_and_refused(
    hpsearch: Program, example: Path, monkeypatch: pytest.MonkeyPatch, terminal: str
) -> None:
    """Colours can be requested in a pipe, with the same width; --color never overrides FORCE_COLOR."""
    monkeypatch.setenv("TERM", terminal)
    plain = hpsearch("plot", example, "history").out
    coloured = hpsearch("plot", example, "history", "--color", "always").out
    assert "\x1b[34m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert hpsearch("plot", example, "history", "--color", "never").out == plain


@pytest.mark.parametrize("suffix", SIGNATURES)
def test_a_file_is_what_its_suffix_says(hpsearch: Program, example: Path, suffix: str) -> None:
    """SVG and HTML need no package; PNG and PDF need one, and no browser."""
    if suffix in (".png", ".pdf"):
        pytest.importorskip("vl_convert")
    path = Path(f"zoom{suffix}")
    assert hpsearch("plot", example, "zoom", "-o", path) == Done(0, "", "")
    assert path.read_bytes().startswith(SIGNATURES[suffix])


def test_without_the_package_the_message_says_what_to_install(
    hpsearch: Program, example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without vl-convert nothing is written, and the message names the package."""
    monkeypatch.setitem(__import__("sys").modules, "vl_convert", None)
    done = hpsearch("plot", example, "zoom", "-o", "zoom.png")
    assert done.code == 2
    assert "pip install 'hpsearch[report]'" in done.err
    assert not Path("zoom.png").exists()


@pytest.mark.parametrize("name", ["zoom.gif", "zoom"])
def test_another_suffix_is_an_error_that_lists_all(hpsearch: Program, example: Path, name: str) -> None:
    """An unknown suffix ends with exit code 2 and a list of the known ones."""
    done = hpsearch("plot", example, "zoom", "-o", name)
    assert done.code == 2
    assert "A figure is written as .html, .svg, .png, .pdf; found" in done.err


def test_a_directory_that_is_not_there_is_an_error(hpsearch: Program, example: Path) -> None:
    """The message names the file."""
    for arguments in (("plot", example, "zoom", "-o", "no/zoom.svg"), ("report", example, "-o", "no/r.html")):
        done = hpsearch(*arguments)
        assert done.code == 2
        assert "cannot be written: No such file or directory" in done.err


def test_an_unknown_kind_is_an_error_that_lists_all(hpsearch: Program, example: Path) -> None:
    """Click lists the known kinds."""
    done = hpsearch("plot", example, "pie")
    assert done.code == 2
    assert all(kind in done.err for kind in FIGURE_KINDS)


def test_help_explains_every_kind() -> None:
    """The help explains the kinds in the order in which they are listed."""
    text = plot.help or ""
    assert tuple(re.findall(r"^ *(\w+)  +\w", text, re.MULTILINE)) == (*FIGURE_KINDS, "regions")


def test_what_cannot_be_drawn_yet_says_why(hpsearch: Program, example: Path) -> None:
    """Five results are too few for maps."""
    done = hpsearch("plot", example, "maps")
    assert done == Done(2, "", "There are too few different results to draw maps from.\n")
    assert hpsearch("plot", example, "importance").err == hpsearch("importance", example).err


def test_the_report_is_written_where_it_should_be(hpsearch: Program, example: Path) -> None:
    """The default is report.html, and the message names the file."""
    assert hpsearch("report", example) == Done(0, "", "Wrote report.html\n")
    assert Path("report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_report_of_two_runs_shows_both(hpsearch: Program, example: Path) -> None:
    """The figures of the two runs have different names."""
    assert hpsearch("report", example, example, "-o", "two.html").code == 0
    text = Path("two.html").read_text(encoding="utf-8")
    assert "<h1>2 runs</h1>" in text
    assert 'id="r0-history"' in text
    assert 'id="r1-history"' in text


def test_a_report_of_an_interrupted_search_says_how_to_continue(hpsearch: Program, example: Path) -> None:
    """The report has a command to paste; the page of a complete search does not depend on the run's place."""
    hpsearch("report", example)
    assert "<code>hpsearch resume runs/example-001</code>" in Path("report.html").read_text(encoding="utf-8")
    with Run.open(example) as run:
        run.set_meta(config=run.meta("config") | {"search": {**run.meta("config")["search"], "trials": 5}})
    hpsearch("report", example)
    assert "runs/example-001" not in Path("report.html").read_text(encoding="utf-8")


def test_only_timings_show_times(hpsearch: Program, example: Path) -> None:
    """Without --timings there is no date and no timeline."""
    hpsearch("report", example)
    without = Path("report.html").read_text(encoding="utf-8")
    hpsearch("report", example, "--timings")
    with_times = Path("report.html").read_text(encoding="utf-8")
    for text in ("2026-01-02", "<dt>run</dt>", 'id="timeline"', '"seconds"'):
        assert text not in without
        assert text in with_times
