"""Tests that the build is complete: the sdist builds the wheel, and the wheel alone runs the quick start."""

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from hpsearch.machine.versions import VERSION

ROOT = Path(__file__).parent.parent


def run(*words: str | Path, cwd: Path, **variables: str) -> str:
    """The output of a command, which has to succeed."""
    done = subprocess.run(
        words, cwd=cwd, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_alone_runs_the_quick_start(tmp_path: Path) -> None:
    """It is built from the source archive, away from the checkout, and has its data and its pages."""
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, cwd=ROOT)
    (archive,) = tmp_path.glob("hpsearch-*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(tmp_path, filter="data")
    source = tmp_path / archive.name.removesuffix(".tar.gz")
    assert (source / "tests").is_dir()
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=source)
    (wheel,) = tmp_path.glob("hpsearch-*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as file:
        assert any(name.endswith("share/man/man1/hpsearch.1") for name in file.namelist())
        assert not any(name.startswith(("tests", "benchmarks", "configs")) for name in file.namelist())
        file.extractall(installed)  # noqa: S202 -- our own
    place = tmp_path / "place"
    place.mkdir()
    program = [sys.executable, "-P", "-m", "hpsearch"]
    where = run(
        *program[:2], "-c", "import hpsearch; print(hpsearch.__file__)", cwd=place, PYTHONPATH=str(installed)
    )
    assert Path(where.strip()).is_relative_to(installed)
    for words in ("init", "run config.yaml --trials 2 -j 1 objective.network.epochs=1", "help glossary"):
        printed = run(*program, *words.split(), cwd=place, PYTHONPATH=str(installed))
    assert printed.startswith("# Glossary")
    assert (place / "runs" / "config-001" / "search.db").exists()


def test_the_citation_is_of_this_version() -> None:
    """CITATION.cff has the package's version and the licence of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert f"version: {VERSION}" in lines
    assert f"license: {project['license']}" in lines
