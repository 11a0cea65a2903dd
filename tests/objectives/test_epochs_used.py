"""Tests of detecting that a function needs a number of epochs."""

from pathlib import Path

import pytest

from hpsearch.objectives.epochs_used import uses_epochs


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(x, trial):\n    for e in range(trial.epochs): yield x", True),
        ("def f(x, trial):\n    for e in tqdm(range(1, trial.epochs + 1)): yield x", True),
        ("def f(x, trial):\n    for e in range(trial.epochs or 3): yield trial", True),
        ("def f(x, trial):\n    n = trial.epochs\n    for e in range(n or 3): yield x", False),
        ("def g(x, trial):\n    for e in range(trial.epochs): yield x\ndef f(x): return x", False),
        ("def f(x:", False),
    ],
)
def test_a_function_that_counts_to_its_epochs_needs_them(tmp_path: Path, code: str, expected: bool) -> None:
    """It is detected from the source, if possible."""
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "m.py").write_text(code)
    assert uses_epochs(tmp_path, "pkg.m:f") is expected
    assert not uses_epochs(tmp_path, "none:f")
