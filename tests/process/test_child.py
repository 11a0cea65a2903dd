"""Tests of the limits and the isolation of user code."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hpsearch.objectives.code_objective import CodeObjective
from hpsearch.objectives.command import Command
from hpsearch.process import child, jobs, parents, supervised, supervisor
from hpsearch.trial import Metric, Result, Status, Trial
from tests.processes import gone, wait_until

Call = Callable[..., Result]


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes SIGKILL come soon after SIGTERM."""
    for module in (child, parents, supervised):
        monkeypatch.setattr(module, "GRACE_SECONDS", 0.2)


@pytest.mark.parametrize("name", ["hangs", "ignores_sigterm"])
def test_a_trial_that_takes_too_long_is_timed_out(call: Call, name: str) -> None:
    """It is ended by SIGTERM, then by SIGKILL."""
    result = call(name, timeout=0.5)
    assert (result.status, result.reason) == (Status.TIMED_OUT, "it ran longer than its timeout of 0.5 s")
    assert result.seconds < 50


@pytest.mark.parametrize("line", ["noise", '{{"value": 1}}'])
def test_a_flood_of_output_does_not_put_off_the_end(command: Call, line: str) -> None:
    """It ends at the timeout, whether it prints noise or metrics."""
    result = command(f"yes '{line}'", timeout=0.5)
    assert result.status is Status.TIMED_OUT
    assert result.seconds < 50


def test_the_last_words_of_a_trial_that_took_too_long_are_in_its_reason(command: Call) -> None:
    """They may show what it waited for."""
    result = command("echo waiting for data; sleep 60", timeout=3)
    assert result.reason == "it ran longer than its timeout of 3 s\nwaiting for data"


def test_a_heartbeat_can_end_a_silent_trial(tmp_path: Path) -> None:
    """Its exception passes through, and the command has ended."""

    class Abandoned(BaseException):
        pass

    def heartbeat() -> None:
        if (tmp_path / "pid").exists():
            raise Abandoned

    command = Command("echo $$ > draft; mv draft pid; sleep 60")
    objective = CodeObjective(command, Metric("value"), tmp_path, tmp_path / "trials")
    with pytest.raises(Abandoned):
        objective(Trial(0, {}, 0), heartbeat=heartbeat)
    assert gone(int((tmp_path / "pid").read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is watched on Linux only")
def test_the_memory_of_orphans_counts(command: Call) -> None:
    """This includes orphans with their own session."""
    eat = f"{sys.executable} -c 'x = bytearray(400 << 20); import time; time.sleep(60)'"
    result = command(f"(setsid {eat} &); sleep 60", memory=100 * 2**20)
    assert result.status is Status.OUT_OF_MEMORY


@pytest.mark.skipif(sys.platform != "linux", reason="memory is watched on Linux only")
def test_a_trial_that_uses_too_much_memory_is_ended(call: Call) -> None:
    """The reason says how much it used, and its limit."""
    result = call("eats", memory=100 * 2**20)
    assert result.status is Status.OUT_OF_MEMORY
    assert "its limit is 100 MiB" in result.reason


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only")
def test_nothing_is_left_behind(call: Call, directory: Path) -> None:
    """Not even a grandchild with its own session survives, although the trial ends well."""
    assert call("forks").status is Status.DONE
    assert gone(int((directory / "grandchild").read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only")
def test_nothing_outlives_a_killed_parent(tmp_path: Path) -> None:
    """After kill -9 a command that ignores SIGTERM, and its grandchild in another session, end."""
    deaf = "trap '' TERM; echo $$ > $0; sleep 60; sleep 60"
    script = f"setsid sh -c '{deaf.replace(chr(39), chr(34))}' grandchild & . ./deaf"
    (tmp_path / "deaf").write_text(deaf.replace("$0", "child"))
    code = f"""
import os, pathlib
from hpsearch.process.child import Child
from hpsearch.process.supervised import SupervisedCommand
path = pathlib.Path({str(tmp_path)!r})
command = SupervisedCommand(["sh", "-c", {script!r}], directory=path, environment=dict(os.environ))
child = Child(command, logs=path)
while not all((path / name).exists() and (path / name).read_text() for name in ("child", "grandchild")):
    pass
os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    pids = [int((tmp_path / name).read_text()) for name in ("child", "grandchild")]
    wait_until(lambda: all(map(gone, pids)))


def test_a_supervisor_whose_parent_is_dead_ends_its_command(tmp_path: Path) -> None:
    """It does so although no process reads that it began."""
    report, status = os.pipe()
    os.close(report)
    command = ["sh", "-c", "echo $$ > pid; sleep 60"]
    code = f"import sys; sys.path.append({str(Path(supervisor.__file__).parent)!r}); import supervisor"
    user_code = [sys.executable, "-c", f"{code}; supervisor.main()", str(status), "0", "0.2", "0", *command]
    done = subprocess.run(
        user_code,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=[status],
        check=False,
    )
    os.close(status)
    assert (done.returncode, done.stderr) == (0, b"")
    pid = tmp_path / "pid"  # missing if the shell ended before it could write it
    assert not (pid.exists() and pid.read_text()) or gone(int(pid.read_text()))


def test_a_line_without_end_is_cut(command: Call) -> None:
    """The text after it is read."""
    assert command("head -c 5000000 /dev/zero; echo; echo '{{\"value\": 1}}'").value == 1.0


def test_a_message_of_a_function_is_no_longer_than_a_line() -> None:
    """The rest of a longer message would be cut off."""
    assert jobs.LONGEST_MESSAGE < child.LONGEST_LINE


def test_the_environment_is_the_trials(call: Call, directory: Path) -> None:
    """It has the trial's number, seed, device, and threads."""
    call("environment", environment={"OMP_NUM_THREADS": "1"}, devices=("3",))
    assert (directory / "stdout.log").read_text() == "7 11 3 1\n"


def test_a_child_has_plain_signals(command: Call, directory: Path) -> None:
    """Its children do not ignore or block the signals that this process does."""
    code = (
        "import os, signal, subprocess, sys, pathlib\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])\n"
        "from hpsearch.process.child import Child\n"
        "from hpsearch.process.supervised import SupervisedCommand\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "words = ['grep', 'Sig[BI]', '/proc/self/status']\n"
        "command = SupervisedCommand(words, directory=path, environment=dict(os.environ))\n"
        "with Child(command, logs=path) as child:\n"
        "    list(child.blocks())\n"
        "print((path / 'stdout.log').read_text())\n"
    )
    directory.mkdir(parents=True)
    done = subprocess.run([sys.executable, "-c", code, directory], capture_output=True, text=True, check=True)
    blocked, ignored = (int(line.split()[1], 16) for line in done.stdout.strip().splitlines())
    assert blocked == 0
    assert ignored & 0b100_0000_0000_0010 == 0  # SIGTERM, SIGINT
