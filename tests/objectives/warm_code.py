"""A module that knows which process imported it; tests run its functions by name."""

# ruff: noqa: D103 -- their names say what they do

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

print("imported")
HERE = os.getpid()
STATE = []
SOURCE = Path(__file__).open("rb", buffering=0)  # noqa: SIM115 -- forks have to share it
SOURCE.seek(3)


def is_fork():
    return os.getpid() != HERE


def shows_how_it_started(x):
    return {"value": x, "fork": int(is_fork())}


def shows_everything(x, trial):
    """Everything that a fork could have and a fresh process does not."""
    STATE.append(x)
    print(SOURCE.tell(), SOURCE.read(7))
    files = len(list(Path("/proc/self/fd").iterdir()))
    own = os.getpid() in (os.getsid(0), os.getpgid(0))
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    print(STATE, {"a", "b", "c"}, files, own, masked, signal.getsignal(signal.SIGTERM), Path.cwd(), sys.argv)
    print(sorted(os.environ.items()), file=sys.stderr)
    (trial.directory / "unflushed").open("w").write("whole")
    sys.left_open = (trial.directory / "left_open").open("w")
    sys.left_open.write("whole")
    yield random.random()
    yield x


def kills_its_parent(x):
    if is_fork():
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
    return x


def lives_on(x, trial):
    """Ignores SIGTERM, and so does a grandchild in a separate session."""
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (trial.directory / "draft").write_text(f"{os.getpid()} {os.getppid()} {child.pid}")
    (trial.directory / "draft").rename(trial.directory / "pids")
    time.sleep(60)
