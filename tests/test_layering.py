"""Tests that rooms import only what they may, and heavy modules only where they are needed."""

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "hpsearch"

ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "commands": set(),
    "machine": {"errors"},
    "trial": set(),
    "files": {"errors"},
    "touches": {"errors", "trial"},
    "objective": {"trial"},
    "running": {"files", "objective", "trial"},
    "standing": {"trial"},
    "space": {"errors", "expressions", "trial"},
    "document": {"errors", "trial"},
    "config": {
        "commands",
        "data.builtin",
        "document",
        "errors",
        "expressions",
        "invocation",
        "machine",
        "metrics.patterns",
        "network.hyperparameters",
        "searchers",
        "space",
        "trial",
    },
    "searchers": {"errors", "space", "trial"},
    "data": {"errors", "files", "machine"},
    "network": {"data", "errors", "files", "touches", "trial"},
    "metrics": set(),
    "invocation": {"expressions", "trial"},
    "expressions": set(),
    "scripts": {"document", "errors", "metrics", "trial"},
    "process": {"errors", "files", "machine", "objective"},
    "objectives": {
        "commands",
        "data",
        "document",
        "errors",
        "expressions",
        "files",
        "invocation",
        "machine",
        "metrics",
        "network",
        "objective",
        "process",
        "running",
        "space",
        "touches",
        "trial",
    },
    "executors": {"commands", "errors", "machine", "objective", "running", "trial"},
    "results": {"errors", "reports", "trial"},
    "store": {"commands", "errors", "files", "results", "running", "standing", "trial"},
    "functions": set(),
    "callbacks": {"process.reporting"},
    "search": {"config", "errors", "machine", "results", "searchers", "space", "store", "trial"},
    "loop": {"commands", "errors", "executors", "machine", "search", "space", "store", "trial"},
    "starting": {
        "commands",
        "config",
        "errors",
        "executors",
        "loop",
        "machine",
        "network.hyperparameters",
        "network.portfolio",
        "objectives",
        "search",
        "searchers",
        "space",
        "standing",
        "store",
        "trial",
    },
    "nursery": {
        "config",
        "data",
        "document",
        "errors",
        "files",
        "network",
        "objective",
        "objectives",
        "reports",
        "search",
        "space",
        "starting",
        "store",
        "touches",
        "trial",
    },
    "testing": {"errors", "executors", "objective", "searchers", "space", "trial"},
    "rerunning": {"config", "machine", "objectives", "starting", "store", "trial"},
    "trying": {"config", "errors", "invocation", "metrics", "objectives", "starting", "store", "trial"},
    "analysis": {"searchers", "space", "standing", "touches", "trial"},
    "inspection": {
        "analysis",
        "commands",
        "config",
        "document",
        "errors",
        "network.hyperparameters",
        "reports",
        "results",
        "running",
        "searchers",
        "standing",
        "store",
        "trial",
    },
    "reports": {
        "analysis",
        "commands",
        "config",
        "document",
        "errors",
        "files",
        "machine",
        "running",
        "searchers",
        "space",
        "standing",
        "touches",
        "trial",
    },
    "exchange": {
        "config",
        "document",
        "errors",
        "files",
        "inspection",
        "invocation",
        "reports",
        "space",
        "store",
        "trial",
    },
    "deciding": {"api", "config", "errors", "objectives", "reports", "space", "starting", "store"},
    "demos": {"api", "data", "network", "reports", "space", "trial"},
    "dashboard": {
        "analysis",
        "config",
        "errors",
        "files",
        "inspection",
        "reports",
        "running",
        "searchers",
        "standing",
        "store",
        "trial",
        "trying",
    },
    "api": {
        "commands",
        "config",
        "errors",
        "functions",
        "inspection",
        "loop",
        "machine",
        "network",
        "objectives",
        "process",
        "reports",
        "space",
        "starting",
        "store",
        "touches",
    },
}
"""What each room may import."""

