"""Tests that docs/network.md agrees with the code."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.data.load import load
from hpsearch.network.activations import ACTIVATIONS
from hpsearch.network.hyperparameters import HYPERPARAMETERS, Hyperparameter, Hyperparameters
from hpsearch.network.model import Model
from hpsearch.network.optimizers import OPTIMIZERS
from hpsearch.network.schedules import SCHEDULES
from hpsearch.network.train import Training

PAGE = (Path(__file__).parents[2] / "docs/network.md").read_text(encoding="utf-8")


def row(name: str, hyperparameter: Hyperparameter) -> str:
    """A hyperparameter's line in the table."""
    default = hyperparameter.default
    shown = str(default).lower() if isinstance(default, bool) else f"{default}"
    shown = f"{default:g}" if isinstance(default, float) else shown
    return f"| `{name}` | {shown} | {hyperparameter.rule()} | {hyperparameter.help} |"


def test_the_table_lists_every_hyperparameter() -> None:
    """Names, defaults, possible values and meanings are those of the code, in its order."""
    table = [line for line in PAGE.splitlines() if line.startswith("| `") and line.count("|") == 5]
    assert table == [row(name, hyperparameter) for name, hyperparameter in HYPERPARAMETERS.items()]


@pytest.mark.parametrize(
    ("heading", "names"),
    [("learning_rate_schedule", SCHEDULES), ("optimizer", OPTIMIZERS), ("activation", ACTIVATIONS)],
    ids=["schedule", "optimizer", "activation"],
)
def test_every_choice_has_its_formula(heading: str, names: Iterable[str]) -> None:
    """Schedules, optimizers and activations have a table each, in the order of their registries."""
    table = PAGE.split(f"| `{heading}` |", 2)[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(names)


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first Python block can be pasted."""
    example = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "docs/network.md", "exec"), {})  # noqa: S102 -- our own page
    assert {path.name for path in tmp_path.iterdir()} == {"checkpoint.npz", "model.npz"}


def test_the_reader_of_models_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program on the page gives the same predictions as the model."""
    (reader,) = (block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "np.load" in block)
    monkeypatch.chdir(tmp_path)
    data = load("moons", seed=0)
    training = Training(data, Hyperparameters.from_values({"epochs": 2, "hidden_units_2": 7}))
    list(training)
    training.model().save("model.npz")
    names: dict[str, Any] = {"digits": data}
    exec(compile(reader, "docs/network.md", "exec"), names)  # noqa: S102 -- our own page
    np.testing.assert_array_equal(names["labels"], Model.open("model.npz").predict(names["x"]))
