"""The ``trial`` that a user's function gets, and its reports: by ``yield``, ``report`` or ``return``.

This module imports only the standard library, and little of that, because it runs beside user code.
"""

import _thread
import inspect
import math
import os
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Push = Callable[[dict[str, Any], str], bool]
"""Passes on the metrics of an epoch, as a ``record`` or as ``returned``; returns whether to continue."""


Changes = Callable[[], Mapping[str, Any]]
"""Asks what changes before the next epoch."""


class StopTrial(BaseException):
    """Raised by :meth:`Trial.report` to stop the trial.

    Let it pass, like GeneratorExit at a ``yield``. ``except Exception`` does not catch it.
    """


class MixedReports(RuntimeError):
    """A function both yields epochs and reports epochs with :meth:`Trial.report`."""

    def __init__(self) -> None:
        super().__init__("a function yields its epochs or reports them with trial.report(), but not both")


@dataclass(frozen=True)
class Trial:
    """The object that a function gets if it has a parameter named ``trial``.

    Attributes:
        number: The trial's number, counted from 0.
        seed: The seed for everything random; below 2**32.
        directory: A directory for files to keep.
        checkpoint_dir: A directory for checkpoints; a trial that runs again finds them there.
        epochs: The number of epochs to train for, if it is in the config.
    """

    number: int
    seed: int
    directory: Path
    checkpoint_dir: Path
    epochs: int | None
    _reports: "Reports | None" = field(default=None, repr=False, compare=False)
    _changes: "Changes | None" = field(default=None, repr=False, compare=False)

    def report(self, metrics: object) -> None:
        """Report an epoch; does the same as ``yield``, for code that cannot yield, such as a callback.

        Args:
            metrics: A mapping of names to numbers with the search's metric in it, or that metric alone.

        Raises:
            StopTrial: The trial has to stop: early at a rung, or because its epochs are over. Every further
                report raises it again, and is not recorded.
            TypeError: The metric is not a number.
            MixedReports: The function also yields epochs.
            RuntimeError: This is not the process in which the function was called.
        """
        if self._reports is None:
            raise RuntimeError(
                "trial.report() works only in the process in which the function was called. Send the metrics"
                " there, and report them there"
            )
        self._reports.report(metrics)

    def touches(self) -> Mapping[str, Any]:
        """The changes before the next epoch: new values by name, of the parameters listed in ``touch``.

        Ask once per epoch, after the checkpoint is saved. In a search nothing ever changes; in the nursery
        (``hpsearch nurse``) the function waits here while it is paused.

        Raises:
            StopTrial: Training has to stop.
        """
        return {} if self._changes is None else self._changes()

    def __getstate__(self) -> dict[str, Any]:
        """Leaves out reporting and asking, which do not work in other processes."""
        return {**self.__dict__, "_reports": None, "_changes": None}


class Reports:
    """The reports of one call of a function.

    Args:
        metric: The name of the search's metric.
        push: Receives them.
    """

    def __init__(self, metric: str, push: Push) -> None:
        self._metric = metric
        self._push = push
        self._process = os.getpid()
        self._lock = _thread.allocate_lock()
        self._reported = self._yielded = self._stopped = False

    def report(self, metrics: object) -> None:
        """See :meth:`Trial.report`."""
        if os.getpid() != self._process:
            raise RuntimeError("trial.report() was called in a fork of the process that runs the trial")
        with self._lock:
            if self._yielded:
                raise MixedReports
            if not self._stopped:
                self._reported = True
                self._stopped = not self._push(self._record(metrics), "record")
            if self._stopped:
                raise StopTrial("the trial is to stop")

    def finish(self, outcome: object) -> dict[str, Any]:
        """Report what a function has returned, every item if it is an iterator; returns the final metrics."""
        if isinstance(outcome, Iterator):
            outcome = self._iterate(outcome)
        elif not self._reported:
            self._push(self._record(outcome), "returned")
            return {}
        return numbers(outcome if isinstance(outcome, Mapping) else {self._metric: outcome})

    def _iterate(self, outcome: Iterator[Any]) -> object:
        """Report every item until the trial has to stop; returns the iterator's return value."""
        while True:
            try:
                record = next(outcome)
            except StopIteration as end:
                return end.value
            if self._reported:
                raise MixedReports
            self._yielded = True
            if not self._push(self._record(record), "record"):
                outcome.close()  # type: ignore[attr-defined] # a generator, as a rule; any other iterator raises
                return None

    def _record(self, metrics: object) -> dict[str, Any]:
        return numbers(metrics if isinstance(metrics, Mapping) else {self._metric: metrics}, self._metric)


def call(
    function: Callable[..., Any],
    values: Mapping[str, Any],
    about: Mapping[str, Any],
    metric: str,
    push: Push,
    changes: Changes | None = None,
) -> dict[str, Any]:
    """Call a function for a trial, with the global generators seeded.

    Args:
        function: The user's function.
        values: The trial's values.
        about: The attributes of the :class:`Trial` that the function gets.
        metric: The name of the search's metric.
        push: Receives the epochs.
        changes: Asks what changes; None if nothing ever changes.

    Returns:
        The final metrics.
    """
    reports = Reports(metric, push)
    trial = Trial(**about, _reports=reports, _changes=changes)
    arguments = dict(values)
    if "trial" in parameters_of(function) and "trial" not in arguments:
        arguments["trial"] = trial
    seed_generators(trial.seed)
    return reports.finish(function(**arguments))


def parameters_of(function: Callable[..., Any]) -> Mapping[str, object]:
    """The parameters of a function by name."""
    try:
        return inspect.signature(function).parameters
    except ValueError:
        return {}


def seed_generators(seed: int) -> None:
    """Seed the global generators of the libraries that the user's module has imported."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def numbers(record: Mapping[Any, Any], metric: str | None = None) -> dict[str, Any]:
    """The entries of a record that are numbers, in a form that JSON can write.

    Raises:
        TypeError: The entry ``metric`` is not a number.
    """
    found: dict[str, Any] = {}
    for key, value in record.items():
        try:
            if isinstance(value, bool | str | bytes) or is_truth(value) or is_masked(value):
                raise TypeError
            if hasattr(value, "dtype") and hasattr(value, "item"):  # an array or tensor of one element
                value = value.item()
            whole = isinstance(value, int) and abs(value) < 2**53
            found[str(key)] = value if whole else float(value)
        except OverflowError:
            found[str(key)] = math.inf
        except (TypeError, ValueError, RuntimeError):
            if key == metric:
                shown = f"a metric must be a number, not {type(value).__name__}: {value!r:.80}"
                raise TypeError(shown) from None
    return found


def is_masked(value: object) -> bool:
    """Whether a value is masked in NumPy's sense; float() would return 0 or the hidden value."""
    mask = getattr(value, "mask", None)
    return getattr(mask, "size", 0) == 1 and bool(mask.all())  # type: ignore[union-attr]  # it is an array


def is_truth(value: object) -> bool:
    """Whether a NumPy or PyTorch value is true or false, which float() would accept as a number."""
    return str(getattr(value, "dtype", "")).endswith("bool")
