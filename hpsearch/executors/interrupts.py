"""The signals that end a search, kept from its workers."""

import contextlib
import signal
from collections.abc import Iterator

from hpsearch.signals import INTERRUPTS


@contextlib.contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Block Ctrl-C and SIGTERM meanwhile.

    A process or thread started here inherits the blocked signals. This thread gets what arrived right
    afterwards.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
