"""Adapts code that pushes its records to followers that pull them."""

from __future__ import annotations  # types are imported for annotations only

import queue
import threading
from typing import TYPE_CHECKING, Any

from hpsearch.objective import LastRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from hpsearch.objective import Records
    from hpsearch.process.reporting import Push
    from hpsearch.trial import Result


def follow_calls(
    code: Callable[[Push], dict[str, Any]], follow: Callable[[Callable[[], Records]], Result]
) -> Result:
    """Run code in this thread, and follow its records in another one.

    User code may need the signals, the event loop or the connections of this thread. The
    two take turns: one of them always waits for the other.

    Args:
        code: Passes on every record, and ends soon when told to stop; returns final metrics.
        follow: Follows the records to their end, given a function that starts them; it may start them again.
    """
    requests: queue.SimpleQueue[_Call | Result | BaseException] = queue.SimpleQueue()

    def begin() -> Records:
        requests.put(call := _Call())
        return (yield from call.records())

    def consume() -> None:
        try:
            requests.put(follow(begin))
        except BaseException as error:  # raised again below
            requests.put(error)

    follower = threading.Thread(target=consume, name="hpsearch-follow", daemon=True)
    follower.start()
    while isinstance(request := requests.get(), _Call):
        request.run(code)
    follower.join()
    if isinstance(request, BaseException):
        raise request
    return request


class _Call:
    """One run of the code: the communication between the thread that runs it and the one that follows it."""

    def __init__(self) -> None:
        self._messages: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def run(self, code: Callable[[Push], dict[str, Any]]) -> None:
        """Run the code; its exceptions are raised by its records."""
        try:
            self._messages.put(("final", code(self._push)))
        except BaseException as error:  # including interrupts: they go through the follower, and back
            self._messages.put(("error", error))

    def records(self) -> Records:
        """The records, in the following thread; closing this generator tells the code to stop."""
        while True:
            kind, content = self._messages.get()
            if kind == "final":
                return dict(content)
            if kind == "error":
                raise content
            try:
                yield LastRecord(content) if kind == "returned" else content
            except BaseException:
                self._answers.put(False)
                raise
            self._answers.put(True)

    def _push(self, record: dict[str, Any], kind: str) -> bool:
        self._messages.put((kind, record))
        return self._answers.get()
