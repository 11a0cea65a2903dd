"""The effect of SIGINT (Ctrl-C), SIGTERM and SIGHUP (a closed terminal) on the program, and on a search.

A signal that is ignored at the start stays ignored: SIGHUP under ``nohup``, SIGINT in a script's
``hpsearch … &``.

Imported before anything heavy, so that signals are handled from the program's first instant on.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Self

INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopNow(BaseException):
    """Raised inside the trial that runs in this process. Code that catches Exception does not catch it."""


class ProgramInterrupt(KeyboardInterrupt):
    """Raised by the first signal.

    A plain KeyboardInterrupt that has passed through ``exec("…")`` makes Python end itself by SIGINT, even
    if it was caught (CPython's ``unhandled_keyboard_interrupt``); imports of dataclasses do that.
    """


class ProgramSignals:
    """The handler of a program whose exit code is 128 + the signal, whenever the signal comes.

    The first signal raises :class:`ProgramInterrupt`, once, so that half-written files are removed. A
    second one ends the process at once. While a search runs, :class:`SearchSignals` takes over.

    Attributes:
        received: The first signal, if any came.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._deaf = False
        self._unraisable: Callable[[Any], object] = sys.__unraisablehook__

    def install(self) -> None:
        """Handle signals from now on, including those that were blocked until now."""
        self._unraisable, sys.unraisablehook = sys.unraisablehook, self._swallowed
        for number in _not_ignored():
            signal.signal(number, self._handle)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)

    def be_deaf(self) -> None:
        """Handle no further signals: the exit code is known, and the process is about to end."""
        self._deaf = True

    def end(self) -> None:
        """Ignore signals until the interpreter's last instant, after it has removed its own handlers."""
        for number in INTERRUPTS:
            signal.signal(number, signal.SIG_IGN)

    def exit_code(self, code: int) -> int:
        """The exit code of the process, if ``code`` would be its exit code without an interrupt."""
        return code if self.received is None else 128 + self.received

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self._deaf:
            return
        if self.received is not None:
            os._exit(self.exit_code(0))
        self.received = number
        raise ProgramInterrupt

    def _swallowed(self, unraisable: Any) -> None:
        # Raised where Python can only print exceptions, such as in a __del__; the program would continue.
        if issubclass(unraisable.exc_type, ProgramInterrupt):
            os._exit(self.exit_code(0))
        if not issubclass(unraisable.exc_type, StopNow):  # the search notices by itself that it has to stop
            self._unraisable(unraisable)


class SearchSignals:
    """The signals while a search runs.

    After the first SIGINT no new trials start; a second one, or another signal, also stops running trials. A
    context manager; it does nothing outside the main thread, because only that may set handlers.

    Args:
        say: Shows the user what the signal means.
        running: How many trials run now.

    Attributes:
        received: The first signal, if any came.
    """

    def __init__(self, say: Callable[[str], None], running: Callable[[], int] = lambda: 0) -> None:
        self.received: int | None = None
        self._show = say
        self._running = running
        self._now = False
        self._breakable = False
        self._unsaid = ""
        self._before: dict[int, Any] = {}

    @property
    def draining(self) -> bool:
        """Whether no new trials may start."""
        return self.received is not None

    @contextlib.contextmanager
    def breakable(self) -> Iterator[None]:
        """Let a signal that stops at once interrupt this block with :class:`StopNow`.

        This happens nowhere else: a transaction or a change of the search's state is never interrupted.
        """
        self._breakable = True
        try:
            self._say()
            if self._now:
                raise StopNow
            yield
        finally:
            self._breakable = False

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _not_ignored():
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            program = getattr(handler, "__self__", None)
            if self.received is not None and isinstance(program, ProgramSignals):
                program.be_deaf()  # a signal is already ending the search; another one changes nothing
            signal.signal(number, handler)

    def _handle(self, number: int, _: FrameType | None) -> None:
        self._now = self._now or number != signal.SIGINT or self.received is not None
        self.received = self.received or number
        if self._now:
            self._unsaid = "Stopping now. Finished trials are saved."
        else:
            trials = {0: "the running trials", 1: "1 running trial"}.get(
                self._running(), f"{self._running()} running trials"
            )
            self._unsaid = f"Finishing {trials} and starting no new ones. Ctrl-C again stops now."
        if self._breakable:  # so not in the middle of writing something else
            self._say()
        if self._now and self._breakable:
            self._breakable = False
            raise StopNow

    def _say(self) -> None:
        text, self._unsaid = self._unsaid, ""
        if text:
            try:
                self._show(text)
            except RuntimeError:  # the signal came while the same stream was being written
                self._unsaid = text


def _not_ignored() -> list[signal.Signals]:
    return [number for number in INTERRUPTS if signal.getsignal(number) is not signal.SIG_IGN]


@contextlib.contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Block :data:`INTERRUPTS` in this block.

    A process or thread started here inherits the blocked signals. This thread gets signals that arrived in
    the meantime right afterwards.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
