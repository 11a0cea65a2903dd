"""Tests of finding out how other processes can import a function."""

import functools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hpsearch.functions import importable_as
from tests.runs import rows

ROOT = Path(__file__).parent.parent


def plain(x: float) -> float:
    """A function in a module."""
    return x


@functools.cache
def cached(x: float) -> float:
    """A function with a decorator."""
    return x


class Model:
    """A class with callables."""

    @staticmethod
    def train(x: float) -> float:
        """A function in a class."""
        return x

    def method(self, x: float) -> float:
        """A function of an object."""
        return x


@pytest.mark.parametrize(
    ("function", "name"),
    [(plain, "plain"), (cached, "cached"), (Model.train, "Model.train"), (Model, "Model")],
)
def test_what_a_module_defines_is_found_by_its_name(function: Callable[..., Any], name: str) -> None:
    """The directory is the parent of the outermost package."""
    assert importable_as(function) == (f"tests.test_functions:{name}", ROOT)


def test_a_function_is_found_where_it_was_defined() -> None:
    """It is not found where it was imported."""
    assert importable_as(rows) == ("tests.runs:rows", ROOT)


def local() -> Callable[..., Any]:
    """Creates a function that exists only in this process."""
    return lambda x: x


@pytest.mark.parametrize(
    "function",
    [local(), lambda x: x, functools.partial(plain, 1), Model().method, print, max, len],
    ids=list("abcdefg"),
)
def test_what_only_this_process_has_is_not_found(function: Callable[..., Any]) -> None:
    """These are lambdas, local and partial functions, methods of objects, and functions not in Python."""
    assert importable_as(function) is None


def test_a_function_that_was_replaced_at_a_prompt_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process would call the function in the file."""
    before = plain
    defined = {"__name__": __name__}
    exec(compile("def plain(x): return 2 * x", "<stdin>", "exec"), defined)  # noqa: S102 -- our own text
    monkeypatch.setattr(sys.modules[__name__], "plain", defined["plain"])
    assert importable_as(defined["plain"]) is None
    assert importable_as(before) is None


SCRIPT = """
from hpsearch.functions import importable_as
def train(x): return x
print(importable_as(train))
"""


@pytest.mark.parametrize(
    ("file", "found"), [("train.py", True), ("my-train.py", False), (None, False)], ids=str
)
def test_a_function_of_a_script_has_its_name(tmp_path: Path, file: str | None, found: bool) -> None:
    """A script is a module if its name can be imported; code without a file is not."""
    if file:
        (tmp_path / file).write_text(SCRIPT)
    command = [sys.executable, *([str(tmp_path / file)] if file else ["-c", SCRIPT])]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    expected = ("train:train", tmp_path) if found else None
    assert done.stdout == f"{expected}\n"


def test_a_module_that_runs_has_its_whole_name(tmp_path: Path) -> None:
    """With ``python -m package.module``, it is imported under that name."""
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "module.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "-m", "package.module"], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout == f"{('package.module:train', tmp_path)}\n"
