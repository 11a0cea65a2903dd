"""SIGINT and SIGTERM: what they mean to a search, and how its workers are kept from them."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Self

INTERRUPTS = (signal.SIGINT, signal.SIGTERM)


class StopNow(BaseException):
    """Raised inside the trial that runs in this process. No code that catches Exception swallows it."""


class Signals:
    """SIGINT and SIGTERM while a search runs.

    After the first SIGINT no trial starts any more; a second one, or SIGTERM, ends the running trials too. A
    context manager; it changes nothing outside of the main thread, which alone may set handlers.

    Args:
        on_message: Called with what the signal means, as a sentence.

    Attributes:
        received: The number of the first signal; None before.
    """

    def __init__(self, on_message: Callable[[str], None]) -> None:
        self.received: int | None = None
        self._on_message = on_message
        self._now = False
        self._breakable = False
        self._unsaid = ""
        self._before: dict[int, object] = {}

    @property
    def draining(self) -> bool:
        """Whether no new trials may start."""
        return self.received is not None

    @contextlib.contextmanager
    def breakable(self) -> Iterator[None]:
        """Let a signal that stops at once interrupt what is done here, by :class:`StopNow`.

        Nowhere else: a transaction or a change of the search's state is never cut in two.
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
            for number in INTERRUPTS:
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() itself returned

    def _handle(self, number: int, _: FrameType | None) -> None:
        self._now = self._now or number == signal.SIGTERM or self.received is not None
        self.received = self.received or number
        if self._now:
            self._unsaid = "Stopping now. Finished trials are saved."
        else:
            self._unsaid = (
                "Finishing the running trials; no new ones will start. Press Ctrl-C again to stop now."
            )
        if self._breakable:  # and so not in the middle of writing something else
            self._say()
        if self._now and self._breakable:
            self._breakable = False
            raise StopNow

    def _say(self) -> None:
        text, self._unsaid = self._unsaid, ""
        if text:
            self._on_message(text)


@contextlib.contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Block Ctrl-C and SIGTERM meanwhile.

    A process or thread started here inherits the blocked signals. This thread gets what arrived in the
    meantime right afterwards.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
