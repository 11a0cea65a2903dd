"""Tests of pages as text: what they allow, and that equal searches have equal pages."""

import base64
import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

import hpsearch
from hpsearch.inspection.plotting import plot, report
from hpsearch.reports.figures.saving import figure_bytes
from hpsearch.reports.html.page import page
from tests.reports.html.conftest import ANSI, HOSTILE, write_run


@pytest.fixture(scope="module")
def text(small: Path) -> str:
    """A report of 120 trials."""
    with hpsearch.load(small) as run:
        return report([run])


def test_the_policy_allows_the_script_and_the_style_alone(text: str) -> None:
    """They are allowed by hash; nothing may be loaded, and no element has its own style or handler."""
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src 'none';")
    for name in ("style", "script"):
        (content,) = re.findall(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    body = text[text.index("<main>") : text.rindex("</main>")]
    assert not re.search(r"<[^>]*\s(style|on\w+)=", body)


def test_nothing_is_fetched(text: str) -> None:
    """The only addresses are XML namespaces."""
    assert set(re.findall(r"https?://[^\s\"'<>]+", text)) <= {"http://www.w3.org/2000/svg"}


def test_hostile_texts_are_escaped(text: str) -> None:
    """None of their markup or control characters is in the page."""
    body = text[text.index("<main>") : text.rindex("</main>")]
    assert all(hostile not in body for hostile in HOSTILE if "<" in hostile or '"' in hostile)
    assert "&lt;script&gt;window.harmed = 1&lt;/script&gt;" in body
    assert ANSI not in text
    assert "\\x1b[31mred" in body


def test_the_data_of_the_table_are_all_trials(text: str) -> None:
    """They are JSON, best first, with trials that have no value last."""
    (found,) = re.findall(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    data = json.loads(found)
    assert len(data["rows"]) == 120
    values = [row[data["columns"].index("val_error")] for row in data["rows"]]
    valued = [value for value in values if value is not None]
    assert valued == sorted(valued)
    assert values[len(valued) :] == [None] * 2
    assert data["columns"][data["trial"]] == "trial"


def test_equal_searches_have_equal_pages(text: str, small: Path, tmp_path: Path) -> None:
    """In another directory, at another time, with other settings of `run`, the bytes are the same."""
    again = write_run(tmp_path / "again", 120)
    with hpsearch.load(again) as run:
        other = report([run])
    assert other.replace(str(again.parent), ".") == text.replace(str(small.parent), ".")


def test_the_verdict_and_the_commands_are_there(text: str) -> None:
    """The page names the best trial, why trials failed (with the traceback), and how to run it again."""
    assert re.search(r"The best of 120 trials is trial \d+, with val_error 0\.0\d+", text)
    assert "Traceback:" in text
    assert "hpsearch run config.yaml" in text
    assert "hpsearch export RUN --to config -o best.yaml" in text
    assert "learning_rate:" in text


def test_runs_of_one_page_are_told_apart(small: Path) -> None:
    """Runs are named by their directories, as several may have the same config."""
    with hpsearch.store.Run.read(small) as run, hpsearch.store.Run.read(small) as again:
        pages = report([run, again])
    assert f'<a href="#r1-run">{small.name}</a>' in pages


def test_a_title_is_escaped() -> None:
    """The title is plain text."""
    assert "<title>&lt;b&gt;</title>" in page("<b>", "", [])


def test_a_run_without_results_has_a_page(small: Path, tmp_path: Path) -> None:
    """The page says that there are no results, and which figures are waiting for them."""
    directory = tmp_path / "empty"
    shutil.copytree(small, directory)
    with hpsearch.store.Run.open(directory) as run:
        run.delete_results(range(120))
    with hpsearch.load(directory) as run:
        text = report([run])
    assert text.count("No trial has a result yet.") == 2
    assert "No trial has a value yet, so there is no history to show." in text


def test_every_margin_of_a_panel_is_in_the_style_sheet(small: Path) -> None:
    """The class of a panel would have no margin without a rule."""
    with hpsearch.load(small) as run:
        for kind in ("history", "zoom", "importance", "parallel", "grid"):
            text = figure_bytes(plot(run, kind), ".html").decode()
            for name in set(re.findall(r'class="panel (left-\d+)"', text)):
                assert f".{name}{{padding-left:" in text
