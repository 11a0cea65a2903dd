"""Good and bad functions in the style of users; tests run them by name."""

# ruff: noqa: D103 -- their names say what they do

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

NOT_CALLABLE = 3


def number(x):
    return (x - 0.3) ** 2


def masked(x):
    import numpy as np

    return np.ma.masked


def mapping(x, trial):
    print("hello from", trial.number, trial.seed)
    return {"value": x, "other": 2, "note": "text"}


def curve(x, trial):
    for epoch in range(trial.epochs):
        yield {"value": x + epoch}
    return {"test": 0.5}


def numbers(x):
    yield x
    yield 2 * x


def closes(x, trial):
    try:
        while True:
            yield x
    finally:
        (trial.directory / "closed").touch()


def resumes(x, trial):
    """Dies in its first life, after its second epoch; counts the epochs that it has trained."""
    state = trial.checkpoint_dir / "epoch"
    done = int(state.read_text()) if state.exists() else 0
    for epoch in range(done, 4):
        with (trial.directory / "trained").open("a") as file:
            file.write(f"{epoch} ")
        yield {"value": x + epoch, "epoch": epoch}
        state.write_text(str(epoch + 1))
        if epoch == 1 and done == 0:
            os._exit(1) if x < 0.5 else os.kill(os.getpid(), signal.SIGKILL)


def forgets(x, trial):
    """Like ``resumes``, but its checkpoint is ahead of its reports."""
    state = trial.checkpoint_dir / "epoch"
    done = int(state.read_text()) if state.exists() else 0
    for epoch in range(done, 4):
        yield {"value": x + epoch, "epoch": epoch}
        if epoch == 1 and done == 0:
            state.write_text("3")
            os.kill(os.getpid(), signal.SIGKILL)


def draws(x):
    return random.random()


def raises(x):
    raise RuntimeError("boom")


def unpicklable_error(x):
    class Odd(Exception):
        def __init__(self, a, b):
            self.lock = open(os.devnull)  # noqa: PTH123, SIM115 -- what no pickle holds
            super().__init__("odd")

    raise Odd(1, 2)


def unshowable_error(x):
    class Shy(Exception):
        def __str__(self):
            raise ValueError

    raise Shy


def returns_none(x):
    pass


def returns_text(x):
    return "0.5"


def returns_infinity(x):
    return float("inf")


def misnames(x):
    return {"valeu": 1.0}


def leaves(x):
    os._exit(0)


def exits(x):
    sys.exit(3)


def dies(x):
    os._exit(7)


def kills_its_supervisor(x, trial):
    (trial.directory / "pid").write_text(str(os.getpid()))
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)


def comes_back_twice(x):
    """Forks; the child returns first, with a different number."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return x
    return -1.0


def returns_truth(x):
    import numpy as np

    return np.bool_(True)


def returns_huge_number(x):
    return 10**400


def returns_much(x):
    return {"value": x} | {f"metric {number}": number for number in range(100_000)}


def complains_at_length(x):
    raise ValueError("x" * 10**6)


async def waits(x):
    return x


def out_of_memory(x):
    raise MemoryError


def segfaults(x):
    os.kill(os.getpid(), signal.SIGSEGV)


def hangs(x):
    time.sleep(60)


def ignores_sigterm(x):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(60)


def eats(x):
    block = bytearray(400 * 2**20)
    for index in range(0, len(block), 4096):
        block[index] = 1
    time.sleep(60)


def forks(x, trial):
    """Leaves a grandchild behind, in a separate session."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    Path(trial.directory, "grandchild").write_text(str(child.pid))
    return x


def environment(x):
    names = ("HPSEARCH_TRIAL", "HPSEARCH_SEED", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS")
    print(*(os.environ.get(name) for name in names))
    return x


def reports(x, trial):
    for epoch in range(trial.epochs):
        trial.report({"value": x + epoch, "epoch": epoch})
    return {"test": 0.5}


def reports_numbers(x, trial):
    trial.report(x)
    trial.report(2 * x)
    return 3 * x


def reports_for_ever(x, trial):
    while True:
        trial.report({"value": x})


def persists(x, trial):
    """Continues twice after it was told to stop, and finally obeys."""
    heard = 0
    for epoch in range(100):
        try:
            trial.report({"value": x + epoch})
        except BaseException as error:
            heard += 1
            (trial.directory / "heard").write_text(f"{heard} {type(error).__name__} at {epoch}")
            if heard == 3:
                raise


def ends_itself(x, trial):
    from hpsearch import StopTrial

    trial.report({"value": x})
    raise StopTrial


def yields_then_reports(x, trial):
    yield x
    trial.report(x)


def reports_then_yields(x, trial):
    trial.report(x)
    yield x


def reports_and_returns_an_iterator(x, trial):
    trial.report(x)
    return iter([x])


def reports_text(x, trial):
    trial.report({"value": "0.5"})


def misreports(x, trial):
    trial.report({"valeu": 1.0})


def reports_in_a_fork(x, trial):
    trial.report(x)
    child = os.fork()
    if not child:
        try:
            trial.report(-1.0)
        except RuntimeError as error:
            (trial.directory / "error").write_text(str(error))
        os._exit(0)
    os.waitpid(child, 0)


def report_in_a_pool(trial):
    try:
        trial.report(-1.0)
    except RuntimeError as error:
        return str(error)


def sends_its_trial_away(x, trial):
    import multiprocessing

    with multiprocessing.get_context("spawn").Pool(1) as pool:
        raise RuntimeError(pool.apply(report_in_a_pool, [trial]))


def reports_and_resumes(x, trial):
    """Like ``resumes``."""
    for record in resumes(x, trial):
        trial.report(record)


def two(x, y):
    return x


def with_default(x, y=1, *, trial):
    return x


def anything(**values):
    return 1.0


def positional(x, /):
    return x
