"""Changes to a model while it trains: touches, and the schedule that lists them.

A schedule is a list of touches in the order in which they were made, written as JSON or YAML::

    - {epoch: 12, learning_rate: ×0.5}
    - {epoch: 20, back_to: 12}
    - {epoch: 15, dropout: 0.3, batch_size: 128}

``epoch`` counts the epochs that the model has been trained for; after ``back_to`` there are fewer. A trained
model is a pure function of its config, values, seed and schedule.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from hpsearch.errors import UsageError

_FACTOR = re.compile(r"([×x*÷/])\s*([0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)")


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one value.

    Attributes:
        number: The new value, or the factor that the value is multiplied by.
        is_factor: Whether it is a factor.
    """

    number: float
    is_factor: bool = False

    def __str__(self) -> str:
        if not self.is_factor:
            return _digits(self.number)
        inverse = 1 / self.number
        shorter = len(repr(inverse)) < len(repr(self.number)) and 1 / inverse == self.number
        return f"÷{_digits(inverse)}" if shorter else f"×{_digits(self.number)}"

    def apply(self, value: float) -> float:
        """The value after the change."""
        return value * self.number if self.is_factor else self.number

    def to_json(self) -> float | str:
        """In the form that :meth:`parse` accepts."""
        return str(self) if self.is_factor else self.number

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read a change.

        Args:
            written: A number, the new value; or a text such as ``×0.5``, ``*0.5``, ``÷2`` or ``/2``.

        Raises:
            UsageError: It is neither.
        """
        if isinstance(written, int | float) and not isinstance(written, bool) and math.isfinite(written):
            return cls(written)
        if isinstance(written, str) and (found := _FACTOR.fullmatch(written.strip())):
            number = float(found[2])
            if number > 0 and math.isfinite(number) and math.isfinite(1 / number):
                return cls(number if found[1] in "×x*" else 1 / number, is_factor=True)
        raise UsageError(
            f"a change must be a new value such as 0.01, or a factor such as ×0.5 or /2; found {written!r}"
        )


@dataclass(frozen=True, slots=True)
class Touch:
    """A change to a model between two epochs.

    Attributes:
        epoch: How many epochs the model has been trained for.
        changes: Changes of hyperparameters, by name; made after the return.
        back_to: The epoch that the model first returns to, if any, with the hyperparameters of that time;
            0 is the untrained model.
    """

    epoch: int
    changes: Mapping[str, Change] = field(default_factory=dict)
    back_to: int | None = None

    def __str__(self) -> str:
        back = [] if self.back_to is None else [f"back to epoch {self.back_to}"]
        changes = [
            f"{name} {change}" if change.is_factor else f"{name} = {change}"
            for name, change in self.changes.items()
        ]
        return f"after epoch {self.epoch}: {', '.join(back + changes)}"

    @property
    def leads_to(self) -> int:
        """How many epochs the model has been trained for after the touch."""
        return self.epoch if self.back_to is None else self.back_to

    def to_json(self) -> dict[str, Any]:
        """As JSON data."""
        back = {} if self.back_to is None else {"back_to": self.back_to}
        return {
            "epoch": self.epoch,
            **back,
            **{name: change.to_json() for name, change in self.changes.items()},
        }

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read a touch.

        Args:
            data: In the form that :meth:`to_json` returns.

        Raises:
            UsageError: It is not a touch.
        """
        if not isinstance(data, Mapping) or "epoch" not in data:
            raise UsageError(
                "a touch must be a mapping with an epoch, such as {epoch: 12, learning_rate: ×0.5}; "
                f"found {data!r:.80}"
            )
        rest = {str(name): value for name, value in data.items() if name not in ("epoch", "back_to")}
        back_to = None if data.get("back_to") is None else _epoch("back_to", data["back_to"])
        touch = cls(
            _epoch("epoch", data["epoch"]),
            {name: Change.parse(value) for name, value in rest.items()},
            back_to,
        )
        if not touch.changes and touch.back_to is None:
            raise UsageError(
                "a touch must change a hyperparameter, such as learning_rate: ×0.5, or go back to an epoch, "
                f"such as back_to: 3; found only epoch {touch.epoch}"
            )
        return touch


def _digits(number: float) -> str:
    return repr(number).removesuffix(".0")


def _epoch(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise UsageError(f"{name} must be a whole number of at least 0; found {value!r:.80}")
    return value


def check_order(touches: Sequence[Touch]) -> None:
    """Check that touches can be made one after another.

    Args:
        touches: A schedule.

    Raises:
        UsageError: A touch is in the past, or returns to an epoch that is still ahead.
    """
    now = 0
    for touch in touches:
        if touch.epoch < now:
            raise UsageError(
                f"the touch {touch} is in the past: the model has been trained for {now} epochs by then. "
                "Touches are listed in the order in which they are made"
            )
        if touch.back_to is not None and touch.back_to > touch.epoch:
            raise UsageError(
                f"the touch {touch} cannot be made: the model has been trained for only {touch.epoch} epochs"
            )
        now = touch.leads_to


def check_epochs(touch: Touch, epochs: int) -> None:
    """Check that a touch does not end training in the past.

    Args:
        touch: The touch.
        epochs: The total number of epochs without it.

    Raises:
        UsageError: It sets fewer epochs than the model has been trained for.
    """
    if "epochs" in touch.changes and touch.changes["epochs"].apply(epochs) < touch.leads_to:
        raise UsageError(
            f"epochs: must be at least {touch.leads_to}, as the model has been trained for as many;"
            f" found {touch.changes['epochs']}"
        )


def straightened(touches: Sequence[Touch]) -> tuple[Touch, ...]:
    """The schedule of the path that a model took in the end, without the detours from which it returned.

    A return restores the model and its hyperparameters to their state right after an epoch; so touches
    there or later are undone, and training with either schedule ends with the same bits.

    Args:
        touches: A schedule.
    """
    path: list[Touch] = []
    for touch in touches:
        if touch.back_to is not None:
            path = [earlier for earlier in path if earlier.epoch < touch.back_to]
        if touch.changes:
            path.append(Touch(touch.leads_to, touch.changes))
    return tuple(path)
