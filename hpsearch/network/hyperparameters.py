"""The hyperparameters of the built-in network: names, types, ranges, defaults, meanings.

One table for the config, the training code and the docs. It imports nothing heavy, so that a config can be
checked without NumPy.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from numbers import Integral, Real
from typing import Any, Literal, Self

from hpsearch.errors import UsageError
from hpsearch.network.activations import ACTIVATIONS
from hpsearch.network.optimizers import OPTIMIZERS
from hpsearch.network.schedules import SCHEDULES
from hpsearch.touches import Change


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """The values that one hyperparameter may take.

    Attributes:
        kind: The type of its values.
        default: Its value if none is given.
        help: What it does, in one line.
        min: The smallest possible value, or None.
        max: The largest possible value, or None.
        open_min: Whether ``min`` itself is impossible.
        open_max: Whether ``max`` itself is impossible.
        choices: All possible values, when they can be listed.
        can_change: Whether it may take another value during training.
    """

    kind: Literal["float", "int", "bool", "str"]
    default: float | int | bool | str
    help: str
    min: float | None = None
    max: float | None = None
    open_min: bool = False
    open_max: bool = False
    choices: tuple[str, ...] = ()
    can_change: bool = False

    def allows(self, value: object) -> bool:
        """Whether the hyperparameter may take this value."""
        if self.kind in ("bool", "str"):
            return isinstance(value, bool) if self.kind == "bool" else value in self.choices
        if isinstance(value, bool) or not isinstance(value, Integral if self.kind == "int" else Real):
            return False
        value = float(value)
        above = self.min is None or value > self.min or (value == self.min and not self.open_min)
        below = self.max is None or value < self.max or (value == self.max and not self.open_max)
        return math.isfinite(value) and above and below

    def rule(self) -> str:
        """The rule for its values, in words."""
        if self.kind == "bool":
            return "true or false"
        if self.kind == "str":
            return " or ".join(filter(None, [", ".join(self.choices[:-1]), self.choices[-1]]))
        number = "a whole number" if self.kind == "int" else "a number"
        above = "" if self.min is None else f"{'above' if self.open_min else 'of at least'} {self.min:g}"
        below = "" if self.max is None else f"{'below' if self.open_max else 'at most'} {self.max:g}"
        return f"{number} {' and '.join(filter(None, [above, below]))}".rstrip()


_TYPES: dict[str, type] = {"float": float, "int": int, "bool": bool, "str": str}

HYPERPARAMETERS: dict[str, Hyperparameter] = {
    "learning_rate": Hyperparameter("float", 0.01, "step size α₀", min=0, open_min=True, can_change=True),
    "learning_rate_decay": Hyperparameter(
        "float", 0.0, "d, how fast the step size shrinks", min=0, can_change=True
    ),
    "learning_rate_schedule": Hyperparameter(
        "str", "inverse_time", "how the step size shrinks", choices=tuple(SCHEDULES)
    ),
    "optimizer": Hyperparameter("str", "adam", "how a gradient becomes a step", choices=tuple(OPTIMIZERS)),
    "momentum": Hyperparameter(
        "float",
        0.9,
        "β₁, the weight of the past in an optimizer's moving average of g",
        min=0,
        max=1,
        open_max=True,
        can_change=True,
    ),
    "beta2": Hyperparameter(
        "float",
        0.999,
        "β₂, the weight of the past in an optimizer's moving average of g²",
        min=0,
        max=1,
        open_max=True,
        can_change=True,
    ),
    "epsilon": Hyperparameter(
        "float",
        1e-8,
        "ε, added to the square root of the moving average of g²",
        min=0,
        max=1,
        open_min=True,
        can_change=True,
    ),
    "batch_size": Hyperparameter("int", 64, "rows per mini-batch", min=1, can_change=True),
    "hidden_layers": Hyperparameter(
        "int", 2, "number of hidden layers; 0 is softmax regression", min=0, max=100
    ),
    "hidden_units": Hyperparameter("int", 64, "units of every hidden layer", min=1, max=65536),
    "activation": Hyperparameter("str", "relu", "activation of the hidden layers", choices=ACTIVATIONS),
    "batch_norm": Hyperparameter("bool", True, "normalise Z over the mini-batch"),
    "batch_norm_momentum": Hyperparameter(
        "float",
        0.9,
        "weight of the past in BatchNorm's running statistics",
        min=0,
        max=1,
        open_max=True,
        can_change=True,
    ),
    "weight_decay": Hyperparameter(
        "float", 0.0, "λ, how strongly the weights are pulled to 0", min=0, can_change=True
    ),
    "dropout": Hyperparameter(
        "float", 0.0, "share of hidden units dropped", min=0, max=1, open_max=True, can_change=True
    ),
    "label_smoothing": Hyperparameter(
        "float", 0.0, "share of a label spread over all classes", min=0, max=1, open_max=True, can_change=True
    ),
    "epochs": Hyperparameter("int", 20, "passes over the training split", min=1, can_change=True),
}

METRICS = {
    "train_loss": "minimize",
    "val_loss": "minimize",
    "val_error": "minimize",
    "val_accuracy": "maximize",
}
"""The metrics that the network reports for each epoch, each with the better direction."""


def hyperparameter(name: str) -> Hyperparameter | None:
    """The hyperparameter of that name, or None; ``hidden_units_3`` and its like are hyperparameters too."""
    stem, _, layer = name.rpartition("_")
    if stem == "hidden_units" and layer.isascii() and layer.isdigit() and not layer.startswith("0"):
        return HYPERPARAMETERS["hidden_units"]
    return HYPERPARAMETERS.get(name)


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """One value for every hyperparameter.

    The names are those of :data:`HYPERPARAMETERS`; ``hidden_units`` has one number per hidden layer.
    """

    learning_rate: float
    learning_rate_decay: float
    learning_rate_schedule: str
    optimizer: str
    momentum: float
    beta2: float
    epsilon: float
    batch_size: int
    hidden_units: tuple[int, ...]
    activation: str
    batch_norm: bool
    batch_norm_momentum: float
    weight_decay: float
    dropout: float
    label_smoothing: float
    epochs: int

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """Build from values by name; the others have their defaults.

        ``hidden_units_2`` is the number of units of the second hidden layer, and overrides ``hidden_units``,
        the number for all of them. A number for a layer that the network does not have is ignored.

        Raises:
            UsageError: A hyperparameter is unknown, or a value is not allowed.
        """
        for name, value in values.items():
            known = hyperparameter(name)
            if known is None:
                raise UsageError(
                    f"{name}: unknown hyperparameter; the network has {', '.join(HYPERPARAMETERS)}"
                )
            if not known.allows(value):
                raise UsageError(f"{name}: must be {known.rule()}; found {value!r}")
        chosen = {
            name: _TYPES[known.kind](values.get(name, known.default))
            for name, known in HYPERPARAMETERS.items()
        }
        layers, units = range(1, chosen.pop("hidden_layers") + 1), chosen["hidden_units"]
        chosen["hidden_units"] = tuple(int(values.get(f"hidden_units_{layer}", units)) for layer in layers)
        if chosen["batch_norm"] and chosen["hidden_units"] and chosen["batch_size"] < 2:
            raise UsageError("batch_size: must be at least 2 with batch_norm, which compares rows; found 1")
        return cls(**chosen)

    def changed(self, changes: Mapping[str, Change]) -> Self:
        """The same with some values changed, as by a touch during training.

        Args:
            changes: By name. A whole number that is multiplied is rounded.

        Raises:
            UsageError: A hyperparameter is unknown or cannot change during training, or a value is not
                allowed.
        """
        values: dict[str, Any] = {}
        for name, change in changes.items():
            known = HYPERPARAMETERS.get(name)
            if known is None or not known.can_change:
                possible = ", ".join(each for each, known in HYPERPARAMETERS.items() if known.can_change)
                what = "cannot change during training" if hyperparameter(name) else "unknown hyperparameter"
                raise UsageError(f"{name}: {what}; what can change: {possible}")
            value = change.apply(getattr(self, name))
            values[name] = round(value) if known.kind == "int" and change.is_factor else value
            if not known.allows(values[name]):
                raise UsageError(f"{name}: must be {known.rule()}; found {values[name]!r}")
        return self.from_json({**self.to_json(), **values})

    def to_json(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What :meth:`to_json` wrote.

        Raises:
            UsageError: A name is missing or unknown, or a value is not allowed.
        """
        names = {field.name for field in fields(cls)}
        if data.keys() != names or not isinstance(units := data["hidden_units"], Sequence):
            raise UsageError(f"hyperparameters: must be {', '.join(sorted(names))}; found {', '.join(data)}")
        each = {f"hidden_units_{layer}": count for layer, count in enumerate(units, 1)}
        shared = {name: value for name, value in data.items() if name != "hidden_units"}
        return cls.from_values({**shared, "hidden_layers": len(units), **each})
