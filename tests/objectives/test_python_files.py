"""Tests of finding a project's Python files, and the imports of scripts from it."""

import os
from pathlib import Path

import pytest

from hpsearch.objectives import python_files as module
from hpsearch.objectives.python_files import imports, python_files, same_program


def write(root: Path, **files: str) -> None:
    """Write files; their names are Python module names, with ``__`` for a directory."""
    for name, text in files.items():
        path = root / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_what_is_not_the_projects_code_is_left_out(tmp_path: Path) -> None:
    """Runs, virtual environments, caches, dot names, pipes and dangling links are not copied."""
    write(tmp_path, train="", pkg__a="", run__b="", venv__c="", __pycache__d="")
    (tmp_path / "run/search.db").touch()
    (tmp_path / "venv/pyvenv.cfg").touch()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden/e.py").touch()
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "gone.py").symlink_to("nowhere")
    found = python_files(tmp_path)
    assert sorted(found.files) == ["pkg/a.py", "train.py"]
    assert found.whole


def test_a_link_to_a_directory_above_ends(tmp_path: Path) -> None:
    """Every directory is read once."""
    write(tmp_path, train="", pkg__a="")
    (tmp_path / "pkg/up").symlink_to(tmp_path)
    assert len(python_files(tmp_path).files) == 2


@pytest.mark.parametrize(("name", "value"), [("MOST_FILES", 1), ("MOST_BYTES", 5), ("MOST_ENTRIES", 2)])
def test_a_project_that_is_too_large_is_not_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: int
) -> None:
    """The limits are on files, bytes and names."""
    write(tmp_path, a="x = 1", b="y = 2", pkg__c="z = 3")
    monkeypatch.setattr(module, name, value)
    assert not python_files(tmp_path).whole


def test_imports_are_followed_wherever_they_stand(tmp_path: Path) -> None:
    """They may be in functions, of packages, or relative; a missing module could be hidden later."""
    write(tmp_path, train="def f():\n  import helper, numpy\n  from pkg.sub import leaf", other="", helper="")
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/__init__.py").touch()
    write(tmp_path, pkg__sub__leaf="from .. import near", pkg__near="", pkg__far="")
    found = imports([tmp_path / "train.py"], [tmp_path])
    names = {path.relative_to(tmp_path).as_posix() for path in found.files}
    assert names == {"train.py", "helper.py", "pkg/__init__.py", "pkg/sub/leaf.py", "pkg/near.py"}
    assert tmp_path / "numpy.py" in found.missing
    assert not found.by_name


def test_a_program_that_imports_by_name_may_import_anything(tmp_path: Path) -> None:
    """An import by a computed name is noticed."""
    write(tmp_path, train="import importlib\nimportlib.import_module('a' + 'b')")
    assert imports([tmp_path / "train.py"], [tmp_path]).by_name


def test_comments_do_not_make_another_program() -> None:
    """Neither does layout; values do, and a file that cannot be parsed is compared as text."""
    assert same_program(b"x = 1", b"x  =  1  # one")
    assert not same_program(b"x = 1", b"x = 2")
    assert not same_program(b"def (", b"def  (")
