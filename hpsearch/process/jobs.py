"""A job for a process of user code: check a function, or call it for a trial.

The job is the first line of input. For a trial, the process sends ``["record", metrics]`` for every epoch,
and waits for a line before it continues (the end of the input is the signal to stop); at the end it sends
``["final", metrics]`` or ``["error", {"reason": text, "memory": whether it was a MemoryError, "exit":
whether it was a SystemExit}]``. If the job requests it, ``["touches", null]`` asks what changes before the
next epoch, and a JSON object is the answer. Metrics that a function returned without reporting them are sent
as ``["returned", metrics]``. If the job is only to check the function, the process sends ``["checked",
{"wrong": text, "unfit": text}]``: the problem with the function, and the reason why trials cannot be forks of
a process that has imported it. The texts are empty if there is none.
"""

from __future__ import annotations  # types are imported for annotations only

import _ctypes
import atexit
import contextlib
import gc
import io
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpsearch.process.reporting import StopTrial, call
from hpsearch.process.user_function import check_signature, find
from hpsearch.process.watched_import import WatchedImport

if TYPE_CHECKING:
    import traceback
    from collections.abc import Callable, Mapping
    from typing import NoReturn

TRACEBACK_LINES = 12
LONGEST_REASON_LINE = 500

LONGEST_MESSAGE = 2**17
"""Characters; the process that reads the messages accepts twice as many."""


def answer(answers: int, messages: int, find: Callable[[str, str], Callable[..., Any]] = find) -> None:
    """Read a job from one file descriptor and answer it on another; then end the process.

    Args:
        answers: The descriptor of the job and of answers to messages.
        messages: The descriptor for messages.
        find: Finds the function of a trial.
    """
    _answer(answers, messages, find)
    leave()


def _answer(answers: int, messages: int, find: Callable[[str, str], Callable[..., Any]]) -> None:
    for descriptor in (answers, messages):
        os.set_inheritable(descriptor, False)
    lines, out = os.fdopen(answers), os.fdopen(messages, "w")
    job = json.loads(lines.readline())
    process = os.getpid()

    def send(kind: str, content: object) -> None:
        if os.getpid() != process:  # a fork that the function has created, and left running
            os._exit(0)
        message = json.dumps([kind, content])
        if len(message) > LONGEST_MESSAGE:
            raise ValueError(
                f"metrics must take at most {LONGEST_MESSAGE} characters as JSON; these take {len(message)}"
            )
        print(message, file=out, flush=True)

    def push(record: dict[str, Any], kind: str) -> bool:
        send(kind, record)
        return bool(lines.readline())

    def changes() -> Mapping[str, Any]:
        send("touches", None)
        if not (line := lines.readline()):
            raise StopTrial("the training is to stop")
        return dict(json.loads(line))

    if "trial" not in job:
        watched = WatchedImport(job["variables"], job["memory"])
        wrong = watched.run(lambda: check_signature(job))
        send("checked", {"wrong": wrong, "unfit": watched.unfit(job["function"])})
        return
    try:
        about = _about(job["trial"])
        function, asks = find(job["function"], job["path"]), changes if job["asks"] else None
        send("final", call(function, job["values"], about, job["metric"], push, asks))
    except StopTrial:
        send("final", {})
    except BaseException as error:  # including sys.exit()
        kinds = {"memory": isinstance(error, MemoryError), "exit": isinstance(error, SystemExit)}
        send("error", {"reason": describe(error), **kinds})


def leave() -> NoReturn:
    """End this process as Python would, but without tearing down its modules, which may take long.

    Threads are joined, exit handlers are called, objects in cycles are finalized, and files are flushed.
    Python promises nothing about the finalizers of objects that are alive after that.
    """
    if (threading := sys.modules.get("threading")) is not None:
        threading._shutdown()  # called by Python itself at the end
    atexit._run_exitfuncs()
    gc.collect()
    for each in (*gc.get_objects(), sys.stdout, sys.stderr):
        if issubclass(type(each), io.TextIOWrapper | io.BufferedWriter | io.BufferedRandom):
            with contextlib.suppress(Exception):  # the stream or its reader is closed
                each.flush()
    _ctypes.call_cdeclfunction(
        _ctypes.dlsym(_ctypes.dlopen("", 0), "exit"), (0,)
    )  # C libraries have handlers too
    os._exit(0)


def _about(trial: Mapping[str, Any]) -> dict[str, Any]:
    return {**trial, **{key: Path(trial[key]) for key in ("directory", "checkpoint_dir")}}


def describe(error: BaseException) -> str:
    """An exception as text: its type and message, then the end of its traceback, without our frames."""
    import traceback  # only here: every trial of a function waits for this module

    try:
        head = f"{type(error).__name__}: {error}".splitlines()
        trace = traceback.TracebackException.from_exception(error)
        trace.stack = traceback.StackSummary.from_list([frame for frame in trace.stack if not is_ours(frame)])
        lines = "".join(trace.format()).rstrip().splitlines() if trace.stack or error.__cause__ else []
    except Exception:  # its own __str__ raises
        return f"{type(error).__name__}, whose message cannot be shown"
    shown = [*head[:TRACEBACK_LINES], *lines[-TRACEBACK_LINES:]]
    return "\n".join(line[:LONGEST_REASON_LINE] for line in shown)


def is_ours(frame: traceback.FrameSummary) -> bool:
    """Whether a frame belongs to this program, or to the import system."""
    own = Path(frame.filename).parent == Path(__file__).parent
    return own or "importlib" in frame.filename
