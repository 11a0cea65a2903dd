"""Tests of trials that are forks of a process that has imported the user's module."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hpsearch.objectives.function import Function, probe
from hpsearch.process.parents import parents
from hpsearch.trial import Result, Status
from tests.objectives.fixtures import HERE
from tests.processes import gone, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")

Run = Callable[..., Result]


@pytest.fixture
def start(run_code: Run) -> Iterator[Run]:
    """Calls a function in ``warm_code``, warm or fresh; no parent is left from or for another test."""

    def call(name: str, *, warm: bool = True, **options: object) -> Result:
        return run_code(Function(f"warm_code:{name}", HERE, warm=warm), **options)

    parents.close()
    yield call
    parents.close()


def test_a_fork_is_as_good_as_a_fresh_process(start: Run, directory: Path) -> None:
    """Result, output, environment, files, signals and generators are the same, even for a second trial."""

    def everything(*, warm: bool) -> list[object]:
        result = start(
            "shows_everything", warm=warm, environment={"PYTHONHASHSEED": "5", "PYTHONUNBUFFERED": "1"}
        )
        left = sorted(directory.iterdir())
        contents = [path.read_text().replace(str(result.number), "") for path in left if path.is_file()]
        for path in left:
            path.unlink()
        assert [contents[0], contents[-1]] == ["whole", "whole"]  # files that were not closed
        return [result.status, [epoch.metrics for epoch in result.curve], left, contents]

    fresh = everything(warm=False)
    assert fresh[0] is Status.DONE
    assert everything(warm=True) == everything(warm=True) == fresh


def test_a_module_is_imported_once(start: Run) -> None:
    """Its trials are forks, unless they have to start fresh."""
    forks = [start("shows_how_it_started", warm=warm).curve[0].metrics["fork"] for warm in (True, False)]
    assert forks == [1, 0]


def test_a_trial_whose_parent_is_killed_has_the_same_result(start: Run) -> None:
    """It runs again in a fresh process, and the next one is a fork again."""
    assert start("kills_its_parent").value == 0.25
    assert start("shows_how_it_started").curve[0].metrics["fork"] == 1


def test_a_parent_that_was_killed_while_idle_is_replaced(start: Run) -> None:
    """The next trial is a fork of a new one."""
    start("shows_how_it_started")
    [parent] = parents._idle
    subprocess.run(["pkill", "-KILL", "-P", str(parent._processes._process.pid)], check=True)
    wait_until(lambda: not parent.is_alive())
    assert start("shows_how_it_started").curve[0].metrics["fork"] == 1


def test_nothing_outlives_a_killed_search(tmp_path: Path) -> None:
    """The trial, its parent and everything it started end, although they ignore SIGTERM."""
    code = f"""
from pathlib import Path
from hpsearch.objectives.code_objective import CodeObjective
from hpsearch.objectives.function import Function
from hpsearch.trial import Metric, Trial
here = Path({str(HERE)!r})
function = Function("warm_code:lives_on", here)
CodeObjective(function, Metric("value"), here, Path({str(tmp_path)!r}))(Trial(7, {{"x": 1}}, 11))
"""
    process = subprocess.Popen([sys.executable, "-c", code])
    pids = tmp_path / "00007" / "pids"
    wait_until(pids.exists)
    process.kill()
    process.wait()
    for pid in map(int, pids.read_text().split()):
        wait_until(lambda pid=pid: gone(pid))


UNFIT = {
    "import threading; threading.Timer(60, print).start()": "started 1 thread",
    "import subprocess; P = subprocess.Popen(['sleep', '60'])": "started the process ",
    "FILE = open(__file__, 'a')": "left {path} open",
    "import types, sys; sys.modules['torch'] = types.SimpleNamespace(cuda=types.SimpleNamespace("
    "is_initialized=lambda: True))": "opened a GPU (CUDA)",
    "import mmap; BLOCK = mmap.mmap(-1, 4096)": "mapped shared memory",
    "import tempfile; DIRECTORY = tempfile.mkdtemp(dir='.')": "left ./tmp",
    "import os; SEED = os.environ.get('HPSEARCH_SEED')": "used HPSEARCH_SEED of the environment",
    "import signal; signal.signal(signal.SIGCHLD, print)": "set a handler of SIGCHLD",
    "HPSEARCH_START = 'fresh'": 'it has HPSEARCH_START = "fresh"',
    "import tempfile; FILE = open(__file__); tempfile.NamedTemporaryFile().close()": "",
}


@pytest.mark.parametrize(("text", "reason"), UNFIT.items(), ids=lambda text: text[:30])
def test_what_an_import_leaves_behind_is_found(tmp_path: Path, text: str, reason: str) -> None:
    """It finds what forks would share, and what a fork would not see."""
    path = tmp_path / "module.py"
    path.write_text(f"{text}\ndef f(x): return x")
    found = probe(Function("module:f", tmp_path), {"x": True})
    assert not found.wrong
    expected = reason.format(path=path)
    assert expected in found.unfit if expected else not found.unfit
