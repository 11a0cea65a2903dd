"""What the built-in network requires of hyperparameters: their names and values."""

from collections.abc import Mapping

from hpsearch.config.parameter import Kind
from hpsearch.config.reader import Reader
from hpsearch.config.space_section import ParameterRules, extremes
from hpsearch.config.suggestions import suggest_key, suggest_value
from hpsearch.document import fixes
from hpsearch.document.nodes import Location, find
from hpsearch.document.scalars import written
from hpsearch.network.hyperparameters import HYPERPARAMETERS, Hyperparameter, hyperparameter
from hpsearch.space import Number, Space
from hpsearch.trial import Value


class HyperparameterRules(ParameterRules):
    """A parameter of the built-in network has the name, type and range of one of its hyperparameters."""

    def kind(self, name: str) -> Kind:
        """The type of the hyperparameter."""
        about = hyperparameter(name)
        return about.kind if about else None

    def check_name(self, name: str, reader: Reader) -> None:
        """Reports a name that no hyperparameter has."""
        if hyperparameter(name) is None:
            hint = suggest_key(("space", name), list(HYPERPARAMETERS))
            reader.report(("space", name), "is not a hyperparameter of the network", hint=hint, key=True)

    def check_values(self, name: str, values: dict[Location, Value], reader: Reader) -> None:
        """Reports values that the hyperparameter cannot have."""
        if (about := hyperparameter(name)) is None:
            return
        for at, value in values.items():
            if not about.allows(value):
                reader.report(at, f"must be {about.rule()}", hint=_nearest(about, value))


def note_unused_layers(space: Space, notes: list[str]) -> None:
    """Notes ``hidden_units_3`` and the like where no trial has that many layers."""
    deepest = _largest(space, "hidden_layers")
    for name in space.names:
        layer = name.removeprefix("hidden_units_")
        if deepest is not None and layer.isdigit() and int(layer) > deepest:
            notes.append(f"space.{name}: has no effect, as there are at most {deepest:g} hidden layers")


def check_batch_size(space: Space, constants: Mapping[str, Value], rows: int, reader: Reader) -> None:
    """Reports sizes of mini-batches above the number of rows, where the config says them.

    The default size is left alone: with fewer rows, there is one batch of all of them.

    Args:
        space: Where the size may be searched or fixed.
        constants: The hyperparameters that the objective fixes.
        rows: How many rows there are to train on.
        reader: The config.
    """
    sizes: dict[Location, Value] = {}
    for parameter in space.parameters:
        if parameter.name == "batch_size":
            sizes |= extremes(parameter)
    if "batch_size" in space.constants:
        sizes["space", "batch_size"] = space.constants["batch_size"]
    if "batch_size" in constants:
        sizes["objective", "network", "batch_size"] = constants["batch_size"]
    for at, size in sizes.items():
        if float(size) > rows and find(reader.root, at[:2] if at[0] == "space" else at) is not None:
            rule, hint = f"must be at most {rows}, the rows there are to train on", f"Write {rows} or less"
            reader.report(at, rule, found=written(size), hint=hint)


def _nearest(about: Hyperparameter, value: Value) -> str:
    """What to write instead of a value that a hyperparameter cannot have, as a sentence."""
    default = f"The default is {written(about.default).strip(chr(34))}"
    if isinstance(value, str):
        meant = fixes.number(value) if about.kind in ("int", "float") else ""
        spaced = fixes.spaced(value)
        if spaced:
            return f"Write {spaced}, with a space after the colon"
        return f"Write {meant}" if meant else suggest_value(value, about.choices) or default
    if about.kind == "bool":
        return f"Write {str(bool(value)).lower()}" if value in (0, 1) else default
    if isinstance(value, bool) or about.kind == "str":
        return default
    if about.min is not None and (value < about.min or (value == about.min and about.open_min)):
        return default if about.open_min else f"Write {about.min:g} or more"
    if about.max is not None and (value > about.max or (value == about.max and about.open_max)):
        return f"Write {0.9 * about.max:g} or the like" if about.open_max else f"Write {about.max:g} or less"
    return f"Write {round(value)}"


def _largest(space: Space, name: str) -> float | None:
    """The largest value that a parameter or constant can have; None if the space does not have it."""
    if name in space.constants:
        return float(space.constants[name])
    for parameter in space.parameters:
        if parameter.name == name:
            return parameter.max if isinstance(parameter, Number) else max(map(float, parameter.values))
    return None
