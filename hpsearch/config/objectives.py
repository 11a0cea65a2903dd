"""The objectives that a config can name, and what each requires of the rest of the config."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from hpsearch.config.data_files import absolute_paths
from hpsearch.config.document import Leaf, Location, Table, find
from hpsearch.config.reader import Reader, either
from hpsearch.config.schema import NetworkSection, ObjectiveSection
from hpsearch.config.spelling import suggest_key, suggest_value
from hpsearch.network.hyperparameters import HYPERPARAMETERS, METRICS, Hyperparameter, hyperparameter
from hpsearch.space import Categorical, Number, Parameter, Space
from hpsearch.trial import Value

NETWORK: Location = ("objective", "network")
_KEYS = tuple(NetworkSection.model_fields)


@dataclass(frozen=True)
class NetworkObjective:
    """Training the built-in network.

    Attributes:
        data: A built-in data set, or the absolute path of a file or directory.
        label: The column of a CSV that holds the classes; None if not given.
        validation: A share of the rows, or the absolute path of a file.
        test: As ``validation``; None for the rows that the data set apart, or else a share of 0.2.
        dtype: The numbers of the network.
        standardize: Whether every feature is given mean 0 and standard deviation 1.
        constants: The value of every hyperparameter that is not in the space.
    """

    kind: ClassVar[Literal["network"]] = "network"
    metrics: ClassVar[Mapping[str, str]] = METRICS
    default_metric: ClassVar[str] = "val_error"

    data: str
    label: str | None
    validation: float | str
    test: float | str | None
    dtype: Literal["float32", "float64"]
    standardize: bool
    constants: Mapping[str, Value]

    @property
    def epochs(self) -> int | None:
        """How many epochs a trial trains; None when the space says so."""
        epochs = self.constants.get("epochs")
        return None if epochs is None else int(epochs)

    def resolved(self) -> dict[str, Any]:
        """The ``objective`` section, with nothing left to defaults."""
        keys = {key: getattr(self, key) for key in _KEYS if getattr(self, key) is not None}
        return {self.kind: {**keys, **self.constants}}


def read_objective(reader: Reader, base: Path | None) -> NetworkObjective | None:
    """The objective of a config; None if anything is wrong with it.

    Args:
        reader: The config.
        base: What relative paths in the file are relative to; None to take all paths as they are.
    """
    before = len(reader.problems)
    section = find(reader.root, ("objective",))
    if section is None:
        hint = "Say what a trial runs: objective: {network: {data: digits}}"
        reader.report(("objective",), "is missing", found="", hint=hint)
        return None
    sections = reader.read(("objective",), ObjectiveSection)
    kinds = list(ObjectiveSection.model_fields)
    if isinstance(section, Table) and not section.error and len(section.entries.keys() & set(kinds)) != 1:
        reader.report(("objective",), f"must have exactly one key, {either(kinds)}", found="")
    constants = _constants(reader)
    if sections is None or sections.network is None or len(reader.problems) > before:
        return None
    network = sections.network if base is None else absolute_paths(sections.network, NETWORK, reader, base)
    shares = [share for share in (network.validation, network.test) if isinstance(share, float)]
    if sum(shares) >= 1:
        rule = "must leave rows for training: validation + test below 1"
        reader.report((*NETWORK, "validation"), rule, found=f"a sum of {sum(shares):g}")
    if len(reader.problems) > before:
        return None
    return NetworkObjective(
        **{key: getattr(network, key) for key in _KEYS}, constants=MappingProxyType(constants)
    )


def _constants(reader: Reader) -> dict[str, Value]:
    """The hyperparameters with one value: those of the objective, and defaults for all but the space's."""
    section, space = find(reader.root, NETWORK), find(reader.root, ("space",))
    searched = space.entries if isinstance(space, Table) else {}
    constants: dict[str, Value] = {
        name: about.default for name, about in HYPERPARAMETERS.items() if name not in searched
    }
    for name, entry in section.entries.items() if isinstance(section, Table) else ():
        at = (*NETWORK, name)
        about = hyperparameter(name)
        if name in _KEYS:
            continue
        if about is None:
            reader.unknown_key(at, [*_KEYS, *HYPERPARAMETERS])
        elif name in searched:
            line = searched[name].place.line
            rule = "must not be in the space as well" + (f" (line {line})" if line else "")
            reader.report(at, rule, found="", hint="Keep one of the two", key=True)
        elif not isinstance(entry.node, Leaf):
            hint = f"To search it, move it to space.{name}"
            reader.report(at, f"must be {_possible(about)}", hint=hint)
        elif not entry.node.error:
            _check_value(at, about, entry.node.value, reader)
            constants[name] = _typed(about, entry.node.value)
    return constants


