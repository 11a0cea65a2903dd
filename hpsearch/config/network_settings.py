"""The ``network`` section: the data files that it names, its constants, and the values of its parameters."""

import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from hpsearch.config.parameter_section import Kind, ParameterRules, extremes
from hpsearch.config.reader import Reader
from hpsearch.config.schema import NetworkSection
from hpsearch.config.setting_types import either
from hpsearch.config.suggestions import suggest_key, suggest_value
from hpsearch.data.builtin import BUILTIN
from hpsearch.document import fixes
from hpsearch.document.closest import closest, near_names
from hpsearch.document.nodes import Location, ScalarNode, entries_at
from hpsearch.document.scalars import shown, written
from hpsearch.network.hyperparameters import HYPERPARAMETERS, METRICS, Hyperparameter, hyperparameter
from hpsearch.space import Number, Space
from hpsearch.trial import Value

NETWORK: Location = ("objective", "network")
_KEYS = tuple(NetworkSection.settings())
_LONGEST_HEADER = 1_000_000


class HyperparameterRules(ParameterRules):
    """A parameter of the built-in network has the name, type and range of one of its hyperparameters."""

    def kind(self, name: str) -> Kind:
        """The type of the hyperparameter."""
        found = hyperparameter(name)
        return found.kind if found else None

    def check_name(self, name: str, reader: Reader) -> None:
        """Reports a name that is not the name of a hyperparameter."""
        if hyperparameter(name) is None:
            hint = suggest_key(("space", name), list(HYPERPARAMETERS))
            reader.report(("space", name), "is not a hyperparameter of the network", hint=hint, key=True)

    def check_values(self, name: str, values: dict[Location, Value], reader: Reader) -> None:
        """Reports values that the hyperparameter cannot have."""
        if (found := hyperparameter(name)) is None:
            return
        for at, value in values.items():
            if not found.allows(value):
                reader.report(at, f"must be {found.rule()}", hint=_nearest(found, value))


@dataclass(frozen=True)
class NetworkSettings:
    """How the built-in network is trained.

    Attributes:
        data: A built-in data set, or the absolute path of a file or directory.
        label: The column of a CSV file that contains the classes; None if not given.
        validation: A fraction of the rows, or the absolute path of a file.
        test: Like ``validation``; None for the test rows of the data set, or a fraction of 0.2 without any.
        dtype: The floating-point type of the network.
        standardize: Whether every feature is scaled to mean 0 and standard deviation 1.
        constants: The value of every hyperparameter that is not in the space.
    """

    kind: ClassVar[Literal["network"]] = "network"
    runs_user_code: ClassVar[bool] = False
    default_metric: ClassVar[str | None] = "val_error"
    default_at: ClassVar[Literal["last", "best"]] = "best"
    default_ties: ClassVar[Mapping[str, str]] = dict.fromkeys(("val_error", "val_accuracy"), "val_loss")
    shares: ClassVar[Mapping[str, str]] = dict.fromkeys(("val_error", "val_accuracy"), "validation")
    rules: ClassVar[ParameterRules] = HyperparameterRules()
    touch: ClassVar[tuple[str, ...]] = ()

    data: str
    label: str | None
    validation: float | str
    test: float | str | None
    dtype: Literal["float32", "float64"]
    standardize: bool
    constants: Mapping[str, Value]

    @property
    def epochs(self) -> int | None:
        """How many epochs a trial trains for; None if the number is searched."""
        epochs = self.constants.get("epochs")
        return None if epochs is None else int(epochs)

    @classmethod
    def metrics(cls, reader: Reader) -> Mapping[str, str | None]:
        """The metrics that are reported, with their goals."""
        return METRICS

    @classmethod
    def check_tree(cls, reader: Reader) -> None:
        """Reports mistakes that can be found even if the section cannot be read as a whole."""
        _constants(reader)

    @classmethod
    def read(cls, section: NetworkSection, reader: Reader, base: Path | None) -> "NetworkSettings":
        """The settings of a section; problems are reported."""
        constants = _constants(reader)
        network = section if base is None else _absolute_paths(section, reader, base)
        fractions = [part for part in (network.validation, network.test) if isinstance(part, float)]
        if sum(fractions) >= 1:
            rule = "must leave rows for training: validation + test must be below 1"
            found, hint = f"a sum of {sum(fractions):g}", "Write smaller fractions such as 0.2"
            reader.report((*NETWORK, "validation"), rule, found=found, hint=hint)
        settings = {key: getattr(network, key) for key in _KEYS}
        return cls(**settings, constants=constants)

    def resolved(self) -> dict[str, Any]:
        """The ``objective`` section, with all defaults filled in."""
        keys = {key: getattr(self, key) for key in _KEYS if getattr(self, key) is not None}
        return {self.kind: {**keys, **self.constants}}


def _constants(reader: Reader) -> dict[str, Value]:
    """The hyperparameters with a fixed value: given in the section, or by default if not in the space."""
    searched = entries_at(reader.root, ("space",))
    constants: dict[str, Value] = {
        name: found.default for name, found in HYPERPARAMETERS.items() if name not in searched
    }
    for name, entry in entries_at(reader.root, NETWORK).items():
        at = (*NETWORK, name)
        found = hyperparameter(name)
        if name in _KEYS:
            continue
        if found is None:
            reader.unknown_key(at, [*_KEYS, *HYPERPARAMETERS])
        elif name in searched:
            line = searched[name].position.line
            rule = "must not also be in the space" + (f" (line {line})" if line else "")
            reader.report(at, rule, hint="Keep one of the two", key=True)
        elif not isinstance(entry.node, ScalarNode):
            reader.report(at, f"must be {found.rule()}", hint=f"Move it to space.{name} to search it")
        elif not entry.node.error:
            value = entry.node.value
            NetworkSettings.rules.check_values(name, {at: value}, reader)
            constants[name] = float(value) if found.kind == "float" and type(value) is int else value
    return constants


