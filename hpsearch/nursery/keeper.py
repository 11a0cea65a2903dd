"""The thread in which a nursed model trains, so that the display responds however long an epoch takes."""

import queue
import threading
from collections.abc import Callable

from threadpoolctl import threadpool_limits

from hpsearch.errors import HpsearchError
from hpsearch.nursery.learner import Left
from hpsearch.nursery.nursed_model import NursedModel

Task = Callable[[], str]
"""Something to do between two epochs; returns a message about it."""


class Keeper:
    """Trains a model, epoch after epoch, and does requested tasks in between.

    Attributes:
        model: The model that is trained; a task may replace it.
        paused: Whether no new epoch starts.
        waiting: The tasks that were requested and are not done yet.

    Args:
        model: See above.
        threads: The number of BLAS threads, which changes the last bits of a matrix product.
        say: Called in the thread after a task, with a message and whether the task failed.
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
        """Start, paused."""
        self._thread.start()

    def close(self) -> None:
        """End after the present epoch, or at once if it can be trained again."""
        self.model.learner.leave()
        self._tasks.put(None)
        self._thread.join()

    def ask(self, what: str, task: Task) -> None:
        """Request a task between two epochs.

        Args:
            what: A description for the display.
            task: The task.
        """
        self.waiting.append(what)
        self._tasks.put((what, task))

    def pause(self) -> None:
        """Start no new epochs, or continue."""
        self.paused = not self.paused
        if not self.paused:
            self.ask("continue", lambda: "")

    def _work(self) -> None:
        with threadpool_limits(limits=self._threads, user_api="blas"):
            while True:
                if self.model.learner.ended:
                    self.paused = (
                        True  # after a return or a branch, pause so that values can be changed first
                    )
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
