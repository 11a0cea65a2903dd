"""Following code that hands over its records by calling, where followers ask for the next one."""

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
    """Run code in this thread, and what follows its records in another one.

    The code is the user's, which may want the signals, the event loop or the connections of this thread. The
    two take turns: one of them always waits for the other.

    Args:
        code: Hands every record over, and ends soon when it hears that it is to stop; returns final figures.
        follow: Follows the records to their end, given what begins them; it may begin them again.
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
    """One run of the code: what the thread that runs it and the one that follows it say to each other."""

    def __init__(self) -> None:
        self._messages: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def run(self, code: Callable[[Push], dict[str, Any]]) -> None:
        """Run the code; what it raises is raised by its records."""
        try:
            self._messages.put(("final", code(self._push)))
        except BaseException as error:  # an interrupt too: it goes through the follower, and back
            self._messages.put(("error", error))

    def records(self) -> Records:
        """The records, in the thread that follows; closing it tells the code to stop."""
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