def _absolute_paths(network: NetworkSection, reader: Reader, base: Path) -> NetworkSection:
    """The section with absolute paths; missing files are reported."""
    absolute: dict[str, Any] = {}
    for key in ("data", "validation", "test"):
        value = getattr(network, key)
        if isinstance(value, str) and not (key == "data" and value in BUILTIN):
            path = Path(os.path.abspath(base / os.path.expanduser(value)))  # noqa: PTH100, PTH111 -- Path.resolve would follow links, Path.expanduser raises
            absolute[key] = str(path)
            if _check_file((*NETWORK, key), value, path, reader) and path.suffix.lower() == ".csv":
                _check_label(network.label, path, reader)
    return replace(network, **absolute)


def _check_file(at: Location, value: str, path: Path, reader: Reader) -> bool:
    """Whether a file or directory exists; reports it if not."""
    try:
        if path.exists():
            return True
        near = near_names(path)
    except OSError:  # the name is too long, or the directory is not readable
        near = []
    if at[-1] == "data":
        near = [*closest(value[:40].lower(), BUILTIN, similarity=0.7), *near]
    builtin = f"{', '.join(BUILTIN)} or " if at[-1] == "data" else ""
    hint = f"Did you mean {either(near)}?" if near else f"There is no {shown(str(path), 200)}"
    if at[-1] != "data" and (fraction := fixes.number(value)):
        hint = f"Write {fraction} for a fraction of the rows"
    reader.report(at, f"must be {builtin}the path of an existing file", hint=hint)
    return False


def _check_label(label: str | None, path: Path, reader: Reader) -> None:
    """Reports a label that is not a column; a file that cannot be read is reported when it is loaded."""
    if not path.is_file():  # opening a named pipe would block
        return
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            columns = next(csv.reader([file.readline(_LONGEST_HEADER)]), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return
    if (label or "label") not in columns:
        names = ", ".join(shown(column, 30) for column in columns[:20]) + (", …" if len(columns) > 20 else "")
        rule = f"must be the column of {shown(path.name)} that contains the classes"
        hint = f"Its columns are {names}" if columns else "The file is empty"
        reader.report((*NETWORK, "label"), rule, hint=hint)


def _nearest(hyperparameter: Hyperparameter, value: Value) -> str:
    """What to write instead of a value that a hyperparameter cannot have, as a sentence."""
    low, high = hyperparameter.min, hyperparameter.max
    default = f"The default is {written(hyperparameter.default).strip(chr(34))}"
    if isinstance(value, str):
        meant = fixes.number(value) if hyperparameter.kind in ("int", "float") else ""
        if spaced := fixes.spaced(value):
            return f"Write {spaced}, with a space after the colon"
        return f"Write {meant}" if meant else suggest_value(value, hyperparameter.choices) or default
    if hyperparameter.kind == "bool":
        return f"Write {str(bool(value)).lower()}" if value in (0, 1) else default
    if value is None or isinstance(value, bool | list | dict) or hyperparameter.kind == "str":
        return default
    if low is not None and (value < low or (value == low and hyperparameter.open_min)):
        return default if hyperparameter.open_min else f"Write {low:g} or more"
    if high is not None and (value > high or (value == high and hyperparameter.open_max)):
        return (
            f"Write a value such as {0.9 * high:g}" if hyperparameter.open_max else f"Write {high:g} or less"
        )
    return f"Write {round(value)}"


def note_unused_layers(space: Space, notes: list[str]) -> None:
    """Adds a note on ``hidden_units_3`` and the like if no trial has that many layers."""
    deepest = _largest(space, "hidden_layers")
    for name in space.names:
        layer = name.removeprefix("hidden_units_")
        if deepest is not None and layer.isdigit() and int(layer) > deepest:
            notes.append(f"space.{name}: has no effect because there are at most {deepest:g} hidden layers")


def _largest(space: Space, name: str) -> float | None:
    """The largest value that a parameter or constant can have; None if the space does not have it."""
    if name in space.constants:
        return float(space.constants[name])
    for parameter in space.parameters:
        if parameter.name == name:
            return parameter.max if isinstance(parameter, Number) else max(map(float, parameter.values))
    return None


def check_batch_size(space: Space, constants: Mapping[str, Value], rows: int, reader: Reader) -> None:
    """Reports mini-batches larger than the number of rows.

    The default size is not reported, even if a resolved config contains it: with fewer rows, all of them
    form one mini-batch.

    Args:
        space: The space, which may search or fix the size.
        constants: The hyperparameters that the objective fixes.
        rows: The number of training rows.
        reader: The config.
    """
    sizes: dict[Location, Value] = {}
    for parameter in space.parameters:
        if parameter.name == "batch_size":
            sizes |= extremes(parameter)
    if "batch_size" in space.constants:
        sizes["space", "batch_size"] = space.constants["batch_size"]
    if constants.get("batch_size", default := HYPERPARAMETERS["batch_size"].default) != default:
        sizes["objective", "network", "batch_size"] = constants["batch_size"]
    for at, size in sizes.items():
        if float(size) > rows:
            rule, hint = f"must be at most {rows}, the number of training rows", f"Write {rows} or less"
            reader.report(at, rule, found=written(size), hint=hint)