def check_hyperparameters(space: Space, reader: Reader, notes: list[str]) -> None:
    """Reports what of a space the network cannot use: names it does not have, values out of range."""
    for name, value in space.constants.items():
        _check_parameter(name, [(("space", name), value)], reader)
    for parameter in space.parameters:
        _check_parameter(parameter.name, _extremes(parameter), reader)
    deepest = _largest(space, "hidden_layers")
    for name in space.names:
        layer = name.removeprefix("hidden_units_")
        if deepest is not None and layer.isdigit() and int(layer) > deepest:
            notes.append(f"space.{name}: has no effect, as there are at most {deepest:g} hidden layers")


def kind_of(name: str) -> str | None:
    """The type of the network's hyperparameter of that name; None if it has none."""
    about = hyperparameter(name)
    return about.kind if about else None


def _extremes(parameter: Parameter) -> list[tuple[Location, Value]]:
    """The values of a parameter that are out of range if any is, and where they stand."""
    at = ("space", parameter.name)
    if isinstance(parameter, Categorical):
        return [((*at, "values", index), value) for index, value in enumerate(parameter.values)]
    convert = int if parameter.integer else float
    return [((*at, key), convert(getattr(parameter, key))) for key in ("min", "max")]


def _check_parameter(name: str, values: list[tuple[Location, Value]], reader: Reader) -> None:
    about = hyperparameter(name)
    if about is None:
        at = ("space", name)
        hint = suggest_key(at, list(HYPERPARAMETERS))
        reader.report(at, "is not a hyperparameter of the network", found="", hint=hint, key=True)
        return
    for at, value in values:
        _check_value(at, about, value, reader)


def _check_value(at: Location, about: Hyperparameter, value: Value, reader: Reader) -> None:
    if not _legal(about, value):
        hint = suggest_value(value, list(about.choices))
        if about.kind == "int" and at[-1] in ("min", "max") and isinstance(value, float):
            hint = "Write type: int"
        reader.report(at, f"must be {_possible(about)}", hint=hint)


def _legal(about: Hyperparameter, value: Value) -> bool:
    if isinstance(value, bool) or about.kind == "bool":
        return isinstance(value, bool) and about.kind == "bool"
    if isinstance(value, str) or about.kind == "str":
        return about.kind == "str" and value in about.choices
    if about.kind == "int" and not isinstance(value, int):
        return False
    above = about.min is None or value > about.min or (value == about.min and not about.open_min)
    below = about.max is None or value < about.max or (value == about.max and not about.open_max)
    return above and below


def _typed(about: Hyperparameter, value: Value) -> Value:
    return float(value) if about.kind == "float" and isinstance(value, int) else value


def _possible(about: Hyperparameter) -> str:
    """The values a hyperparameter may take, in words."""
    if about.kind == "bool":
        return "true or false"
    if about.kind == "str":
        return either(list(about.choices))
    number = "a whole number" if about.kind == "int" else "a number"
    above = "" if about.min is None else f"{'above' if about.open_min else 'of at least'} {about.min:g}"
    below = "" if about.max is None else f"{'below' if about.open_max else 'at most'} {about.max:g}"
    return f"{number} {' and '.join(filter(None, [above, below]))}".rstrip()


def _largest(space: Space, name: str) -> float | None:
    """The largest value that a parameter or constant can take; None if the space does not have it."""
    if name in space.constants:
        return float(space.constants[name])
    for parameter in space.parameters:
        if parameter.name == name:
            return parameter.max if isinstance(parameter, Number) else max(map(float, parameter.values))
    return None
