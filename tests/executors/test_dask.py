"""Tests of searches on a Dask cluster: a real scheduler and real workers, on the loopback interface."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from hpsearch.config import load
from hpsearch.data.load import load as load_data
from hpsearch.errors import ClusterLost, UsageError
from hpsearch.objectives.code_objective import CodeObjective
from hpsearch.objectives.function import Function
from hpsearch.objectives.network import NetworkObjective
from hpsearch.running import CurveFile, curve_file, read_curve
from hpsearch.starting.resume import resume
from hpsearch.starting.start import start
from hpsearch.store import Run
from hpsearch.trial import Metric, Result, Trial
from tests.conftest import Recorder
from tests.processes import SECONDS, gone, wait_until

executor = pytest.importorskip("hpsearch.executors.dask", exc_type=ModuleNotFoundError)
distributed = pytest.importorskip("distributed")

ROOT = Path(__file__).parents[2]

FUNCTIONS = """\
import os, signal
from pathlib import Path

def objective(x, trial):
    for epoch in range(trial.epochs):
        yield {"value": (x - 0.3) ** 2 + 1 / (epoch + 1)}

def parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])

def killer(x, trial):
    if trial.number == 2:
        pid = os.getpid()
        while "dask_worker" not in Path(f"/proc/{parent(pid)}/cmdline").read_text():
            pid = parent(pid)
        os.kill(pid, signal.SIGKILL)  # the nanny; the worker, which ends all below it, ends after it
        signal.pause()
    yield from objective(x, trial)
"""

CONFIG = """\
name: cluster
seed: 2
objective: {function: {name: "bowl:objective", epochs: 3}}
space:
  x: {min: 0, max: 1}
