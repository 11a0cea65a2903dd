"""Tests of user functions as trials."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hpsearch.objectives.function import Function, probe
from hpsearch.objectives.retrying import Retrying
from hpsearch.trial import Metric, Result, Rung, Status
from tests.objectives.fixtures import HERE
from tests.processes import gone, wait_until

Call = Callable[..., Result]


def test_a_returned_number_is_the_metric(call: Call) -> None:
    """It makes a learning curve of one epoch."""
    result = call("number")
    assert (result.status, result.value) == (Status.DONE, (0.25 - 0.3) ** 2)
    assert len(result.curve) == 1


def test_a_returned_mapping_is_the_metrics(call: Call, directory: Path) -> None:
    """Non-numbers are left out; output is in the log; ``trial`` is passed if it is a parameter."""
    result = call("mapping")
    assert result.curve[0].metrics == {"value": 0.25, "other": 2.0}
    assert (directory / "stdout.log").read_text() == "hello from 7 11\n"


def test_a_generator_makes_a_learning_curve(call: Call) -> None:
    """It yields mappings or numbers, one per epoch; its return value contains final metrics."""
    result = call("curve", epochs=3)
    assert [epoch.metrics["value"] for epoch in result.curve] == [0.25, 1.25, 2.25]
    assert result.final == {"test": 0.5}
    assert [epoch.metrics["value"] for epoch in call("numbers").curve] == [0.25, 0.5]


def test_early_stopping_closes_the_generator(call: Call, directory: Path) -> None:
    """The generator's finally block runs."""
    result = call("closes", rungs=(Rung(2, 0.1),))
    assert (result.status, len(result.curve)) == (Status.STOPPED, 2)
    assert (directory / "closed").exists()


def test_what_was_returned_is_done(call: Call) -> None:
    """A rung may stop a function that yields, but not one that returns."""
    rungs = (Rung(1, -1.0),)
    assert call("number", rungs=rungs, epochs=16).status is Status.DONE
    assert call("mapping", rungs=rungs, epochs=16).status is Status.DONE
    assert call("numbers", rungs=rungs, epochs=16).status is Status.STOPPED


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("raises", Status.FAILED, "RuntimeError: boom"),
        ("unpicklable_error", Status.FAILED, "Odd: odd"),
        ("unshowable_error", Status.FAILED, "Shy, whose message cannot be shown"),
        ("returns_none", Status.FAILED, "TypeError: a metric must be a number, not NoneType: None"),
        ("returns_text", Status.FAILED, "TypeError: a metric must be a number, not str: '0.5'"),
        ("returns_infinity", Status.DIVERGED, "value was not finite after epoch 1"),
        (
            "misnames",
            Status.FAILED,
            "TypeError: every epoch must report the metric 'value'; this one reported valeu",
        ),
        ("leaves", Status.CRASHED, "it exited with code 0 before the function returned"),
        ("exits", Status.FAILED, "SystemExit: 3"),
        ("dies", Status.CRASHED, "it exited with code 7 before the function returned"),
        ("returns_truth", Status.FAILED, "TypeError: a metric must be a number, not bool: np.True_"),
        ("returns_huge_number", Status.DIVERGED, "value was not finite after epoch 1"),
        (
            "returns_much",
            Status.FAILED,
            "ValueError: metrics must take at most 131072 characters as JSON; these take ",
        ),
        ("out_of_memory", Status.OUT_OF_MEMORY, "MemoryError: "),
        ("segfaults", Status.CRASHED, "its process was ended by SIGSEGV"),
    ],
)
def test_whatever_a_function_does_is_a_result(call: Call, name: str, status: Status, reason: str) -> None:
    """The first line of the result's reason says what happened."""
    result = call(name)
    assert result.status is status
    assert result.reason.splitlines()[0].startswith(reason)


def test_the_traceback_is_the_users(call: Call) -> None:
    """It begins in the user's code, not in ours."""
    reason = call("raises").reason
    assert "user_code.py" in reason
    assert "runner.py" not in reason


def test_a_reason_is_short(call: Call) -> None:
    """The reason is short however long the message is."""
    result = call("complains_at_length")
    assert result.reason.startswith("ValueError: xxx")
    assert len(result.reason) < 10_000


@pytest.mark.skipif(sys.platform != "linux", reason="it kills processes by /proc")
def test_a_function_that_kills_its_supervisor_is_ended(call: Call, directory: Path) -> None:
    """It has crashed, and does not survive."""
    result = call("kills_its_supervisor")
    assert (result.status, result.reason) == (Status.CRASHED, "its process was ended by SIGKILL")
    wait_until(lambda: gone(int((directory / "pid").read_text())))


def test_a_function_that_forks_has_one_result(call: Call) -> None:
    """It has its own result, although the child returns too."""
    result = call("comes_back_twice")
    assert (result.value, len(result.curve)) == (0.25, 1)


def test_generators_are_seeded_with_the_trial(call: Call) -> None:
    """A function that uses Python's own generator draws the same numbers again."""
    assert call("draws").value == call("draws").value


@pytest.mark.parametrize("x", [0.25, 0.75], ids=["exit", "kill"])
def test_a_trial_goes_on_from_its_checkpoint(call: Call, directory: Path, x: float) -> None:
    """After a death its curve is complete, and no epoch before the checkpoint is trained again."""
    first = call("resumes", x)
    assert first.status in (Status.FAILED, Status.CRASHED)
    second = call("resumes", x)
    assert [epoch.metrics["value"] for epoch in second.curve] == [x, x + 1, x + 2, x + 3]
    assert (directory / "trained").read_text() == "0 1 2 3 "


