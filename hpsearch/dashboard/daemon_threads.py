"""Threads for slow work, such as drawing a figure, that do not keep the server from ending."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

__all__ = ["DaemonThreads"]

_MOST = 16
P = ParamSpec("P")
R = TypeVar("R")


class DaemonThreads:
    """Runs functions in threads outside the event loop; functions beyond the limit wait for their turn.

    The server only reads, so its threads may die with it: Ctrl-C does not wait for a figure.
    """

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(_MOST)

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What a function returns or raises."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()

        def give(result: R | None, error: BaseException | None) -> None:
            if answer.done():  # nobody is waiting any more
                return
            if error is None:
                answer.set_result(result)  # type: ignore[arg-type]  # without an error there is a result
            else:
                answer.set_exception(error)

        def work() -> None:
            result, error = None, None
            try:
                result = function(*args, **kwargs)
            except BaseException as raised:  # raised where the answer is awaited
                error = raised
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(give, result, error)

        async with self._places:
            threading.Thread(target=work, daemon=True).start()
            return await answer