search: {trials: 8, lag: 3}
"""


class Cluster:
    """A scheduler and two workers, as processes that are connected once it is created.

    Args:
        directory: Their working directory.
        path: The directory in which they look for modules first.

    Attributes:
        file: The file to which the scheduler writes its address.
        scheduler: The scheduler's process.
        workers: The workers' processes.
    """

    def __init__(self, directory: Path, path: Path = ROOT) -> None:
        self._path = path
        self.file = directory / f"{uuid4().hex}.json"
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(self.file)]
        self.scheduler = self._start(directory, "distributed.cli.dask_scheduler", *options)
        self.workers = [self._start_worker(directory) for _ in range(2)]
        try:
            wait_until(self.file.exists)
            options = {"timeout": SECONDS, "set_as_default": False}
            with distributed.Client(scheduler_file=str(self.file), **options) as client:
                client.wait_for_workers(2, timeout=SECONDS)
        except BaseException:
            self.close()
            raise

    def _start_worker(self, directory: Path) -> subprocess.Popen[bytes]:
        options = ["--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"]
        options += ["--scheduler-file", str(self.file), "--local-directory", str(directory)]
        return self._start(directory, "distributed.cli.dask_worker", *options)

    def _start(self, directory: Path, program: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", program, *options]
        variables = {
            "PYTHONPATH": f"{self._path}:{ROOT}",
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
        }
        environment = os.environ | variables
        return subprocess.Popen(command, cwd=directory, env=environment, stderr=subprocess.DEVNULL)

    def close(self) -> None:
        """End everything."""
        for process in (*self.workers, self.scheduler):
            process.kill()
        for process in (*self.workers, self.scheduler):
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster."""
    made = Cluster(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def kept_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster for tests that break nothing."""
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.close()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The config, with its function next to it."""
    (tmp_path / "bowl.py").write_text(FUNCTIONS)
    path = tmp_path / "cluster.yaml"
    path.write_text(CONFIG)
    return path


def search(config: Path, name: str, *settings: str, callback: Recorder | None = None) -> Path:
    """Run the search in a directory of that name."""
    return start(load(config, settings), callback or Recorder(), directory=config.parent / name)


def on(cluster: Cluster) -> tuple[str, str]:
    """The settings for a cluster."""
    return "run.engine=dask", f"run.scheduler_file={cluster.file}"


def leaderboard(directory: Path) -> list[tuple[int, str, float | None, list[dict[str, float | None]]]]:
    """Everything that a search finds, except times."""
    with Run.read(directory) as run:
        return [
            (result.number, result.status, result.value, [dict(epoch.metrics) for epoch in result.curve])
            for result in run.ranking()
        ]


@pytest.fixture
def expected(config: Path) -> list[tuple[int, str, float | None, list[dict[str, float | None]]]]:
    """The results of panda, with a fresh process for each trial; on a cluster, trials are forks."""
    return leaderboard(search(config, "panda", "run.strategy=panda", "run.start=fresh"))


def test_a_cluster_finds_what_panda_finds(config: Path, kept_cluster: Cluster, expected: object) -> None:
    """The leaderboard is the same."""
    assert leaderboard(search(config, "dask", *on(kept_cluster))) == expected


def test_a_killed_worker_loses_nothing(config: Path, cluster: Cluster, expected: object) -> None:
    """A worker is killed with its nanny in the middle of the search; its trials run again elsewhere."""

    def kill(trial: Trial, result: Result) -> None:
        if result.number == 2:
            nanny = cluster.workers[0]
            children = Path(f"/proc/{nanny.pid}/task/{nanny.pid}/children").read_text().split()
            for pid in (nanny.pid, *map(int, children)):
                os.kill(pid, signal.SIGKILL)

    assert leaderboard(search(config, "killed", *on(cluster), callback=Recorder(kill))) == expected


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_trial_that_kills_its_workers_is_crashed(config: Path, cluster: Cluster) -> None:
    """The other trials are done."""
    directory = search(config, "killer", *on(cluster), "objective.function.name=bowl:killer")
    statuses = {number: status for number, status, _, _ in leaderboard(directory)}
    assert statuses.pop(2) == "crashed"
    assert set(statuses.values()) <= {"done", "stopped"}
    assert len(statuses) == 7


def test_without_its_scheduler_a_search_stops_and_can_go_on(
    config: Path, cluster: Cluster, expected: object, tmp_path: Path
) -> None:
    """A message says so, and the search gives the same results on another cluster."""

    def kill(trial: Trial, result: Result) -> None:
        if result.number == 2:
            cluster.scheduler.kill()

    with pytest.raises(ClusterLost, match="The Dask scheduler is gone"):
        search(config, "lost", *on(cluster), callback=Recorder(kill))
    other = Cluster(tmp_path)
    try:
        resume(config.parent / "lost", Recorder(), changes={"run.scheduler_file": str(other.file)})
    finally:
        other.close()
    assert leaderboard(config.parent / "lost") == expected


def test_an_address_without_scheduler_is_said(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a message after some time; nothing hangs."""
    monkeypatch.setattr(executor, "CONNECT_SECONDS", 1)
    with pytest.raises(ClusterLost, match=r"tcp://127.0.0.1:9 cannot be reached"):
        search(config, "nobody", "run.engine=dask", "run.scheduler=tcp://127.0.0.1:9")
    with pytest.raises(ClusterLost, match=r"none.json cannot be reached: .*No such file"):
        search(config, "no-file", "run.engine=dask", "run.scheduler_file=none.json")


def test_other_versions_are_refused(config: Path, tmp_path: Path) -> None:
    """Other versions might give other results."""
    metadata = tmp_path / "other" / "hpsearch-0.0.1.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text("Metadata-Version: 2.1\nName: hpsearch\nVersion: 0.0.1\n")
    cluster = Cluster(tmp_path, tmp_path / "other")
    try:
        with pytest.raises(UsageError, match=r"hpsearch is 0\.0\.1 on the scheduler but .* here"):
            search(config, "versions", *on(cluster))
    finally:
        cluster.close()


STUCK = """\
metric: {name: value}
objective:
  command:
    run: x={x}; echo $$ > parent-{trial}; setsid sleep 600 & echo $! > child-{trial}; wait
    shell: true
space: {x: {min: 0, max: 1}}
"""

KILL: dict[str, Callable[[subprocess.Popen[bytes], Cluster], None]] = {
    "search": lambda search, cluster: search.kill(),
    "scheduler": lambda search, cluster: cluster.scheduler.kill(),
}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("kill", KILL.values(), ids=KILL.keys())
def test_what_nobody_waits_for_is_ended(
    tmp_path: Path, cluster: Cluster, kill: Callable[[subprocess.Popen[bytes], Cluster], None]
) -> None:
    """Kill -9 of the search or the scheduler ends commands on the workers, and everything they started."""
    (tmp_path / "stuck.yaml").write_text(STUCK)
    command = [sys.executable, "-m", "hpsearch", "run", "stuck.yaml", "-j", "2", *on(cluster)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (tmp_path / "stderr").open("w") as stderr:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=stderr)
    try:
        paths = [tmp_path / f"{kind}-{number}" for kind in ("parent", "child") for number in (0, 1)]
        wait_until(
            lambda: (
                process.poll() is not None
                or all(path.exists() and path.read_text().endswith("\n") for path in paths)
            )
        )
        assert process.poll() is None, (tmp_path / "stderr").read_text()
        pids = [int(path.read_text()) for path in paths]
        assert not any(map(gone, pids))
        kill(process, cluster)
        wait_until(lambda: all(map(gone, pids)))
        assert process.wait(SECONDS) in (3, -9)
    finally:
        process.kill()
        process.wait()


def test_workers_without_the_disk_get_the_files(config: Path, kept_cluster: Cluster, tmp_path: Path) -> None:
    """They get the function's module and the network's data, here removed after the start."""
    data = tmp_path / "data"
    load_data("blobs", seed=0).save(data)
    constants = {"epochs": 2, "hidden_layers": 0}
    network = NetworkObjective(data, tmp_path / "trials", Metric("val_error"), constants)
    function = CodeObjective(
        Function("bowl:objective", tmp_path, 2), Metric("value"), tmp_path, tmp_path / "trials"
    )
    trials = ((network, Trial(0, {"learning_rate": 0.1}, 1)), (function, Trial(0, {"x": 0.3}, 1)))
    for objective, trial in trials:
        nowhere = tmp_path / "nowhere"
        with executor.Dask(
            objective, 1, run_directory=nowhere, scheduler_file=str(kept_cluster.file)
        ) as workers:
            if objective is function:
                (tmp_path / "bowl.py").unlink()
            else:
                shutil.rmtree(data)
            workers.submit(trial)
            (result,) = workers.wait()
        assert result.status == "done", result.reason
        assert not (tmp_path / "trials").exists()


CURVE = [{"value": 0.5}, {"value": 0.25}]
WAITING = """\
import time
from pathlib import Path

def objective(x):
    yield {"value": x}
    yield {"value": x / 2}
    while not Path(%r).exists():
        time.sleep(0.01)
"""


def test_epochs_come_from_workers_without_the_disk(kept_cluster: Cluster, tmp_path: Path) -> None:
    """While a trial runs, its curve is in the run directory, for all views."""
    project, run_directory, go = (tmp_path / name for name in ("project", "run", "go"))
    project.mkdir()
    (project / "waiting.py").write_text(WAITING % str(go))
    objective = CodeObjective(
        Function("waiting:objective", project, 2), Metric("value"), project, project / "trials"
    )
    settings = {"run_directory": run_directory, "scheduler_file": str(kept_cluster.file)}
    with executor.Dask(objective, 1, **settings) as workers:
        run_directory.mkdir()  # so late that the workers have not seen it
        trial_directory = run_directory / "trials" / "00003"
        CurveFile(curve_file(trial_directory)).append(["left by an interrupted search"])
        workers.submit(Trial(3, {"x": 0.5}, 1))
        wait_until(lambda: [epoch.metrics for epoch in read_curve(trial_directory)] == CURVE)
        go.touch()
        (result,) = workers.wait()
    assert [dict(epoch.metrics) for epoch in result.curve] == CURVE
