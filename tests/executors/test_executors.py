"""The contract of every executor, and the further promises of the parallel ones."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hpsearch.executors.caviar import Caviar
from hpsearch.executors.executor import Executor
from hpsearch.executors.panda import Panda
from hpsearch.objective import Objective
from hpsearch.testing import ExecutorContract
from hpsearch.testing.executor_contract import Echo
from hpsearch.testing.executor_contract import run_trials as run
from hpsearch.trial import Trial
from tests.executors.objectives import Environment, Interrupted, KilledBeside, Killer, Stuck, Unpicklable
from tests.processes import gone, wait_until


class TestPanda(ExecutorContract):
    def make(self, objective: Objective) -> Executor:
        """One trial after another in this process."""
        return Panda(objective)


class TestCaviarWithOneWorker(ExecutorContract):
    def make(self, objective: Objective) -> Executor:
        """One additional process."""
        return Caviar(objective, 1)


class TestCaviarWithTwoWorkers(ExecutorContract):
    def make(self, objective: Objective) -> Executor:
        """Two additional processes."""
        return Caviar(objective, 2)


class TestDask(ExecutorContract):
    def make(self, objective: Objective) -> Executor:
        """Two processes of Dask."""
        dask = pytest.importorskip("hpsearch.executors.dask", exc_type=ModuleNotFoundError)
        made: Executor = dask.Dask(objective, 2, run_directory=Path("/"))
        return made


@pytest.mark.parametrize("how", ["kill", "exit", "segfault"])
def test_a_trial_whose_worker_died_once_runs_again(tmp_path: Path, how: str) -> None:
    """All trials have their results, however the worker died."""
    results = run(Caviar(Killer(tmp_path, ((2, 1),), how), 2), 6)
    assert [results[number].value for number in range(6)] == [0, 1, 2, 3, 4, 5]


def test_a_trial_that_kills_its_worker_again_alone_is_crashed(tmp_path: Path) -> None:
    """Trial 2 is given up after its second death alone; the other trials finish."""
    results = run(Caviar(Killer(tmp_path, ((2, 99),)), 2, retries=1), 6)
    assert results[2].status == "crashed"
    assert "SIGKILL" in results[2].reason
    assert "2 times" in results[2].reason
    assert all(results[number].value == number for number in (0, 1, 3, 4, 5))


def test_retries_count_deaths_alone(tmp_path: Path) -> None:
    """With three retries a trial that dies three times alone still finishes."""
    results = run(Caviar(Killer(tmp_path, ((0, 3),)), 1, retries=3), 1)
    assert results[0].value == 0.0


def test_without_retries_the_first_death_alone_is_final(tmp_path: Path) -> None:
    """retries: 0 gives up at once."""
    assert run(Caviar(Killer(tmp_path, ((0, 1),)), 1, retries=0), 1)[0].status == "crashed"


def test_a_result_that_cannot_be_sent_back_is_a_failed_trial() -> None:
    """The trial fails, and the pool survives."""
    results = run(Caviar(Unpicklable(), 2), 3)
    assert {result.status for result in results.values()} == {"failed"}


def test_workers_run_beside_this_process_with_the_threads_given() -> None:
    """Each is a child of this process, with one BLAS thread."""
    results = run(Caviar(Environment(), 2, threads=1), 4)
    for result in results.values():
        own, parent, threads = result.reason.split(maxsplit=2)
        assert int(own) != os.getpid()
        assert int(parent) == os.getpid()
        assert threads == "{1}"


def test_workers_do_not_hear_interrupts() -> None:
    """Ctrl-C and SIGTERM have no effect in a worker."""
    assert {result.status for result in run(Caviar(Interrupted(), 2), 3).values()} == {"done"}


@pytest.mark.skipif(sys.platform != "linux", reason="workers end with their parent on Linux only")
def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    """After kill -9 of the search no worker survives, even in the middle of a trial."""
    code = f"""
import os, pathlib
from hpsearch.executors.caviar import Caviar
from hpsearch.trial import Trial
from tests.executors.objectives import Stuck
directory = pathlib.Path({str(tmp_path)!r})
executor = Caviar(Stuck(directory), 2)
executor.submit(Trial(0, {{}}, 0))
executor.submit(Trial(1, {{}}, 1))
while len(list(directory.glob("pid-*"))) < 2:
    pass
os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    pids = [int(path.name.removeprefix("pid-")) for path in tmp_path.glob("pid-*")]
    assert len(pids) == 2
    wait_until(lambda: all(map(gone, pids)))


def test_closing_kills_stuck_workers(tmp_path: Path) -> None:
    """Leaving the executor does not wait for trials that never end."""
    with Caviar(Stuck(tmp_path), 1) as executor:
        executor.submit(Trial(0, {}, 0))
        wait_until(lambda: bool(list(tmp_path.glob("pid-*"))))
    (path,) = tmp_path.glob("pid-*")
    wait_until(lambda: gone(int(path.name.removeprefix("pid-"))))


def test_a_worker_that_dies_while_nobody_looks_costs_its_trial_alone(tmp_path: Path) -> None:
    """A worker that dies before the next submission is noticed at the next check; the next trial runs."""
    with Caviar(Killer(tmp_path, ((1, 99),)), 2, retries=0) as executor:
        executor.submit(Trial(0, {}, 0))
        assert executor.wait()[0].number == 0
        executor.submit(Trial(1, {}, 0))
        # The pool has noticed the death, but nobody has asked it.
        wait_until(lambda: executor._pool._flags.broken is not None)
        executor.submit(Trial(2, {}, 0))
        results = {result.number: result.status for _ in range(2) for result in executor.wait()}
    assert results == {1: "crashed", 2: "done"}


def test_a_worker_that_dies_idle_costs_nothing(tmp_path: Path) -> None:
    """A new pool is created for the next trial."""
    with Caviar(Echo(), 1) as executor:
        executor.submit(Trial(0, {}, 0))
        executor.wait()
        for pid in list(executor._pool._processes):
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: executor._pool._flags.broken is not None)
        executor.submit(Trial(1, {}, 0))
        assert executor.wait()[0].value == 1.0


def test_a_death_beside_other_trials_does_not_count(tmp_path: Path) -> None:
    """With one retry, a trial that died once next to another and once alone runs again."""
    results = run(Caviar(KilledBeside(tmp_path), 2, retries=1), 2)
    assert {result.status for result in results.values()} == {"done"}
    assert len(list(tmp_path.glob("died-*"))) == 2
