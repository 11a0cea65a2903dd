"""The objectives that a config can name."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from hpsearch.config.code_objectives import CommandObjective, FunctionObjective
from hpsearch.config.data_files import absolute_paths
from hpsearch.config.network_rules import HyperparameterRules
from hpsearch.config.reader import Reader, either
from hpsearch.config.schema import NetworkSection, ObjectiveSection
from hpsearch.document.nodes import Location, MappingNode, ScalarNode, find
from hpsearch.network.hyperparameters import HYPERPARAMETERS, METRICS, hyperparameter
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
    default_metric: ClassVar[str | None] = "val_error"
    rules: ClassVar[HyperparameterRules] = HyperparameterRules()

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

    @classmethod
    def metrics(cls, reader: Reader) -> Mapping[str, str | None]:
        """The metrics it reports, with their goals."""
        return METRICS

    @classmethod
    def read(cls, section: NetworkSection, reader: Reader, base: Path | None) -> "NetworkObjective":
        """The objective of its section; what is wrong is reported."""
        constants = _constants(reader)
        network = section if base is None else absolute_paths(section, NETWORK, reader, base)
        shares = [share for share in (network.validation, network.test) if isinstance(share, float)]
        if sum(shares) >= 1:
            rule = "must leave rows for training: validation + test must be below 1"
            found, hint = f"a sum of {sum(shares):g}", "Write smaller shares, such as 0.2"
            reader.report((*NETWORK, "validation"), rule, found=found, hint=hint)
        settings = {key: getattr(network, key) for key in _KEYS}
        return cls(**settings, constants=constants)

    def resolved(self) -> dict[str, Any]:
        """The ``objective`` section, with nothing left to defaults."""
        keys = {key: getattr(self, key) for key in _KEYS if getattr(self, key) is not None}
        return {self.kind: {**keys, **self.constants}}


Objective = NetworkObjective | FunctionObjective | CommandObjective

KINDS: Mapping[str, type[Objective]] = {
    kind.kind: kind for kind in (NetworkObjective, FunctionObjective, CommandObjective)
}
"""By the key in a config."""


def kind_of(reader: Reader) -> type[Objective]:
    """The kind of a config's objective; the network where that is not clear."""
    section = find(reader.root, ("objective",))
    keys = section.entries.keys() & KINDS.keys() if isinstance(section, MappingNode) else set()
    return KINDS[keys.pop()] if len(keys) == 1 else NetworkObjective


def read_objective(reader: Reader, base: Path | None) -> Objective | None:
    """The objective of a config; None if anything is wrong with it.

    Args:
        reader: The config.
        base: What relative paths in the file are relative to; None to take all paths as they are.
    """
    before = len(reader.problems)
    section = find(reader.root, ("objective",))
    if section is None:
        hint = "Say what a trial runs: objective: {network: {data: digits}}"
        reader.report(("objective",), "is missing", hint=hint)
        return None
    sections: ObjectiveSection | None = reader.read(("objective",), ObjectiveSection)
    if isinstance(section, MappingNode) and not section.error:
        _check_kinds([key for key in section.entries if key in KINDS], section, reader)
    kind = kind_of(reader)
    if sections is None or getattr(sections, kind.kind) is None:
        if kind is NetworkObjective:  # what is wrong with hyperparameters is told at once, too
            _constants(reader)
        return None
    objective = kind.read(getattr(sections, kind.kind), reader, base)
    return objective if len(reader.problems) == before else None


def _check_kinds(given: list[str], section: MappingNode, reader: Reader) -> None:
    """Reports an objective that is none of the kinds, or several; a key that is misspelt was reported."""
    if len(given) == 1 or (section.entries and not given):
        return
    hint = "Remove all but one" if given else "Write objective: {network: {data: digits}}"
    found = " and ".join(given) if given else "none"
    reader.report(("objective",), f"must have exactly one key, {either(list(KINDS))}", found=found, hint=hint)


def _constants(reader: Reader) -> dict[str, Value]:
    """The hyperparameters with one value: those of the objective, and defaults for all but the space's."""
    section, space = find(reader.root, NETWORK), find(reader.root, ("space",))
    given = section.entries if isinstance(section, MappingNode) else {}
    searched = space.entries if isinstance(space, MappingNode) else {}
    constants: dict[str, Value] = {
        name: about.default for name, about in HYPERPARAMETERS.items() if name not in searched
    }
    for name, entry in given.items():
        at = (*NETWORK, name)
        about = hyperparameter(name)
        if name in _KEYS:
            continue
        if about is None:
            reader.unknown_key(at, [*_KEYS, *HYPERPARAMETERS])
        elif name in searched:
            line = searched[name].position.line
            rule = "must not be in the space as well" + (f" (line {line})" if line else "")
            reader.report(at, rule, hint="Keep one of the two", key=True)
        elif not isinstance(entry.node, ScalarNode):
            reader.report(at, f"must be {about.rule()}", hint=f"Move it to space.{name} to search it")
        elif not entry.node.error:
            value = entry.node.value
            NetworkObjective.rules.check_values(name, {at: value}, reader)
            constants[name] = float(value) if about.kind == "float" and type(value) is int else value
    return constants
