"""Tests of the page on the user's own code: its functions run with its config, as they stand."""

import re
from pathlib import Path

import pytest

import hpsearch

PAGE = (Path(__file__).parent.parent / "docs" / "objectives.md").read_text(encoding="utf-8")
CONFIG = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
FUNCTIONS = re.findall(r"```python\n# train\.py\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_has_no_other_python() -> None:
    """Every block is tried."""
    assert len(FUNCTIONS) == PAGE.count("```python") >= 3


@pytest.mark.parametrize("code", FUNCTIONS, ids=range(len(FUNCTIONS)))
@pytest.mark.filterwarnings("ignore::UserWarning")  # messages of the searches
def test_every_function_runs(in_tmp: Path, code: str) -> None:
    """Each trial is done or was stopped early."""
    (in_tmp / "config.yaml").write_text(CONFIG)
    (in_tmp / "train.py").write_text(code)
    with hpsearch.run("config.yaml", "run.strategy=panda", "search.trials=2") as run:
        assert {str(result.status) for result in run.results()} <= {"done", "stopped"}
