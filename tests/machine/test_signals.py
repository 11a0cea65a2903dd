"""Tests of the effect of signals on the program and on a search."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from hpsearch.machine.signals import INTERRUPTS, ProgramInterrupt, ProgramSignals, SearchSignals, StopNow


@pytest.fixture(autouse=True)
def handlers() -> Iterator[list[object]]:
    """Handlers that do not ignore their signals; the earlier ones are restored afterwards."""
    before = [signal.signal(number, signal.default_int_handler) for number in INTERRUPTS]
    hook = sys.unraisablehook
    yield [signal.default_int_handler] * len(INTERRUPTS)
    sys.unraisablehook = hook
    for number, handler in zip(INTERRUPTS, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize("number", INTERRUPTS)
def test_a_search_gives_the_handlers_back(handlers: list[object], number: int) -> None:
    """After a search, its earlier handlers are restored, whether or not a signal came."""
    for send in (False, True):
        with SearchSignals(print):
            assert [signal.getsignal(each) for each in INTERRUPTS] != handlers
            if send:
                os.kill(os.getpid(), number)
        assert [signal.getsignal(each) for each in INTERRUPTS] == handlers


@pytest.mark.parametrize("number", INTERRUPTS)
def test_what_is_ignored_stays_ignored(number: int) -> None:
    """Programs and searches respect ``nohup`` for SIGHUP, and ``hpsearch … &`` in scripts for SIGINT."""
    signal.signal(number, signal.SIG_IGN)
    program = ProgramSignals()
    program.install()
    os.kill(os.getpid(), number)
    with SearchSignals(print) as search:
        os.kill(os.getpid(), number)
    assert program.received is None
    assert search.received is None


def test_the_first_interrupt_drains_and_the_second_stops() -> None:
    """In a breakable block the second one raises StopNow; elsewhere nothing is raised."""
    texts: list[str] = []
    with SearchSignals(texts.append) as signals:
        os.kill(os.getpid(), signal.SIGINT)
        assert signals.draining
        with signals.breakable():
            assert texts[0].startswith("Finishing")
            with pytest.raises(StopNow):
                os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(StopNow), signals.breakable():
            raise AssertionError
    assert texts[1].startswith("Stopping")


@pytest.mark.parametrize("number", [each for each in INTERRUPTS if each != signal.SIGINT])
def test_any_other_signal_stops_at_once(number: int) -> None:
    """After SIGTERM, or when the terminal is closed, nobody waits for trials to finish."""
    texts: list[str] = []
    with SearchSignals(texts.append) as signals, pytest.raises(StopNow), signals.breakable():
        os.kill(os.getpid(), number)
    assert [text[:8] for text in texts] == ["Stopping"]
    assert signals.received == number


def test_a_stream_that_is_being_written_is_not_written_by_the_handler() -> None:
    """Python refuses to write; the message follows at the next occasion."""
    texts: list[str] = []

    def say(text: str) -> None:
        texts.append(text)
        if len(texts) == 1:
            raise RuntimeError("reentrant call")

    with SearchSignals(say) as signals:
        with signals.breakable():
            os.kill(os.getpid(), signal.SIGINT)
        with signals.breakable():
            pass
    assert len(texts) == 2
    assert texts[0] == texts[1]


@pytest.mark.parametrize("number", INTERRUPTS)
def test_a_program_is_interrupted_once(number: int) -> None:
    """The first signal raises an exception, and the exit code is 128 + its number in every case."""
    signals = ProgramSignals()
    signals.install()
    assert signals.exit_code(3) == 3
    with pytest.raises(ProgramInterrupt):
        os.kill(os.getpid(), number)
    assert signals.exit_code(3) == 128 + number


def test_an_interrupted_search_makes_the_program_deaf() -> None:
    """After the search has printed how to resume, a second Ctrl-C has no effect."""
    signals = ProgramSignals()
    signals.install()
    with SearchSignals(print):
        os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGTERM)
    assert signals.exit_code(130) == 130
    assert signals.received is None


def test_a_finished_search_leaves_the_program_interruptible() -> None:
    """If no signal came during the search, the program handles the next one."""
    signals = ProgramSignals()
    signals.install()
    with SearchSignals(print):
        pass
    with pytest.raises(ProgramInterrupt):
        os.kill(os.getpid(), signal.SIGINT)


PROGRAM = """
import os, signal, sys
sys.argv = ["hpsearch", "--version"]
import hpsearch.cli.program as program
def exit_code(arguments, signals):
{body}
    return 3
program.exit_code = exit_code
hpsearch_main = __import__("hpsearch.cli").cli.main
hpsearch_main()
"""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("pass", 3),
        ("os.kill(os.getpid(), signal.SIGTERM)", 143),
        ("os.kill(os.getpid(), signal.SIGHUP)", 129),
        ("exec('os.kill(os.getpid(), signal.SIGINT)')", 130),
        ("try: os.kill(os.getpid(), signal.SIGINT)\n    finally: os.kill(os.getpid(), signal.SIGTERM)", 130),
        ("import atexit; atexit.register(os.kill, os.getpid(), signal.SIGINT)", 3),
        (
            "class A: __del__ = lambda _: os.kill(os.getpid(), signal.SIGINT)\n    A()\n    signal.pause()",
            130,
        ),
    ],
    ids=["no signal", "SIGTERM", "SIGHUP", "in exec", "twice", "at the end", "where Python drops exceptions"],
)
def test_a_process_ends_with_the_documented_code(body: str, code: int) -> None:
    """Wherever the signal comes, the exit code shows it, and there is no traceback."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(body=f"    {body}")], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == code, done.stderr
    assert done.stderr == ""