TYPES: dict[str, set[str]] = {
    "standing": {"config", "store"},
    "objectives": {"config", "store"},
    "executors": {"config"},
    "reports": {"loop"},
}
"""What a room may import besides for annotations, under ``if TYPE_CHECKING``: its code runs without."""

FREE = ("cli", "__init__", "__main__")
"""The rooms that may import all."""

HOMES = {
    "yaml": {"document"},
    "joblib": {"executors"},
    "dask": {"executors"},
    "distributed": {"executors"},
    "sqlite3": {"store"},
    "filelock": {"store"},
    "rich": {"reports", "nursery", "cli"},
    "textual": {"nursery"},
    "click": {"cli"},
    "sklearn": {"network"},
    "optuna": {"exchange"},
    "tensorboardX": {"exchange"},
    "mlflow": {"exchange"},
    "vl_convert": {"reports"},
    "pandas": {"results"},
    "IPython": {"reports"},
    "starlette": {"dashboard"},
    "uvicorn": {"dashboard"},
    "keras": {"callbacks"},
    "lightgbm": {"callbacks"},
    "lightning": {"callbacks"},
    "pytorch_lightning": {"callbacks"},
    "transformers": {"callbacks"},
    "xgboost": {"callbacks"},
    "pytest": {"testing"},
    "pickle": set(),
    "scipy": set(),
}
"""The only rooms that may import a library."""


def room_of(module: str) -> str:
    """The room that ``hpsearch.room.…`` is in."""
    return module.split(".")[1] if "." in module else "__init__"


def imports(path: Path) -> Iterator[tuple[int, str, bool]]:
    """Line and module of every import of a file, in functions, too, and whether it is for annotations."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in block.body
    }
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            own = node.module == "hpsearch"
            names = [f"{node.module}.{name.name}" if own else node.module for name in node.names]
        yield from ((node.lineno, name, id(node) in for_types) for name in names)


def violations(path: Path) -> Iterator[str]:
    """The imports of a file that its room may not have."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    room = parts[0]
    for line, module, for_types in imports(path):
        top = module.split(".")[0]
        if top in HOMES and room not in HOMES[top]:
            yield f"{path}:{line} imports {top}; only {sorted(HOMES[top]) or 'nobody'} may"
        if top != "hpsearch" or room in FREE or room_of(module) == room:
            continue
        allowed = ROOMS[room] | (TYPES.get(room, set()) if for_types else set())
        inner = module.removeprefix("hpsearch.")
        if room_of(module) not in allowed and inner not in allowed:
            names = ", ".join(sorted(allowed)) or "nothing"
            yield f"{path}:{line} imports {module}; {room} may import only {names}"


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_rooms_import_only_what_they_may(path: Path) -> None:
    """Every import of every file is allowed by the table above."""
    assert not list(violations(path))


