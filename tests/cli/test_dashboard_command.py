"""Tests of the command dashboard: where it listens, how it ends, and its messages."""

import builtins
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from hpsearch.dashboard.server import DEFAULT_PORT, Dashboard
from tests.cli.conftest import Done

Program = Callable[..., Done]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_quietly(tmp_path: Path, number: int, code: int) -> None:
    """It prints one line, answers, ends that line, and has the exit code of every interrupted command."""
    command = [sys.executable, "-m", "hpsearch", "dashboard", str(tmp_path), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        address = re.fullmatch(r"Dashboard of .*: (http://127\.0\.0\.1:\d+/) \(Ctrl-C ends it\)\n", line)
        assert address, line
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        assert opener.open(address[1]).status == 200
        process.send_signal(number)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (code, "", "\n")


def test_a_port_that_is_taken_is_named(hpsearch: Program, in_tmp: Path) -> None:
    """The message says what to type instead."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = hpsearch("dashboard", in_tmp, "--port", port)
    assert done == Done(
        2, "", f"Port {port} of 127.0.0.1 is taken. Choose another --port; 0 takes any free one.\n"
    )


def test_the_usual_port_may_be_taken(in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the usual port is taken, it uses a free one."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr("hpsearch.dashboard.server.DEFAULT_PORT", other.getsockname()[1])
        with Dashboard(in_tmp) as server:
            assert server.address != f"http://127.0.0.1:{other.getsockname()[1]}/"
    assert DEFAULT_PORT > 1023


@pytest.mark.parametrize("host", ["nothing.invalid", "192.0.2.1"])
def test_a_host_of_another_machine_is_refused(hpsearch: Program, in_tmp: Path, host: str) -> None:
    """The message says what a host is."""
    done = hpsearch("dashboard", in_tmp, "--host", host, "--port", 0)
    assert done.code == 2
    assert re.match(
        rf"--host must be an address( or a name)? of this machine; found '?{re.escape(host)}", done.err
    )


def test_a_directory_that_is_not_there_is_named(hpsearch: Program, in_tmp: Path) -> None:
    """The message and the exit code are the same as for list."""
    assert hpsearch("dashboard").err == hpsearch("list").err
    assert hpsearch("dashboard").code == 4


def test_every_machine_means_a_warning(in_tmp: Path) -> None:
    """Listening for other machines prints a warning; listening only for this one does not."""
    for host, reachable in (("127.0.0.1", False), ("localhost", False), ("0.0.0.0", True)):  # noqa: S104 -- meant
        with Dashboard(in_tmp, host, 0) as server:
            assert server.is_reachable == reachable


def test_without_the_packages_it_says_what_to_install(
    hpsearch: Program, in_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the packages, and commands that need none of them work."""
    for name in [name for name in sys.modules if name.startswith("hpsearch.dashboard.")]:
        monkeypatch.delitem(sys.modules, name)
    original = builtins.__import__

    def missing(name: str, *arguments: object, **more: object) -> object:
        if name.partition(".")[0] == "uvicorn":
            raise ModuleNotFoundError("No module named 'uvicorn'", name="uvicorn")
        return original(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    done = hpsearch("dashboard", in_tmp)
    assert done.code == 2
    assert "needs the package uvicorn: pip install 'hpsearch[dashboard]'" in done.err


def test_a_run_is_shown_alone(example: Path) -> None:
    """A run directory can be given instead of the directory of all runs."""
    from hpsearch.dashboard.watched_runs import WatchedRuns

    assert WatchedRuns(example).names() == [example.name]
