import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from hpsearch.config import load
from hpsearch.config.schema import (
    CommandSection,
    EarlyStopping,
    FunctionSection,
    MetricSection,
    NetworkSection,
    ParameterSection,
    RunSection,
    SearchSection,
)
from hpsearch.network.hyperparameters import HYPERPARAMETERS

TEXT = (Path(__file__).parents[2] / "docs" / "config.md").read_text(encoding="utf-8")
ROWS = {
    key: default
    for keys, default in re.findall(r"^\| (`.+?`) \| .+? \| (.+?) \| .+ \|$", TEXT, re.MULTILINE)
    for key in re.findall("`(.+?)`", keys)
}
SECTIONS: dict[str, type[BaseModel]] = {
    "": ParameterSection,
    "metric.": MetricSection,
    "objective.network.": NetworkSection,
    "objective.function.": FunctionSection,
    "objective.command.": CommandSection,
    "search.": SearchSection,
    "search.early_stopping.": EarlyStopping,
    "run.": RunSection,
}


def defaults() -> Iterator[tuple[str, object]]:
    """Every key with its default, None where that depends on something else."""
    for prefix, model in SECTIONS.items():
        for key, about in model.model_fields.items():
            yield prefix + key, about.get_default()
    for name, hyperparameter in HYPERPARAMETERS.items():
        yield name, hyperparameter.default


@pytest.mark.parametrize(("key", "default"), list(defaults()), ids=str)
def test_every_key_is_documented(key: str, default: object) -> None:
    """Every key has a row in the docs, with its default."""
    assert key in ROWS
    if isinstance(default, str | int | float):
        assert ROWS[key] == f"`{str(default).lower() if isinstance(default, bool) else default}`"


@pytest.mark.parametrize("text", re.findall("```yaml\n(.+?)```", TEXT, re.DOTALL))
def test_examples_are_configs(tmp_path: Path, text: str) -> None:
    """Every YAML example of the docs is a config that can be searched as it stands."""
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    load(path)
