"""Tests of the threads that make pages and figures."""

import asyncio
import threading

import pytest

from hpsearch.dashboard.daemon_threads import DaemonThreads


def test_results_and_errors_come_back() -> None:
    """Results and errors come back from threads that do not keep the process from ending."""

    async def ask() -> None:
        threads = DaemonThreads()
        assert await threads.run(lambda: threading.current_thread().daemon)
        with pytest.raises(ZeroDivisionError):
            await threads.run(lambda: 1 / 0)

    asyncio.run(ask())


def test_the_loop_ends_while_a_function_runs() -> None:
    """A result that comes later is lost, without a message."""
    began, go = threading.Event(), threading.Event()

    def draw() -> threading.Thread:
        began.set()
        go.wait()
        return threading.current_thread()

    async def leave() -> None:
        drawing = asyncio.ensure_future(DaemonThreads().run(draw))
        await asyncio.get_running_loop().run_in_executor(None, began.wait)
        drawing.cancel()

    asyncio.run(leave())
    (left,) = (thread for thread in threading.enumerate() if "work" in thread.name)
    go.set()
    left.join()
