"""Tests of the files that a command consists of."""

from pathlib import Path

import pytest

from hpsearch.objectives.command_code import command_code


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with scripts, modules, settings and data."""
    texts = {
        "train.py": "import helper",
        "helper.py": "",
        "plot.py": "",
        "run.sh": "#!/bin/sh\npython train.py $1",
        "settings.yaml": "a: 1",
        "data.csv": "1,2",
        "pkg/__main__.py": "from pkg import part",
        "pkg/part.py": "",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("run", "code", "inputs"),
    [
        (("python", "train.py", "{x}"), {"train.py", "helper.py"}, set()),
        (("python", "-m", "pkg", "{x}"), {"pkg/__main__.py", "pkg/part.py"}, set()),
        (("sh", "run.sh", "{x}"), {"run.sh", "train.py", "helper.py"}, set()),
        ("cd . && python train.py {x}", {"train.py", "helper.py"}, set()),
        (
            ("python", "train.py", "--data", "data.csv", "--config=settings.yaml"),
            {"train.py", "helper.py", "settings.yaml"},
            {"data.csv"},
        ),
    ],
)
def test_a_command_consists_of_what_it_names_and_imports(
    project: Path, run: tuple[str, ...] | str, code: set[str], inputs: set[str]
) -> None:
    """Other files are not part of it; files that it may write are not code."""
    found = command_code(run, (), project, project)
    assert found.files.keys() == code
    assert found.inputs.keys() == inputs


def test_files_outside_the_project_are_not_copied(project: Path) -> None:
    """Only their hashes are kept."""
    found = command_code(("python", "../train.py"), (), project / "pkg", project / "pkg")
    assert not found.files
    assert found.inputs.keys() == {"../train.py", "../helper.py"}
