"""Tests of finding the files of a run whose project has moved."""

from pathlib import Path

import pytest

from hpsearch.config import Config
from hpsearch.errors import RunDamaged, StoredConfigDamaged, UsageError
from hpsearch.starting.relocation import Origin, Relocation, origin, place_of
from hpsearch.store import Run

CONFIG = Config.parse(
    "name: c\nmetric: {name: v}\nobjective: {command: 'echo {x}'}\nspace: {x: {min: 0, max: 1}}\n",
    Path("c.yaml"),
).resolved()


def make(project: Path, base: str = ".", directory: str = ".", run: str = "runs/c-001") -> Path:
    """A run of a command in a project with one script."""
    code = project / directory
    code.mkdir(parents=True, exist_ok=True)
    (project / base).mkdir(exist_ok=True)
    (code / "train.py").touch()
    section = {"run": ["python", "train.py", "{x}"], "directory": str(code.resolve())}
    objective = {"command": {**CONFIG["objective"]["command"], **section}}
    below = code.resolve().is_relative_to((project / base).resolve())
    name = str((code / "train.py").resolve().relative_to((project / base).resolve())) if below else "train.py"
    meta = {
        "config": {**CONFIG, "objective": objective},
        "place": place_of(project / run, (project / base).resolve()),
        "overrides": ["search.trials=3"],
        "code": {"files": {name: ""}},
    }
    Run.create(project / run, "", meta).close()
    return project / run


def directory_of(run: Path, project: Path | None = None) -> Path:
    """The directory in which the command of a run now runs."""
    with Run.read(run) as opened:
        return Path(Relocation(opened, project).resolved()["objective"]["command"]["directory"])


def test_a_config_that_is_none_is_damage(tmp_path: Path) -> None:
    """Nothing is looked up at its paths."""
    run = make(tmp_path / "p")
    with Run.open(run) as opened:
        opened.set_meta(config={key: CONFIG[key] for key in CONFIG if key != "objective"})
        with pytest.raises(StoredConfigDamaged):
            Relocation(opened)


@pytest.mark.parametrize(
    ("base", "directory"), [(".", "."), (".", "src"), ("configs", "."), ("configs", "configs/code")]
)
def test_a_moved_project_is_found_from_its_run(tmp_path: Path, base: str, directory: str) -> None:
    """This works wherever in it the config, the code and the run are."""
    make(tmp_path / "p", base, directory)
    (tmp_path / "p").rename(tmp_path / "q")
    assert directory_of(tmp_path / "q/runs/c-001") == (tmp_path / "q" / directory).resolve()


def test_a_copied_project_is_the_copy(tmp_path: Path) -> None:
    """This is so even though the original still exists."""
    make(tmp_path / "p")
    (tmp_path / "p").rename(tmp_path / "q")
    make(tmp_path / "p")
    assert directory_of(tmp_path / "q/runs/c-001") == tmp_path / "q"
    assert directory_of(tmp_path / "p/runs/c-001") == tmp_path / "p"


def test_a_run_that_moved_alone_has_its_project_where_it_was(tmp_path: Path) -> None:
    """A directory that merely is where the project would be is not mistaken for it."""
    run = make(tmp_path / "p")
    (tmp_path / "other/runs").mkdir(parents=True)
    run.rename(tmp_path / "other/runs/c-001")
    assert directory_of(tmp_path / "other/runs/c-001") == tmp_path / "p"


@pytest.mark.parametrize("named", ["q", "q/configs"])
def test_a_named_project_is_taken(tmp_path: Path, named: str) -> None:
    """It may be the config's directory, or the smallest one with both the config and the run."""
    run = make(tmp_path / "p", "configs", "configs/code")
    run.rename(tmp_path / "run")
    (tmp_path / "p").rename(tmp_path / "q")
    assert directory_of(tmp_path / "run", tmp_path / named) == tmp_path / "q/configs/code"


def test_a_named_project_must_exist(tmp_path: Path) -> None:
    """The error says what to specify."""
    run = make(tmp_path / "p")
    with pytest.raises(UsageError, match="--project: there is no directory"):
        directory_of(run, tmp_path / "none")


def test_the_config_of_a_run_can_be_run_again(tmp_path: Path) -> None:
    """It has its original directory, arguments and name; other configs have none of these."""
    run = make(tmp_path / "p")
    assert origin(run / "config.yaml") == Origin(tmp_path / "p", ("search.trials=3", "name=c"))
    assert origin(tmp_path / "p/config.yaml") == Origin()


def test_a_place_that_is_no_path_is_damage(tmp_path: Path) -> None:
    """A relative path would mean something else in every current directory."""
    run = make(tmp_path / "p")
    with Run.open(run) as opened:
        opened.set_meta(place={"run": "x", "base": str(tmp_path)})
    with pytest.raises(RunDamaged):
        directory_of(run)
