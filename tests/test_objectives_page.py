"""Tests of the page on the user's own code: its functions run with its config, as they stand."""

import re
from pathlib import Path
from typing import Any

import pytest
from threadpoolctl import threadpool_limits

import hpsearch

PAGE = (Path(__file__).parent.parent / "docs" / "objectives.md").read_text(encoding="utf-8")
CONFIG = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
FUNCTIONS = re.findall(r"```python\n# train\.py(?:; metric: {name: (\w+)})?\n(.*?)```", PAGE, re.DOTALL)
LIBRARIES = [re.search(r"callbacks\.(\w+)\(", code) for _, code in FUNCTIONS]


def test_the_page_has_no_other_python() -> None:
    """Every block is tried, and every callback has one."""
    assert len(FUNCTIONS) == PAGE.count("```python")
    assert sorted(found[1] for found in LIBRARIES if found) == hpsearch.callbacks.__all__


@pytest.mark.parametrize(
    ("metric", "code"), FUNCTIONS, ids=[found[1] if found else "plain" for found in LIBRARIES]
)
@pytest.mark.filterwarnings("ignore::UserWarning")  # messages of the searches
def test_every_function_runs(in_tmp: Path, metric: str, code: str) -> None:
    """Each trial is done or was stopped early; a block whose library is not here is compiled only."""
    program = compile(code, "a block of docs/objectives.md", "exec")
    (in_tmp / "config.yaml").write_text(CONFIG)
    (in_tmp / "train.py").write_text(code)
    settings = ["run.strategy=panda", "search.trials=2"]
    if not metric:
        run = hpsearch.run("config.yaml", *settings)
    else:  # in this process, as libraries take seconds to import
        for module in re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE):
            pytest.importorskip(module)
        cells: dict[str, Any] = {"__name__": "notebook"}
        exec(program, cells)  # noqa: S102 -- our own docs
        settings.append(f"metric.name={metric}")
        with threadpool_limits(1):  # threads that wait for each other take long on a busy machine
            run = hpsearch.run("config.yaml", *settings, function=cells["objective"], epochs=20)
    with run:
        assert {str(result.status) for result in run.results()} <= {"done", "stopped"}
        assert len(run.results()[0].curve) == (1 if 'return {"val_error"' in code else 20)
