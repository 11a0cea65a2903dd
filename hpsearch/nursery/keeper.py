"""The thread in which a nursed model trains, so that the display answers whatever an epoch takes."""

import queue
import threading
from collections.abc import Callable

from threadpoolctl import threadpool_limits

from hpsearch.errors import HpsearchError
from hpsearch.nursery.learner import Left
from hpsearch.nursery.nursed_model import NursedModel

Task = Callable[[], str]
"""Done between two epochs; returns what to say about it."""


class Keeper:
    """Trains a model, epoch after epoch, and does what is asked for in between.

    Attributes:
        model: What is trained; a task may put another one in its place.
        paused: Whether no epoch is begun.
        waiting: What was asked for and is not done yet.

    Args:
        model: See above.
        threads: Of BLAS; their number changes the last bits of a matrix product.
        say: Called in the thread when something was done, with what there is to say about it, and whether it
            went wrong.
    """

    def __init__(self, model: NursedModel, threads: int, say: Callable[[str, bool], None]) -> None:
        self.model = model
        self.paused = True
        self.waiting: list[str] = []
        self._threads = threads
        self._say = say
        self._tasks: queue.SimpleQueue[tuple[str, Task] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="nursery", daemon=True)

    def start(self) -> None:
        """Begin, paused."""
        self._thread.start()

    def close(self) -> None:
        """End after the epoch that is being trained, or at once if it can be trained again."""
        self.model.learner.leave()
        self._tasks.put(None)
        self._thread.join()

    def ask(self, what: str, task: Task) -> None:
        """Have something done between two epochs.

        Args:
            what: What it is, for the display.
            task: Does it.
        """
        self.waiting.append(what)
        self._tasks.put((what, task))

    def pause(self) -> None:
        """Begin no epoch, or begin them again."""
        self.paused = not self.paused
        if not self.paused:
            self.ask("continue", lambda: "")

    def _work(self) -> None:
        with threadpool_limits(limits=self._threads, user_api="blas"):
            while True:
                if self.model.learner.ended:
                    self.paused = True  # a return or a branch waits, so that values can be changed first
                try:
                    task = self._tasks.get(block=self.paused)
                except queue.Empty:
                    self._train()
                    continue
                if task is None:
                    return
                self._do(*task)

    def _train(self) -> None:
        try:
            epoch = self.model.train_epoch()
        except Left:
            return
        except HpsearchError as error:
            self.paused = True
            self._say(f"paused: {error}", True)
            return
        except OSError as error:
            self.paused = True
            self._say(f"paused: {self.model.directory} cannot be written: {error.strerror or error}", True)
            return
        if epoch is None:
            self._say(f"the code has ended after epoch {self.model.learner.epoch}", False)
            return
        if self.model.learner.diverged:
            self._say(f"diverged in epoch {epoch.number}: go back to a checkpoint", True)
        elif self.model.learner.ended:
            self._say(f"the last epoch, {epoch.number}, is trained", False)

    def _do(self, what: str, task: Task) -> None:
        said, wrong = "", True
        try:
            said, wrong = task(), False
        except Left:
            pass
        except HpsearchError as error:
            said = str(error)
        except OSError as error:
            said = f"not done: {error.strerror or error}"
        self.waiting.remove(what)
        self._say(said, wrong)
