"""Tests of links, pipes, devices and directories in place of a run directory's own files."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.case import Case, hpsearch

FILES = ("config.yaml", "search.db", "search.db-journal", "best.yaml", "lock")
DIRECTORIES = ("trials", "data", "code")

TARGET = b"of somebody else"


def link(path: Path, target: Path) -> None:
    """A link to a file or directory of the user's."""
    path.symlink_to(target)


def dangling(path: Path, target: Path) -> None:
    """A link to a missing file, which would be created."""
    path.symlink_to(target.with_name("new"))


def pipe(path: Path, _: Path) -> None:
    """A pipe; opening it blocks."""
    os.mkfifo(path)


def device(path: Path, _: Path) -> None:
    """A link to a device."""
    path.symlink_to(os.devnull)


def other_kind(path: Path, _: Path) -> None:
    """A directory in place of a file, or a file in place of a directory."""
    if path.name in DIRECTORIES:
        path.write_text("")
    else:
        path.mkdir()


@pytest.fixture
def run(case: Case) -> Path:
    """A complete run."""
    directory = case.place / "run"
    case.finish(directory)
    return directory


@pytest.mark.trial_of("a link, pipe, device or directory in place of a file of a run")
@pytest.mark.parametrize("kind", [link, dangling, pipe, device, other_kind])
def test_nothing_is_followed(case: Case, run: Path, kind: Callable[[Path, Path], None]) -> None:
    """Every command refuses the run by name and exits with 4; the target of a link is unchanged."""
    for name in (*FILES, *DIRECTORIES):
        place = case.place / f"{kind.__name__}-{name}"
        directory = place / "run"
        shutil.copytree(run, directory)
        path = directory / name
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        target = place / "target"
        if name in DIRECTORIES:
            (target / "00000/checkpoint").mkdir(parents=True)
            target = target / "00000"
        else:
            target.write_bytes(TARGET)
        kind(path, target)
        case.row.tries += 1
        for command in (["leaderboard"], ["status"], ["show"], ["resume", "-q", "--trials", "6"]):
            code, out, err = hpsearch(command[0], directory, *command[1:])
            assert (code, out) == (4, ""), (name, command, err)
            assert str(path) in err
        assert "unreadable" in hpsearch("list", place, "-f", "csv")[1]
        left = {str(each.relative_to(place)) for each in place.iterdir()}
        assert left == {"run", "target"}
        assert target.is_dir() or target.read_bytes() == TARGET


@pytest.mark.trial_of("a link in place of a trial's directory or log")
def test_a_trials_files_are_its_own(case: Case) -> None:
    """A trial that would write through a link fails with the path as its reason; the others continue."""
    case.text = (
        'objective:\n  command: {run: "echo \'{{\\"loss\\": {x}}}\'", shell: true}\n'
        "metric: {name: loss}\nspace: {x: {min: 0.1, max: 1}}\n"
        "search: {trials: 2, method: random}\nrun: {strategy: panda}\n"
    )
    directory, target = case.place / "run", case.place / "target"
    assert case.search(directory, "-q").wait() == 0
    target.write_bytes(TARGET)
    (case.place / "trials").mkdir()
    (directory / "trials/00002").mkdir()
    (directory / "trials/00002/stdout.log").symlink_to(target)
    (directory / "trials/00003").symlink_to(case.place / "trials")
    code, _, err = hpsearch("resume", directory, "-q", "--trials", 5)
    assert code == 0, err
    assert target.read_bytes() == TARGET
    assert not list((case.place / "trials").iterdir())
    out = hpsearch("leaderboard", directory, "-f", "csv")[1]
    assert out.count(",failed,") == 2
    case.row.tries += 2