def test_a_checkpoint_ahead_of_what_was_reported_is_not_used(call: Call) -> None:
    """If epochs are missing in between, the trial starts over."""
    assert call("forgets").status is Status.CRASHED
    second = call("forgets")
    assert second.status is Status.CRASHED  # it dies again, as it started from scratch
    assert [epoch.metrics["epoch"] for epoch in second.curve] == [0, 1]


def test_a_crash_can_be_retried(call: Call) -> None:
    """The second attempt continues from the checkpoint of the first."""
    lives: list[Result] = []

    def objective(trial: object, on_epoch: object = None, heartbeat: object = None) -> Result:
        lives.append(call("resumes", 0.75))
        return lives[-1]

    result = Retrying(objective, (Status.CRASHED,), 1)(None)
    assert [life.status for life in lives] == ["crashed", "done"]
    assert result is lives[1]


def test_a_function_is_wrong_or_not(tmp_path: Path) -> None:
    """Problems are found and reported before anything runs."""

    def wrong(name: str, **parameters: bool) -> str:
        return probe(Function(f"user_code:{name}", HERE), parameters or {"x": True}).wrong

    assert wrong("number") == wrong("curve") == wrong("anything") == ""
    assert wrong("with_default", x=True, y=False) == ""
    assert wrong("two") == "it needs y, which the space does not have"
    assert wrong("number", x=True, y=True) == "it does not take y, which the space has"
    assert wrong("two", x=True, y=False) == "y needs a default, as not every trial has it"
    assert wrong("positional") == "it is called by keywords, but x is positional only"
    assert wrong("NOT_CALLABLE") == "user_code:NOT_CALLABLE cannot be called: it is of type int"
    assert wrong("waits") == "it is asynchronous (async def), but must be a plain function"
    assert wrong("nummber").endswith("has no nummber; did you mean number or numbers?")
    missing = probe(Function("nowhere:f", HERE), {"x": True}).wrong
    assert missing == f"there is no module nowhere in {HERE}, and none is installed"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("import no_such_package", "importing its module raises ModuleNotFoundError: No module named"),
        ("1 / 0", "importing its module raises ZeroDivisionError: division by zero"),
        ("def f(:", "importing its module raises SyntaxError: invalid syntax"),
        ("import os; os._exit(4)", "importing its module ended the process: it exited with code 4"),
        ("raise SystemExit", "importing its module raises SystemExit"),
    ],
)
def test_a_module_that_cannot_be_imported_is_wrong(tmp_path: Path, text: str, verdict: str) -> None:
    """It is reported, whatever the import does instead."""
    (tmp_path / "broken.py").write_text(text)
    found = probe(Function("broken:f", tmp_path), {"x": True}).wrong
    assert found.startswith(verdict)
    assert "importlib" not in found


def test_what_editors_leave_beside_a_function_is_no_code(tmp_path: Path) -> None:
    """Only modules are its files, not a dangling lock, a pipe, a directory or dot files."""
    (tmp_path / "package/.old").mkdir(parents=True)
    for name in ("train.py", "helper.py", ".hidden.py", "package/a.py", "package/.old/b.py"):
        (tmp_path / name).touch()
    (tmp_path / ".#train.py").symlink_to("me@host.1:2")
    (tmp_path / "gone.py").symlink_to("nowhere")
    (tmp_path / "directory.py").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    os.mkfifo(tmp_path / "package/pipe.py")

    def names(function: str) -> list[str]:
        return sorted(Function(function, tmp_path).files(tmp_path))

    assert names("train:f") == ["helper.py", "package/a.py", "train.py"]
    assert names("package.a:f") == ["helper.py", "package/a.py", "train.py"]


PARSER = """
import argparse, sys
def f(x):
    parser = argparse.ArgumentParser(prog="train.py")
    parser.add_argument("--data", required=True)
    parser.parse_args()
"""


def test_what_an_argument_parser_complains_of_is_in_the_reason(run_code: Call, tmp_path: Path) -> None:
    """The last stderr line before an exit is in the reason, in a trial and in a check."""
    (tmp_path / "parses.py").write_text(PARSER)
    complaint = "SystemExit: 2: train.py: error: the following arguments are required: --data"
    result = run_code(Function("parses:f", tmp_path))
    assert result.reason.splitlines()[0] == complaint
    (tmp_path / "imports.py").write_text(f"{PARSER}\nf(1)\n")
    verdict = probe(Function("imports:f", tmp_path), {"x": True}).wrong
    assert verdict.startswith("importing its module raises SystemExit: 2")
    assert verdict.endswith(complaint.partition(": 2: ")[2])


@pytest.mark.parametrize("name", ["json.py", "sys/__init__.py"])
def test_a_module_hidden_by_one_of_pythons_own_is_wrong(tmp_path: Path, name: str) -> None:
    """Python would import the other one."""
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("def f(x): return x")
    module = name.partition("/")[0].removesuffix(".py")
    found = probe(Function(f"{module}:f", tmp_path), {"x": True}).wrong
    assert found.startswith(f"{path} is hidden by Python's own module {module} (")


def test_the_metric_may_have_any_name(run_code: Call) -> None:
    """A returned number is the search's metric."""
    result = run_code(Function("user_code:number", HERE), metric=Metric("loss").name)
    assert result.curve[0].metrics.keys() == {"loss"}
