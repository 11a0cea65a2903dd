"""A configuration to try (:class:`Trial`), its outcome (:class:`Result`), and how it ended (:class:`Status`).

All are frozen and plain: they can be pickled, and converted to JSON and back without loss.
"""

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Self

Value = Any
"""The value of a parameter or constant: anything in JSON. It is never hashed; 1, 1.0 and true differ."""

Worth = tuple[float, float]
"""The worth of a trial: its loss, and its tie, which orders equal losses. Lower is better for both."""

WORST_TIE = sys.float_info.max
"""The tie of a trial without a finite one; it is finite, so that JSON and SQLite can store it."""


class Status(StrEnum):
    """How a trial ended."""

    DONE = "done"
    STOPPED = "stopped"  # stopped early, at one of its rungs
    DIVERGED = "diverged"  # its metric was not finite
    FAILED = "failed"  # its code raised an exception, or did not report a number
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"  # its process died

    @property
    def is_fault(self) -> bool:
        """Whether something went wrong that says nothing about the metric, unlike a trial that diverged."""
        return self in (Status.FAILED, Status.TIMED_OUT, Status.OUT_OF_MEMORY, Status.CRASHED)

    @property
    def ranked(self) -> bool:
        """Whether trials of this status have a value and take part in the ranking."""
        return self in (Status.DONE, Status.STOPPED)


def real_number(value: object) -> float:
    """A metric's value as a float, NaN and infinities included.

    Arrays and tensors of one element are numbers, whatever their shape.

    Raises:
        TypeError: It is not a real number; the message names its type. Truth values and numbers written
            as text are refused too, because they are more often mistakes than metrics.
    """
    number = _element(value)
    if not isinstance(number, bool | str | bytes | complex) and hasattr(type(number), "__float__"):
        try:
            return float(number)  # type: ignore[arg-type]  # it has __float__
        except (TypeError, ValueError, RuntimeError):
            pass
        except OverflowError:
            return math.inf
    raise TypeError(f"a metric must be a number, not {type(value).__name__}: {value!r:.80}")


def _element(value: object) -> object:
    """The only element of a NumPy-like array, tensor or scalar; anything else unchanged."""
    item, mask = getattr(value, "item", None), getattr(value, "mask", None)
    if getattr(mask, "size", 0) == 1 and mask.all():  # type: ignore[union-attr]  # it is an array
        return None  # a masked element is missing; item() would return 0 or the hidden value
    if not (hasattr(value, "dtype") and callable(item)):
        return value
    try:
        return item()
    except (TypeError, ValueError, RuntimeError):  # there are several elements, or none
        return None