def test_every_room_is_in_the_table() -> None:
    """A new room needs a line, and a removed one must lose it."""
    rooms = {
        path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert rooms == {*ROOMS, *FREE}


def test_rooms_import_one_way() -> None:
    """No room imports one that imports it, directly or through others."""
    rooms = {room: {name.partition(".")[0] for name in allowed} for room, allowed in ROOMS.items()}
    assert len(list(graphlib.TopologicalSorter(rooms).static_order())) == len(ROOMS)


def test_a_forbidden_import_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk sees imports of rooms and libraries, at the top and in functions."""
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    (tmp_path / "trial.py").write_text(
        "import yaml\ndef f():\n    from hpsearch.store import Run\n    from hpsearch import cli\n"
    )
    found = list(violations(tmp_path / "trial.py"))
    assert [text.partition(" ")[0].rpartition(":")[2] for text in found] == ["1", "3", "4"]


def test_an_import_for_annotations_is_told_from_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A room may import more under ``if TYPE_CHECKING`` than where its code runs."""
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    (tmp_path / "executors.py").write_text(
        "if TYPE_CHECKING:\n    from hpsearch.config import Config\nfrom hpsearch.config import load\n"
    )
    (found,) = violations(tmp_path / "executors.py")
    assert "executors.py:3 imports hpsearch.config" in found


HEAVY = {"numpy", "joblib", "distributed", "yaml", "rich.console", "sqlite3", "sklearn", "optuna"}


def heavy(code: str) -> set[str]:
    """The heavy modules that are loaded after some code has run in a fresh process."""
    return HEAVY & modules(code)


def modules(code: str) -> set[str]:
    """The modules that are loaded after some code has run in a fresh process."""
    program = f"import sys\ntry:\n    {code}\nexcept SystemExit: pass\nprint(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


MAIN = "from hpsearch.cli import main; main()"


def test_workers_start_light() -> None:
    """A worker that runs any trial imports nothing related to configs or the store."""
    kinds = (f"hpsearch.objectives.{kind}" for kind in ("network", "function", "command"))
    assert heavy(f"import {', '.join(kinds)}, hpsearch.executors.caviar") == {"numpy", "joblib"}


def test_heavy_modules_are_seen() -> None:
    """This shows that the tests below can fail."""
    assert heavy("import hpsearch.space") == {"numpy"}


@pytest.mark.parametrize("module", ["hpsearch", "hpsearch.cli", "hpsearch.network.hyperparameters"])
def test_what_has_to_be_light_is(module: str) -> None:
    """Importing the package or the command line imports nothing heavy."""
    assert not heavy(f"import {module}")


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["import", "-h"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    """The --help of the program and its commands is answered by click alone."""
    assert not heavy(f"sys.argv = ['hpsearch', *{arguments}]; {MAIN}")


def test_a_search_without_display_imports_only_what_it_needs(tmp_path: Path) -> None:
    """A search of one trial at a time does not load joblib, and a quiet one does not load the display."""
    config = tmp_path / "c.yaml"
    config.write_text(
        "objective: {network: {data: digits, epochs: 1}}\nspace: {learning_rate: {min: 0.1, max: 0.2}}\n"
    )
    words = [str(config), "--trials", "1", "--strategy", "panda", "--quiet", "-o", str(tmp_path / "run")]
    found = heavy(f"sys.argv = ['hpsearch', 'run', *{words}]; {MAIN}")
    assert found == {"numpy", "yaml", "sqlite3"}


def test_check_imports_only_what_it_needs(tmp_path: Path) -> None:
    """A config that learns from no earlier run is checked without the store, joblib and rich's console."""
    config = tmp_path / "c.yaml"
    config.write_text("objective: {command: 'true {x}'}\nspace: {x: {min: 0, max: 1}}\n")
    assert heavy(f"sys.argv = ['hpsearch', 'check', {str(config)!r}]; {MAIN}") == {"numpy", "yaml"}


def test_a_command_imports_neither_other_commands_nor_other_kinds(tmp_path: Path) -> None:
    """Modules needed only by another command or another kind of objective are not imported."""
    config = tmp_path / "c.yaml"
    config.write_text("objective: {network: {data: digits}}\nspace: {learning_rate: {min: 0.1, max: 0.2}}\n")
    found = modules(f"sys.argv = ['hpsearch', 'check', {str(config)!r}]; {MAIN}")
    assert "hpsearch.cli.config_commands" in found
    others = {"hpsearch.cli.search_commands", "hpsearch.config.command_settings", "hpsearch.store"}
    assert found.isdisjoint({*others, "statistics", "importlib.metadata"})


def test_completion_imports_nothing_heavy() -> None:
    """Pressing TAB does not wait for NumPy."""
    words = {"_HPSEARCH_COMPLETE": "bash_complete", "COMP_WORDS": "hpsearch resume --re", "COMP_CWORD": "2"}
    assert not heavy(f"import os; os.environ |= {words}; sys.argv = ['hpsearch']; {MAIN}")
