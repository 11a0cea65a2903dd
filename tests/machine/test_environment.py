"""Tests of separating our environment from the user's: variables, and where modules are found."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hpsearch.machine.environment import (
    _ORIGINAL_VARIABLE,
    SafePath,
    leave_current_directory,
    safe_path,
    set_variables,
    user_environment,
)

STRANGERS = (
    *("random", "queue", "types", "tokenize", "token", "numpy", "signal", "json", "re", "typing", "struct"),
    *("dataclasses", "contextlib", "enum", "copy", "logging", "socket", "pickle", "selectors", "tempfile"),
    *("joblib", "click", "yaml", "rich", "filelock", "distributed", "dask", "sitecustomize"),
)
"""Names of modules that this program, or what it starts, imports."""

CONFIG = """\
seed: 3
objective: {network: {data: blobs, epochs: 2}}
space: {learning_rate: {prior: log, min: 1e-4, max: 1}}
search: {trials: 3, lag: 1}
"""


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which nothing was set yet."""
    for name in ("PYTHONSAFEPATH", "PYTHONPATH", "MINE", _ORIGINAL_VARIABLE):
        monkeypatch.setenv(name, "")  # so that it is put back afterwards
        monkeypatch.delenv(name)
    return monkeypatch


def test_the_user_gets_the_first_value_back(clean: pytest.MonkeyPatch) -> None:
    """User code gets a variable's original value, or none, however often it was set here."""
    clean.setenv("MINE", "before")
    set_variables({"MINE": "1", "PYTHONSAFEPATH": "1"})
    set_variables({"MINE": None})
    assert "MINE" not in os.environ
    environment = user_environment()
    assert environment["MINE"] == "before"
    assert not {"PYTHONSAFEPATH", _ORIGINAL_VARIABLE} & environment.keys()


def test_a_safe_path_is_temporary(clean: pytest.MonkeyPatch) -> None:
    """It is set while our processes start, and removed afterwards."""
    before = dict(os.environ)
    with SafePath():
        assert os.environ["PYTHONSAFEPATH"] == "1"
    assert dict(os.environ) == before


def test_the_current_directory_leaves_pythonpath(clean: pytest.MonkeyPatch, in_tmp: Path) -> None:
    """It is removed under any name, even as an empty entry; other entries stay."""
    clean.setenv("PYTHONPATH", os.pathsep.join(["", "lib", ".", str(in_tmp), "/elsewhere"]))
    assert safe_path()["PYTHONPATH"] == os.pathsep.join(["lib", "/elsewhere"])
    clean.setenv("PYTHONPATH", "")
    assert safe_path()["PYTHONPATH"] is None


def test_the_current_directory_leaves_the_import_path(clean: pytest.MonkeyPatch, in_tmp: Path) -> None:
    """It is removed before the standard library; installed packages stay."""
    standard = os.path.dirname(os.__file__)  # noqa: PTH120 -- as sys.path has it
    path = ["", "/elsewhere", str(in_tmp), standard, str(in_tmp)]
    clean.setattr(sys, "path", path)
    leave_current_directory()
    assert path == ["/elsewhere", standard, str(in_tmp)]


@pytest.mark.parametrize(
    "overrides",
    [["-j", "1"], ["-j", "2"], ["-j", "2", "run.engine=dask"]],
    ids=["panda", "caviar", "dask"],
)
def test_nothing_of_the_current_directory_is_executed(in_tmp: Path, overrides: list[str]) -> None:
    """Files with the names of modules that we import have no effect, with any number of workers."""
    Path("c.yaml").write_text(CONFIG)
    _write_strangers()
    program = Path(sys.executable).with_name("hpsearch")
    done = subprocess.run(
        [program, "run", "c.yaml", "-q", "-o", "run", *overrides],
        env=user_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not Path("executed").exists(), Path("executed").read_text()
    assert (done.returncode, done.stdout) == (0, "run\n"), done.stderr


def test_workers_of_a_python_program_execute_nothing_of_its_current_directory(in_tmp: Path) -> None:
    """This is true of all processes; the program itself may be in another directory."""
    (in_tmp / "project").mkdir()
    script = in_tmp / "project" / "script.py"
    script.write_text(
        "import hpsearch\n"
        "if __name__ == '__main__':\n"
        "    hpsearch.run('c.yaml', 'run.workers=2', output='run')\n"
    )
    Path("c.yaml").write_text(CONFIG)
    _write_strangers()
    done = subprocess.run(
        [sys.executable, script], env=user_environment(), capture_output=True, text=True, check=False
    )
    assert not Path("executed").exists(), Path("executed").read_text()
    assert (done.returncode, done.stderr) == (0, "")


def _write_strangers() -> None:
    """Write files that leave a trace when they are executed."""
    for name in STRANGERS:
        Path(f"{name}.py").write_text("open('executed', 'a').write(__name__)\nraise SystemError")


def test_the_users_function_finds_its_own_modules_first(in_tmp: Path) -> None:
    """Its directory is first on its path, it has the user's variables, and ``sys.argv`` names its module."""
    project = in_tmp / "project"
    project.mkdir()
    (project / "queue.py").write_text("MINE = 1")
    (project / "train.py").write_text(
        "import json, os, queue, sys\n"
        "names = ('PYTHONSAFEPATH', 'PYTHONPATH')\n"
        "def f(x):\n"
        "    seen = [queue.MINE, sys.argv, sys.path[0], [os.environ.get(name) for name in names]]\n"
        "    print(json.dumps(seen))\n"
        "    return x\n"
    )
    (project / "c.yaml").write_text(
        "objective: {function: 'train:f'}\nspace: {x: {min: 0, max: 1}}\nsearch: {trials: 2}\n"
    )
    program = Path(sys.executable).with_name("hpsearch")
    command = [program, "run", project / "c.yaml", "-q", "-o", "run", "-j", "2"]
    subprocess.run(command, env={**user_environment(), "PYTHONPATH": "lib"}, check=True)
    seen = json.loads((in_tmp / "run/trials/00001/stdout.log").read_text())
    assert seen == [1, [str(project / "train.py")], str(project), [None, "lib"]]