@dataclass(frozen=True, slots=True)
class Metric:
    """The number that a search optimizes, which determines the order of its trials.

    Attributes:
        name: Its key in an epoch's metrics, such as ``val_error``.
        goal: Whether small or large values are good.
        at: Whether a trial's value is its metric at the ``last`` epoch or at its ``best`` one.
        ties: The metric that breaks ties between trials and between epochs; its own ``at`` is ignored.

    Raises:
        ValueError: ``goal`` or ``at`` has another value.
    """

    name: str
    goal: Literal["minimize", "maximize"] = "minimize"
    at: Literal["last", "best"] = "last"
    ties: "Metric | None" = None

    def __post_init__(self) -> None:
        if self.goal not in ("minimize", "maximize"):
            raise ValueError(f"goal must be minimize or maximize; found {self.goal!r}")
        if self.at not in ("last", "best"):
            raise ValueError(f"at must be last or best; found {self.at!r}")

    def to_json(self) -> dict[str, Any]:
        """As JSON data, in the form of a config."""
        ties = {"name": self.ties.name, "goal": self.ties.goal} if self.ties else "none"
        return {"name": self.name, "goal": self.goal, "at": self.at, "ties": ties}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The metric that :meth:`to_json` wrote."""
        ties = data.get("ties", "none")
        return cls(**{**data, "ties": None if ties == "none" else cls(**ties)})

    def loss(self, value: float) -> float:
        """The value, with its sign changed if necessary so that lower is better; its own inverse."""
        return value if self.goal == "minimize" else -value

    def order(self, result: "Result") -> tuple[float, float, int]:
        """The sort key of trials with a value, best first: loss, tie, number."""
        assert result.value is not None  # noqa: S101 -- only results with a value have a place
        curve = result.curve if self.at == "best" else result.curve[-1:]
        tie = self.worths(curve)[-1][1] if self.ties and curve else WORST_TIE
        return self.loss(result.value), tie, result.number

    def worths(self, curve: Sequence["Epoch"]) -> list[Worth]:
        """The worth of a trial if it had ended at each epoch; without a finite metric, the loss is NaN."""
        metrics = [epoch.metrics for epoch in curve]
        losses = self._losses(metrics, math.nan)
        ties = self.ties._losses(metrics, WORST_TIE) if self.ties else [WORST_TIE] * len(metrics)
        worths = list(zip(losses, ties, strict=True))
        if self.at == "last":
            return worths
        best = worths[:1]
        for worth in worths[1:]:
            before = best[-1]
            best.append(worth if worth < before or math.isnan(before[0]) else before)
        return best

    def worth_after(self, epoch: "Epoch", before: Worth | None) -> Worth:
        """The worth of a trial after an epoch, if it was ``before`` until then."""
        (worth,) = self.worths((epoch,))
        if self.at == "last" or before is None or math.isnan(before[0]):
            return worth
        return worth if worth < before else before

    def epoch_of(self, curve: Sequence["Epoch"]) -> "Epoch":
        """The epoch that determines a trial's value: the last one, or the first of the best ones.

        Args:
            curve: The learning curve of a trial with a value.
        """
        worths = self.worths(curve)
        return curve[-1 if self.at == "last" else worths.index(worths[-1])]

    def tie_value(self, result: "Result") -> float | None:
        """The value that orders a result among equal ones; None if there is none, or it has no value."""
        if self.ties is None or result.value is None:
            return None
        tie = self.order(result)[1]
        return None if tie == WORST_TIE else self.ties.loss(tie)

    def standard_error(self, result: "Result") -> float | None:
        """The standard error of a result's value over its seeds, at the epoch that determines the value.

        Returns:
            None for a result without a value, or with one seed.
        """
        name = f"{self.name}_se"
        if result.value is None or not any(name in epoch.metrics for epoch in result.curve):
            return None
        return self.epoch_of(result.curve).metrics.get(name)

    def _losses(self, metrics: Sequence[Mapping[str, float | None]], missing: float) -> list[float]:
        """The losses in the metrics of epochs; ``missing`` if there is none."""
        values = [each.get(self.name) for each in metrics]
        if self.goal == "minimize":  # without a call per epoch, because there are many
            return [missing if value is None else value for value in values]
        return [missing if value is None else -value for value in values]


@dataclass(frozen=True, slots=True)
class Rung:
    """A point where a trial may be stopped early: it continues past ``epoch`` only if it is good enough.

    Attributes:
        epoch: The epoch, counted from 1.
        loss: The largest loss (see :meth:`Metric.loss`) with which a trial continues.
        tie: The largest tie with which a trial of just that loss continues.
    """

    epoch: int
    loss: float
    tie: float = WORST_TIE

    @property
    def worth(self) -> Worth:
        """The worst worth with which a trial continues."""
        return self.loss, self.tie

    def to_json(self) -> list[float]:
        """As JSON data: the epoch, the loss and, if ties are ordered, the tie."""
        return [self.epoch, self.loss] if self.tie == WORST_TIE else [self.epoch, self.loss, self.tie]


@dataclass(frozen=True, slots=True)
class Trial:
    """A configuration to try, and everything else that its result may depend on.

    Attributes:
        number: Its number, counted from 0, without gaps.
        values: The value of every active parameter and constant, by name.
        seed: The seed for everything random in the trial; below 2**32.
        rungs: Where it may be stopped early, by epoch.
        origin: Why the searcher proposed it, as plain JSON data.
        more_seeds: Other seeds that the same values are run with; the trial's value is the mean.
        repeat_below: The largest loss of the first seed for which user code is run with the other seeds;
            None for any.
    """

    number: int
    values: Mapping[str, Value]
    seed: int
    rungs: tuple[Rung, ...] = ()
    origin: Mapping[str, Any] = field(default_factory=dict)
    more_seeds: tuple[int, ...] = ()
    repeat_below: float | None = None

    def __repr__(self) -> str:
        return f"Trial({self.number}, {dict(self.values)}, seed={self.seed})"

    @property
    def seeds(self) -> tuple[int, ...]:
        """All seeds, the trial's own first."""
        return (self.seed, *self.more_seeds)

    def to_json(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "number": self.number,
            "values": dict(self.values),
            "seed": self.seed,
            "rungs": [rung.to_json() for rung in self.rungs],
            "origin": dict(self.origin),
            "more_seeds": list(self.more_seeds),
            **({} if self.repeat_below is None else {"repeat_below": self.repeat_below}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The trial that :meth:`to_json` wrote."""
        return cls(
            number=data["number"],
            values=data["values"],
            seed=data["seed"],
            rungs=tuple(Rung(*rung) for rung in data["rungs"]),
            origin=data["origin"],
            more_seeds=tuple(data["more_seeds"]),
            repeat_below=data.get("repeat_below"),
        )


@dataclass(frozen=True, slots=True)
class Epoch:
    """One point of a learning curve.

    Attributes:
        number: Counted from 1.
        metrics: By name; a metric that is not finite is None.
        seconds: The time since the trial began.
    """

    number: int
    metrics: Mapping[str, float | None]
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a trial.

    Attributes:
        number: The trial's number.
        status: How it ended.
        value: The search's metric, finite; None unless the status is ranked.
        curve: One record per epoch.
        final: Final metrics, evaluated once at the trial's end, such as ``test_error``.
        reason: Why it ended without a value, or early; "" otherwise.
        seconds: How long it ran.
        values: The values that the trial tried, if known; not part of its identity, nor of its JSON.
    """

    number: int
    status: Status
    value: float | None = None
    curve: tuple[Epoch, ...] = ()
    final: Mapping[str, float | None] = field(default_factory=dict)
    reason: str = ""
    seconds: float = 0.0
    values: Mapping[str, Value] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        reason, _, _ = self.reason.partition("\n")
        outcome = f"{reason!r:.80}" if self.value is None else f"{self.value:.6g}"
        curve = f", {len(self.curve)} epochs" if len(self.curve) > 1 else ""
        return f"Result({self.number}, {self.status}, {outcome}, {dict(self.values)}{curve})"

    def __post_init__(self) -> None:
        finite = self.value is not None and math.isfinite(self.value)
        if self.status.ranked != finite or (self.value is not None and not finite):
            due = "a finite" if self.status.ranked else "no"
            raise ValueError(f"a {self.status} trial has {due} value, not {self.value!r}")

    def to_json(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "number": self.number,
            "status": str(self.status),
            "value": self.value,
            "curve": [[epoch.number, dict(epoch.metrics), epoch.seconds] for epoch in self.curve],
            "final": dict(self.final),
            "reason": self.reason,
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The result that :meth:`to_json` wrote."""
        return cls(
            number=data["number"],
            status=Status(data["status"]),
            value=data["value"],
            curve=tuple(Epoch(*epoch) for epoch in data["curve"]),
            final=data["final"],
            reason=data["reason"],
            seconds=data["seconds"],
        )
