"""The ``objective`` and ``metric`` sections: which kind of objective a trial runs, and what it reports."""

from __future__ import annotations  # types are imported for annotations only

from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from hpsearch.config.schema import MetricSection, ObjectiveSection, OrderOfTies
from hpsearch.config.setting_types import either
from hpsearch.config.suggestions import suggest_value
from hpsearch.document.nodes import Location, MappingNode, entries_at, find
from hpsearch.trial import Metric

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hpsearch.config.code_settings import FunctionSettings, PythonSettings
    from hpsearch.config.command_settings import CommandSettings
    from hpsearch.config.network_settings import NetworkSettings
    from hpsearch.config.reader import Reader

    ObjectiveSettings = NetworkSettings | FunctionSettings | CommandSettings | PythonSettings

KINDS: Mapping[str, str] = {
    "network": "hpsearch.config.network_settings:NetworkSettings",
    "function": "hpsearch.config.code_settings:FunctionSettings",
    "command": "hpsearch.config.command_settings:CommandSettings",
    "python": "hpsearch.config.code_settings:PythonSettings",
}
"""The kinds of objectives by their key in a config.

Modules are imported when they are needed: the imports for the settings of a command take 8 ms.
"""

_EXAMPLE = "For example: objective: {network: {data: digits}}"


def kind_of(reader: Reader) -> type[ObjectiveSettings] | None:
    """The kind of a config's objective; None if the config has none, or several."""
    keys = entries_at(reader.root, ("objective",)).keys() & KINDS.keys()
    if len(keys) != 1:
        return None
    module, _, name = KINDS[keys.pop()].partition(":")
    kind: type[ObjectiveSettings] = getattr(import_module(module), name)
    return kind


def read_objective(reader: Reader, base: Path | None) -> ObjectiveSettings | None:
    """The settings of a config's objective; None if anything is wrong with them.

    Args:
        reader: The config.
        base: The directory that relative paths start from; None to leave paths alone.
    """
    before = len(reader.problems)
    section = find(reader.root, ("objective",))
    if section is None:
        reader.report(("objective",), "is missing", hint=_EXAMPLE)
        return None
    sections: ObjectiveSection | None = reader.setting("objective")
    if isinstance(section, MappingNode) and not section.error:
        _check_kinds([key for key in section.entries if key in KINDS], section, reader)
    kind = kind_of(reader)
    if kind is None:
        return None
    if sections is None or getattr(sections, kind.kind) is None:
        kind.check_tree(reader)
        return None
    settings = kind.read(getattr(sections, kind.kind), reader, base)
    return settings if len(reader.problems) == before else None


def _check_kinds(kinds: list[str], section: MappingNode, reader: Reader) -> None:
    """Reports an objective of no kind or of several; a misspelt key has been reported before."""
    if len(kinds) == 1 or (section.entries and not kinds):
        return
    written = [kind for kind in KINDS if kind != "python"]  # only Python programs use that one
    rule = f"must have exactly one of the keys {either(written)}"
    found, hint = (" and ".join(kinds), "Keep only one of them") if kinds else ("none", _EXAMPLE)
    reader.report(("objective",), rule, found=found, hint=hint)


def read_metric(reader: Reader, kind: type[ObjectiveSettings] | None) -> Metric | None:
    """The metric of a config; None if anything is wrong with it, or its objective is unknown.

    Args:
        reader: The config.
        kind: The kind of its objective, which may know its metrics and their goals; None if unknown.
    """
    section: MetricSection | None = reader.setting("metric")
    if section is None or kind is None:
        return None
    reported = kind.metrics(reader)
    name = section.name or kind.default_metric or next(iter(reported), "value")
    goal = _goal(name, section.goal, ("metric",), reader, kind)
    ties = _ties(name, section.ties, reader, kind)
    if goal is None or (ties is None and section.ties not in (None, "none")):
        return None
    return Metric(name, goal, section.at or kind.default_at, ties)


def _ties(
    name: str,
    section: OrderOfTies | Literal["none"] | None,
    reader: Reader,
    kind: type[ObjectiveSettings],
) -> Metric | None:
    """The metric that breaks ties in the metric ``name``; None if there is none, or if anything is wrong."""
    if section is None and name in kind.default_ties:
        section = OrderOfTies(name=kind.default_ties[name])
    if section is None or section == "none":
        return None
    at: Location = ("metric", "ties")
    if section.name == name:
        rule = "must not be the metric whose ties it orders"
        reader.report(_named(at, reader), rule, hint=f"Leave it out, or name a metric other than {name}")
        return None
    goal = _goal(section.name, section.goal, at, reader, kind)
    return None if goal is None else Metric(section.name, goal)


def _goal(
    name: str,
    written: Literal["minimize", "maximize"] | None,
    at: Location,
    reader: Reader,
    kind: type[ObjectiveSettings],
) -> Literal["minimize", "maximize"] | None:
    """The goal of a metric; None if no trial reports the metric or its goal is different, which is a problem.

    Args:
        name: The metric.
        written: The goal that the config gives it.
        at: Where the config names it: a section, or a text.
        reader: The config.
        kind: The kind of the config's objective.
    """
    reported = kind.metrics(reader)
    if reported and name not in reported:
        names = list(reported)
        default = f"The default is {kind.default_metric or names[0]}" if at == ("metric",) else ""
        rule = f"must be a metric that the {kind.kind} reports: {either(names)}"
        reader.report(_named(at, reader), rule, hint=suggest_value(name, names) or default)
        return None
    goal: Any = reported.get(name) or written or "minimize"
    if written not in (None, goal):
        reader.report((*at, "goal"), f"must be {goal} for {name}", hint="Correct it or leave it out")
        return None
    return goal  # type: ignore[no-any-return]  # the goals of the registry are such texts


def _named(at: Location, reader: Reader) -> Location:
    """The location of a metric's name; the metric is a section or only its name."""
    return (*at, "name") if isinstance(find(reader.root, at), MappingNode) else at
