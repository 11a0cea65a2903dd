"""Tests of how results are displayed in Python."""

import pytest

import hpsearch
from hpsearch.results import Results
from hpsearch.trial import Result, Status
from tests.reports.html.conftest import ANSI, HOSTILE

FEW = Results(
    [
        Result(0, Status.DONE, 0.5, values={"rate": 0.1, "epochs": 9, "text": HOSTILE[0]}),
        Result(1, Status.DONE, 0.25, values={"rate": None, "epochs": 3}),
        Result(2, Status.FAILED, reason=f"{HOSTILE[1]}{ANSI}\nmore", values={"rate": 0.3, "epochs": 3}),
    ]
)


def test_a_notebook_shows_results_as_a_table() -> None:
    """The summary, and a row per result with its values and why it failed; every text is escaped."""
    html = FEW._repr_html_()
    assert "&lt;3 results: 2 done, 1 failed&gt;" in html
    assert html.count("<tr>") == 4
    assert "<th>rate</th>" in html
    assert "<script" not in html
    assert "<img" not in html
    assert "\x1b" not in html
    assert "&lt;script&gt;window.harmed = 1" in html


def test_a_notebook_leaves_out_the_middle_of_many_results() -> None:
    """It shows the first and last ten, and how many are in between; 21 are shown in full."""
    many = Results(Result(number, Status.DONE, 1.0) for number in range(50))
    assert many._repr_html_().count("<tr>") == 21
    assert "30 between them are left out" in many._repr_html_()
    assert Results(many[:21])._repr_html_().count("<tr>") == 22


def test_to_pandas_keeps_null_apart_from_what_is_missing() -> None:
    """There is a row per result by trial; null is None, and a name already in use gets a prefix."""
    pytest.importorskip("pandas")
    table = FEW.to_pandas()
    names = ["value", "status", "epochs", "rate", "values.epochs", "text", "seconds", "reason"]
    assert list(table.columns) == names
    assert list(table.index) == [0, 1, 2]
    assert table["rate"][1] is None
    assert table["text"].isna().tolist() == [False, True, True]
    assert table["value"].isna().tolist() == [False, False, True]
    assert list(Results().to_pandas().columns) == ["value", "status", "epochs", "seconds", "reason"]


def test_a_notebook_shows_how_far_a_search_is() -> None:
    """It shows a summary and the best trial's values; before the first result, only the summary."""
    search = hpsearch.Search({"rate": {"values": HOSTILE}}, seed=0, trials=4)
    assert "0 of 4 trials have a result" in search._repr_html_()
    trial = search.ask()
    assert trial is not None
    search.tell(trial, 0.125)
    html = search._repr_html_()
    assert "1 of 4 trials have a result" in html
    assert "<td>0.125</td>" in html
    assert "<script" not in html
