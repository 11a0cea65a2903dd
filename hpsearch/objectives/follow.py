"""Following a learning curve: the part of running a trial that every objective shares."""

import contextlib
import math
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hpsearch.errors import SystemLacking
from hpsearch.objective import Ending, LastRecord, OnEpoch, Records, TrialEnded
from hpsearch.process.running_time import running_time
from hpsearch.trial import (
    WORST_TIE,
    Epoch,
    Metric,
    Result,
    Rung,
    Status,
    Trial,
    Worth,
    real_number,
)

TRACEBACK_LINES = 12
LONGEST_REASON_LINE = 500


def follow(
    trial: Trial,
    metric: Metric,
    records: Records,
    *,
    earlier: Sequence[Epoch] = (),
    on_epoch: OnEpoch | None = None,
    final: Callable[[], Mapping[str, float]] | None = None,
    timeout: float | None = None,
    epochs: int | None = None,
) -> Result:
    """Run a trial to its end, epoch by epoch.

    The trial ends early when its metric is not finite (``diverged``), when its loss at a rung is above
    the rung's threshold (``stopped``), when it has run for too long (``timed_out``) or when its code raises
    an exception (``failed``). A :class:`LastRecord` passes every rung. ``records`` is closed in every case:
    that is the signal to stop for the code behind it.

    Args:
        trial: The trial to run.
        metric: The search's metric.
        records: The code that runs, as a generator of metrics.
        earlier: The epochs before the first record, from a checkpoint.
        on_epoch: Called after every epoch.
        final: Returns final metrics when the trial ends with a value, besides those that the records return.
        timeout: In seconds, checked after every epoch except the last.
        epochs: The total number of epochs, if known.

    Returns:
        The result; never raises an exception because of the trial's code.
    """
    start = running_time()
    before = earlier[-1].seconds if earlier else 0.0
    curve = list(earlier)
    worth = metric.worths(curve)[-1] if curve else None
    figures: dict[str, float | None] = {}

    def seconds() -> float:
        return before + running_time() - start

    try:
        ending = _ending(trial.rungs, metric, curve[-1], worth) if worth else None
        while ending is None:
            try:
                record = next(records)
            except StopIteration as end:
                ending = Ending(Status.DONE)
                figures = _figures(end.value or {})
                break
            curve.append(Epoch(len(curve) + 1, metrics_of(record, metric), seconds()))
            if on_epoch is not None:
                on_epoch(trial, curve[-1])
            worth = metric.worth_after(curve[-1], worth)
            rungs = () if isinstance(record, LastRecord) else trial.rungs
            ending = _ending(rungs, metric, curve[-1], worth)
            if ending is None and timeout is not None and seconds() > timeout and len(curve) != epochs:
                ending = Ending(Status.TIMED_OUT, timeout_reason(timeout))
        if not curve:
            ending = Ending(Status.FAILED, "it ended without reporting an epoch")
        if ending.status.ranked and final is not None:
            figures |= _figures(final())
    except TrialEnded as ended:
        ending = ended.ending
    except SystemLacking:  # any other trial would fail in the same way
        raise
    except MemoryError as error:
        ending = Ending(Status.OUT_OF_MEMORY, describe(error))
    except Exception as error:  # any exception of the trial's code is the trial's result
        ending = Ending(Status.FAILED, describe(error))
    finally:
        records.close()
    value = metric.loss(worth[0]) if worth and ending.status.ranked else None
    return Result(trial.number, ending.status, value, tuple(curve), figures, ending.reason, seconds())


def timeout_reason(timeout: float) -> str:
    """The reason of a trial that ran for too long."""
    return f"it ran longer than its timeout of {timeout:g} s"


def _ending(rungs: Sequence[Rung], metric: Metric, epoch: Epoch, worth: Worth) -> Ending | None:
    """Whether the trial ends after an epoch because of its metrics."""
    if epoch.metrics.get(metric.name) is None:
        return Ending(Status.DIVERGED, f"{metric.name} was not finite after epoch {epoch.number}")
    for rung in rungs:
        if rung.epoch == epoch.number and worth > rung.worth:
            reached = _against(metric, worth[0], rung.loss)
            if metric.ties and worth[0] == rung.loss:
                reached += f", and then {_against(metric.ties, worth[1], rung.tie)}"
            return Ending(Status.STOPPED, f"stopped early after epoch {epoch.number}: {reached}")
    return None


def _against(metric: Metric, loss: float, most: float) -> str:
    """The value that a trial reached and the one that it would have needed."""
    side = "most" if metric.goal == "minimize" else "least"
    reached = "not finite" if loss == WORST_TIE else f"{metric.loss(loss):.6g}"
    return f"{metric.name} {reached}, needed at {side} {metric.loss(most):.6g}"


def metrics_of(record: object, metric: Metric) -> dict[str, float | None]:
    """An epoch's metrics as floats, None if not finite; other entries that are not numbers are left out.

    Raises:
        TypeError: The search's metric, or the one that breaks ties, is missing or not a real number.
    """
    if not isinstance(record, Mapping):
        kind = type(record).__name__
        raise TypeError(f"an epoch's record must be a mapping of metrics, not {kind}: {record!r:.80}")
    seen = ", ".join(sorted(map(str, record))) or "nothing"
    if metric.name not in record:
        raise TypeError(f"every epoch must report the metric {metric.name!r}; this one reported {seen}")
    needed = {metric.name: _finite(real_number(record[metric.name]))}
    if metric.ties:
        name = metric.ties.name
        if name not in record:
            raise TypeError(
                f"every epoch must report {name!r}, which metric.ties names; this one reported {seen}"
            )
        needed[name] = _finite(real_number(record[name]))
    return needed | _figures(record)


def _figures(entries: Mapping[str, Any]) -> dict[str, float | None]:
    """The entries that are numbers, None if not finite."""
    numbers: dict[str, float | None] = {}
    for key, value in entries.items():
        with contextlib.suppress(TypeError):
            numbers[str(key)] = _finite(real_number(value))
    return numbers


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def describe(error: BaseException) -> str:
    """An exception as a reason: its type and message first, then the last lines of its traceback."""
    lines = "".join(traceback.format_exception(error)).rstrip().splitlines()
    head = f"{type(error).__name__}: {error}"
    return "\n".join(line[:LONGEST_REASON_LINE] for line in (head, *lines[-TRACEBACK_LINES:]))
