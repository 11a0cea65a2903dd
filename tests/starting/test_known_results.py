"""Tests of results from CSV files."""

import math
from pathlib import Path
from typing import Any

import pytest

from hpsearch.config import Config, load
from hpsearch.errors import ConfigError, UsageError
from hpsearch.space import Categorical, Constraint, Number, Space
from hpsearch.starting.known_results import KnownResults, read_known_results
from hpsearch.starting.start import start
from hpsearch.store import Run
from hpsearch.trial import Metric
from tests.conftest import Recorder

SPACE = Space(
    (
        Number("rate", 1e-4, 1.0, "log"),
        Number("layers", 1, 4, integer=True),
        Categorical("optimizer", ("sgd", "adam")),
        Number("beta", 0.5, 0.99, when={"optimizer": ("adam",)}),
        Categorical("norm", (True, False)),
    ),
    {"epochs": 3},
    (Constraint("rate * layers < 2"),),
)
HEADER = "rate,layers,optimizer,beta,norm,error\n"


def read(tmp_path: Path, text: str, metric: Metric = Metric("error")) -> KnownResults:  # noqa: B008 -- frozen
    """What is read from a file with this text."""
    path = tmp_path / "known.csv"
    path.write_text(text, encoding="utf-8")
    return read_known_results(path, SPACE, metric)


def test_cells_are_values_of_the_space(tmp_path: Path) -> None:
    """The parameter decides how to read numbers, texts and booleans; values of inactive ones are ignored."""
    known = read(tmp_path, HEADER + "0.1,2.0,adam,0.9,True,0.3\n1e-3,3,sgd,0.9,false,0.2\n,1,,,,0.5\n")
    assert known.values == [
        {"rate": 0.1, "layers": 2, "optimizer": "adam", "beta": 0.9, "norm": True},
        {"rate": 0.001, "layers": 3, "optimizer": "sgd", "norm": False},
        {"layers": 1},
    ]
    assert known.losses == [0.3, 0.2, 0.5]
    assert known.left_out == []


def test_a_row_without_a_finite_number_is_a_failure(tmp_path: Path) -> None:
    """The cell may be empty, nan or inf; large values are good if the metric is maximized."""
    known = read(tmp_path, "layers,value\n1,\n2,nan\n3,inf\n4,7\n", Metric("gain", "maximize"))
    assert [math.isnan(loss) for loss in known.losses] == [True, True, True, False]
    assert known.losses[3] == -7


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("3,1,sgd,,true,0.1", "rate must be a number from 0.0001 to 1; found '3'"),
        ("fast,1,sgd,,true,0.1", "rate must be a number from 0.0001 to 1; found 'fast'"),
        ("0.1,1.5,sgd,,true,0.1", "layers must be a whole number from 1 to 4; found '1.5'"),
        ("0.1,1,lion,,true,0.1", "optimizer must be one of sgd, adam; found 'lion'"),
        ("0.1,1,sgd,,true,low", "error must be a number, or empty for a failure; found 'low'"),
        ("0.9,4,sgd,,true,0.1", "breaks the constraint rate * layers < 2"),
        ("0.1,1,sgd,,true,0.1,7", "has 7 cells, and the first line names 6 columns"),
        (",,,,,0.1", "has no value for any parameter"),
    ],
)
def test_a_row_that_does_not_fit_is_named(tmp_path: Path, row: str, why: str) -> None:
    """The message has its line, the rule it breaks and what was found; the other rows count."""
    known = read(tmp_path, f"{HEADER}\n{row}\n0.1,1,sgd,,true,0.1\n")
    assert known.left_out == [f"{tmp_path / 'known.csv'}:3: {why}. The row is left out"]
    assert known.losses == [0.1]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "a column error, the metric; found none"),
        ("rate,loss\n0.1,2\n", "a column error, the metric; found rate, loss"),
        ("lr,error\n0.1,2\n", "a column for a parameter of the space: rate, layers"),
        ("rate,rate,error\n", "one column for each name; found two of rate"),
        ('rate,error\n0.1,"2\n' + "x" * 200_000, "a CSV file; line 3"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str, rule: str) -> None:
    """The message has the rule that it breaks, and what was found."""
    with pytest.raises(UsageError, match=rule):
        read(tmp_path, text)


def kept(directory: Path) -> tuple[Any, list[str]]:
    """The known results that a run stores, and the phases of its trials."""
    with Run.read(directory) as run:
        return run.meta("prior_observations"), [str(trial.origin["phase"]) for trial in run.trials()]


def test_they_guide_the_coarse_phase_and_are_kept(in_tmp: Path, tiny: Path) -> None:
    """They choose the first coarse point; a run does not read the file again, or list its rows."""
    Path("known.csv").write_text(
        "learning_rate,hidden_units,val_error,who\n0.1,8,0.1,me\n0.001,3,0.5,me\n5,8,0.1,\n"
    )
    config = load(tiny, ["search.known_results=known.csv", "search.trials=6"])
    callback = Recorder()
    directory = start(config, callback)
    observations, phases = kept(directory)
    assert [values for values, _ in observations] == [
        {"learning_rate": 0.1, "hidden_units": 8},
        {"learning_rate": 0.001, "hidden_units": 3},
    ]
    assert phases[:2] == ["warm", "coarse"]
    path = in_tmp / "known.csv"
    assert callback.texts[:3] == [
        f"Known results: 2 rows of {path}.",
        f"{path}: columns that are not parameters of the space: who",
        f"{path}:4: learning_rate must be a number from 0.0001 to 1; found '5'. The row is left out",
    ]
    path.unlink()
    assert len(callback.results) == 6
    assert Config.from_resolved(config.resolved()).search.known_results == [str(path)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("learning_rate,val_error\n7,0.1\n", "must have a row that fits the space"),
        ("learning_rate\n7\n", "must have a column val_error"),
    ],
)
def test_a_file_without_use_creates_nothing(in_tmp: Path, tiny: Path, text: str, rule: str) -> None:
    """The error is reported at the setting."""
    Path("known.csv").write_text(text)
    with pytest.raises(ConfigError, match=rf"search.known_results\[0\]: {rule}"):
        start(load(tiny, ["search.known_results=[known.csv]"]), Recorder())
    assert not Path("runs").exists()


def test_a_missing_file_and_a_method_without_use_for_it_are_errors(tiny: Path) -> None:
    """Both are found when the config is read."""
    with pytest.raises(ConfigError) as caught:
        load(tiny, ["search.known_results=none.csv", "search.method=random"])
    assert "must be a CSV file with a row for each result" in str(caught.value)
    assert "has no effect with method: random" in str(caught.value)
