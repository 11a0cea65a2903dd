"""Tests of the page on Python: its blocks run as they stand, one after the other."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "python.md"


@pytest.mark.filterwarnings("ignore::UserWarning")  # messages of the searches
def test_every_block_runs(in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks that begin with the name of a file are that file; all others are the cells of one notebook."""
    monkeypatch.syspath_prepend(in_tmp)
    cells: dict[str, Any] = {"__name__": "notebook"}
    blocks = re.findall("```python\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 8
    try:
        for block in blocks:
            if file := re.match(r"# (\w+\.py)\n", block):
                (in_tmp / file[1]).write_text(block)
            else:
                exec(compile(block, "a block of docs/python.md", "exec"), cells)  # noqa: S102 -- our own docs
    finally:
        sys.modules.pop("training", None)
    assert cells["model"].classes is not None
    runs = {path.name for path in in_tmp.glob("runs/*")}
    assert runs == {"mine", "train-001", "lambda-001", "first", "second"}
