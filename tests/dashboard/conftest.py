"""A dashboard that answers on this machine, and requests to it."""

import contextlib
import http.client
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")

from hpsearch.dashboard.server import Dashboard
from hpsearch.store import Run
from hpsearch.trial import Epoch, Result, Rung, Status, Trial
from tests.runs import meta_of

CONFIG = """\
name: {name}
seed: 3
metric: {{name: val_error, goal: minimize}}
objective: {{command: "python train.py {{args}}"}}
space:
  learning_rate: {{prior: log, min: 1e-4, max: 1}}
  optimizer: {{values: [sgd, adam]}}
  note: {{values: [plain, "<b onclick='harm()'>bold</b>"]}}
search: {{trials: {trials}}}
"""
HOSTILE_REASON = (
    "<script>harm()</script> \x1b[31mred\x1b[0m ../../etc/passwd\nTraceback:\n  javascript:harm()"
)


@dataclass(frozen=True)
class Answer:
    """A server's answer."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class Site:
    """A dashboard that answers."""

    root: Path
    port: int
    runs: dict[str, Run] = field(default_factory=dict)
    stop: Callable[[], None] = lambda: None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """The answer to a request, whose path is sent unchanged."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.putrequest(method, path, skip_host=True)
        for name, value in ({"host": f"127.0.0.1:{self.port}"} | headers).items():
            if value:
                connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        try:
            answer = connection.getresponse()
            return Answer(
                answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()
            )
        finally:
            connection.close()

    def events(self, path: str) -> "Events":
        """The events that the server sends about a page while it changes."""
        return Events(self.port, path)


class Events:
    """The stream of events of a page; a context manager."""

    def __init__(self, port: int, path: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._connection.request("GET", path, headers={"Accept": "text/event-stream"})
        self._answer = self._connection.getresponse()

    def next(self) -> dict[str, Any]:
        """The next message."""
        for line in iter(self._answer.readline, b""):
            if line.startswith(b"data: "):
                found: dict[str, Any] = json.loads(line[6:])
                return found
        raise AssertionError("the stream has ended")

    def until(self, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message that meets a condition."""
        while True:
            message = self.next()
            if condition(message):
                return message

    def rest(self) -> bytes:
        """Everything sent until the stream ends."""
        return self._answer.read()

    def __enter__(self) -> "Events":
        return self

    def __exit__(self, *_: object) -> None:
        self._answer.close()
        self._connection.close()


def trial(number: int) -> Trial:
    """A trial with hostile values."""
    values = {
        "learning_rate": round(10 ** (-4 + number % 40 / 10), 6),
        "optimizer": ("sgd", "adam")[number % 2],
        "note": ("plain", "<b onclick='harm()'>bold</b>")[number % 3 == 0],
    }
    return Trial(number, values, number, (Rung(2, 0.9),) if number % 2 else (), {"phase": "coarse"})


def result(number: int) -> Result:
    """A result; every tenth is a failure."""
    if number % 10 == 9:
        return Result(number, Status.FAILED, reason=HOSTILE_REASON, seconds=0.5)
    error = 0.1 + (number * 7 % 31) / 100
    curve = (Epoch(1, {"val_error": 0.9}, 0.1), Epoch(2, {"val_error": error}, 0.2))
    return Result(number, Status.DONE, error, curve, seconds=1.0)


def write_run(root: Path, name: str, trials: int, finished: int, config: str = CONFIG) -> Run:
    """A run open for writing, with the given number of results and two more trials running."""
    (root / "train.py").write_text("")
    path = root / f".{name}.yaml"
    path.write_text(config.format(name="example", trials=trials))
    run = Run.create(root / name, path.read_text(), meta_of(path))
    begun = range(min(finished + 2, trials))
    run.record(map(trial, begun), map(result, range(finished)))
    return run


@contextlib.contextmanager
def answering(root: Path) -> Iterator[Site]:
    """A dashboard of two runs: ``one`` is still searching, ``two`` is complete."""
    running = write_run(root, "one", 200, 60)
    complete = write_run(root, "two", 20, 20)
    complete.event("completed", "20 trials")
    complete.close()
    server = Dashboard(root, port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        port = int(server.address.rstrip("/").rpartition(":")[2])
        yield Site(root, port, {"one": running}, server.stop)
    finally:
        server.stop()
        thread.join()
        running.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A dashboard whose runs a test may change."""
    with answering(tmp_path) as found:
        yield found


# Not for the whole session: other tests set the clock, and its timers would never end.
@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A dashboard whose runs no test may change."""
    with answering(tmp_path_factory.mktemp("runs")) as found:
        yield found


def files_below(root: Path) -> dict[str, tuple[int, int]]:
    """The size and modification time of every file and directory below a directory."""
    paths = [Path(at, name) for at, directories, names in os.walk(root) for name in [*directories, *names]]
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in paths}
