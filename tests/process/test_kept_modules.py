"""Tests of importing modules from a copy of a project."""

import subprocess
import sys
from pathlib import Path

import pytest

from hpsearch.process import kept_modules

START = f"""\
import sys, traceback
sys.path.insert(0, {str(Path(kept_modules.__file__).parent)!r})
import kept_modules
kept_modules.install("project", "copy", whole=WHOLE)
sys.path.insert(0, "project")
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A project whose copy has different text."""
    for name, number in (("project", 2), ("copy", 1)):
        for path in ("a.py", "pkg/__init__.py", "pkg/b.py", "space/c.py"):
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"value = {number}\ndef fail(): raise ValueError('line {number}')\n")
    return tmp_path


def run(place: Path, code: str, *, whole: bool = True) -> str:
    """The output of code that runs after the installation."""
    program = START.replace("WHOLE", str(whole)) + code
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=place, capture_output=True, text=True, check=False
    )
    assert not done.stderr, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("name", ["a", "pkg", "pkg.b", "space.c"])
def test_modules_come_from_the_copy_and_seem_to_be_in_the_project(place: Path, name: str) -> None:
    """Modules, packages and plain directories are the copy's; ``__file__`` is the project's."""
    code = f"import {name} as m; print(m.value, m.__file__)"
    value, file = run(place, code).split()
    assert value == "1"
    assert Path(file).is_relative_to(place / "project")


def test_modules_come_from_the_copy_after_the_project_has_lost_them(place: Path) -> None:
    """This happens when another branch is checked out."""
    (place / "project/a.py").unlink()
    assert run(place, "import a; print(a.value)") == "1"


def test_what_came_later_is_not_imported(place: Path) -> None:
    """A new module in the project is not found, unless the copy is incomplete."""
    (place / "project/new.py").write_text("value = 3\n")
    code = "try:\n  import new; print(new.value)\nexcept ModuleNotFoundError: print('none')"
    assert run(place, code) == "none"
    assert run(place, code, whole=False) == "3"


def test_compiled_code_is_not_read(place: Path) -> None:
    """It is not read next to the project's file, nor next to the copy's."""
    for name in ("project", "copy"):
        (place / "other.py").write_text("value = 666\n")
        cache = place / name / "__pycache__" / f"a.{sys.implementation.cache_tag}.pyc"
        code = f"import py_compile; py_compile.compile('other.py', {str(cache)!r}, invalidation_mode="
        code += "py_compile.PycInvalidationMode.UNCHECKED_HASH)"
        subprocess.run([sys.executable, "-c", code], cwd=place, check=True)
    assert run(place, "import a; print(a.value)") == "1"


def test_tracebacks_and_sources_are_of_what_ran(place: Path) -> None:
    """They have the project's path."""
    code = "import a, inspect\ntry: a.fail()\nexcept ValueError: print(traceback.format_exc())\n"
    shown = run(place, code + "print(inspect.getsource(a.fail))")
    assert shown.count("raise ValueError('line 1')") == 2
    assert f'File "{place / "project/a.py"}"' in shown


def test_files_beside_a_module_are_the_projects(place: Path) -> None:
    """Package data is read from its present place."""
    (place / "project/pkg/data.txt").write_text("data")
    code = "import pkgutil, importlib.resources as r\n"
    code += "print(pkgutil.get_data('pkg', 'data.txt'), r.files('pkg').joinpath('data.txt').read_text())"
    assert run(place, code) == "b'data' data"
