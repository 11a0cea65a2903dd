"""The config: everything a search depends on, checked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from hpsearch.config.document import Node, Place, Table, compose, from_data
from hpsearch.config.files import read_text
from hpsearch.config.objectives import NetworkObjective, check_hyperparameters, kind_of, read_objective
from hpsearch.config.overrides import apply_override
from hpsearch.config.reader import Reader, either
from hpsearch.config.scalars import shown
from hpsearch.config.schema import Document, MetricSection, RunSection, SearchSection, is_name
from hpsearch.config.space import SpaceReader, canonical_spelling, resolved_space
from hpsearch.config.spelling import suggest_value
from hpsearch.errors import ConfigError, Problem
from hpsearch.space import Space
from hpsearch.trial import Metric

JSON = Any
"""None, a bool, a number, text, or lists and mappings of them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting in which two configs differ.

    Attributes:
        key: Its dotted path.
        ours: Its value here; None if it is not there.
        theirs: Its value in the other config; None if it is not there.
    """

    key: str
    ours: JSON
    theirs: JSON


@dataclass(frozen=True)
class Config:
    """Everything a search depends on.

    Attributes:
        name: Names the run directories.
        seed: Everything random follows from it; below 2**32.
        metric: The number the search makes better.
        objective: What a trial runs.
        space: What may be tried.
        search: How trials are chosen, and how many.
        run: Where and how trials run.
        notes: What the user should know about how the config was read, as sentences.
        source: The text of the file, byte for byte; "" when there was none.
        overrides: The ``KEY=VALUE`` arguments, as given.
        document: The text as a tree that knows its lines.
    """

    name: str
    seed: int
    metric: Metric
    objective: NetworkObjective
    space: Space
    search: SearchSection
    run: RunSection
    notes: tuple[str, ...] = field(default=(), compare=False)
    source: str = field(default="", compare=False, repr=False)
    overrides: tuple[str, ...] = field(default=(), compare=False)
    document: Table = field(default_factory=lambda: Table(Place("")), compare=False, repr=False)

    @classmethod
    def from_resolved(cls, mapping: Mapping[str, JSON]) -> Self:
        """The config that :meth:`resolved` wrote. Files it names need not be there.

        Raises:
            ConfigError: It is no resolved config.
        """
        problems: list[Problem] = []
        place = Place("the stored config")
        root = _table(from_data(mapping, place, problems), place, problems)
        return cls._build(root, problems, default_name="search", base=None)

    @classmethod
    def load(cls, path: Path, overrides: Sequence[str] = ()) -> Self:
        """See :func:`load`."""
        text = read_text(path)
        problems: list[Problem] = []
        place = Place(shown(str(path), 1000), 1, 1)
        try:
            root = _table(compose(text, place, problems), place, problems)
        except ConfigError as error:
            problems = list(error.problems)
            for argument in overrides:
                apply_override(Table(place), argument, problems)
            raise ConfigError(problems) from None
        for argument in overrides:
            root = apply_override(root, argument, problems)
        return cls._build(
            root,
            problems,
            default_name=_name_from(path.stem),
            base=path.parent.absolute(),
            source=text,
            overrides=tuple(overrides),
        )

    @classmethod
    def _build(
        cls,
        root: Table,
        problems: list[Problem],
        *,
        default_name: str,
        base: Path | None,
        source: str = "",
        overrides: tuple[str, ...] = (),
    ) -> Self:
        """The config of a tree, or every problem in it."""
        notes: list[str] = []
        reader = Reader(root, problems)
        reader.root = root = canonical_spelling(root, reader)
        for key in root.entries:
            if key not in Document.model_fields:
                reader.unknown_key((key,), list(Document.model_fields))
        name = reader.setting("name") or default_name
        seed = reader.setting("seed")
        objective = read_objective(reader, base)
        metric = _metric(reader, NetworkObjective)
        space = SpaceReader(reader, kind_of, notes).read()
        if space is not None:
            check_hyperparameters(space, reader, notes)
        search: SearchSection | None = reader.setting("search")
        run: RunSection | None = reader.setting("run")
        if search is not None and run is not None:
            _check_workers(search, run, reader)
        if problems:
            raise ConfigError(problems)
        assert objective and metric and space is not None and search and run  # noqa: S101 -- no problems: all are there
        return cls(name, seed, metric, objective, space, search, run, tuple(notes), source, overrides, root)

    def resolved(self) -> dict[str, JSON]:
        """Every setting, with nothing left to defaults, as JSON data that is itself a config.

        The order of its keys is fixed; the order of ``space`` is the config's and decides the columns
        of the unit cube, so it must be kept.
        """
        return {
            "name": self.name,
            "seed": self.seed,
            "metric": {"name": self.metric.name, "goal": self.metric.goal, "at": self.metric.at},
            "objective": self.objective.resolved(),
            "space": resolved_space(self.space),
            "search": self.search.model_dump(),
            "run": self.run.model_dump(),
        }

    def differences(self, other: "Config") -> list[Difference]:
        """The settings in which another config differs, by dotted path."""
        ours, theirs = dict(_leaves(self.resolved())), dict(_leaves(other.resolved()))
        return [
            Difference(key, ours.get(key), theirs.get(key))
            for key in {**ours, **theirs}
            if ours.get(key) != theirs.get(key)
        ]

    def problem(self, key: str, rule: str, found: str | None = None, hint: str = "") -> Problem:
        """A problem that shows only when the config is used, with the place of its setting.

        Args:
            key: The setting's dotted path.
            rule: What has to hold.
            found: The value found; what the config says when None.
            hint: What to write instead.
        """
        problems: list[Problem] = []
        Reader(self.document, problems).report(tuple(key.split(".")), rule, found=found, hint=hint)
        return problems[0]


def load(path: Path, overrides: Sequence[str] = ()) -> Config:
    """Reads and checks a config file.

    Args:
        path: A YAML file.
        overrides: ``KEY=VALUE`` settings that replace those of the file, by dotted path.

    Raises:
        ConfigError: With everything that is wrong, at once.
    """
    return Config.load(path, overrides)


def parse_space(mapping: Mapping[str, Any]) -> Space:
    """The space that a mapping describes, as the ``space`` section of a config does.

    Raises:
        ConfigError: With everything that is wrong, at once.
    """
    problems: list[Problem] = []
    place = Place("hpsearch.Search")
    root = _table(from_data({"space": mapping}, place, problems), place, problems)
    reader = Reader(root, problems)
    reader.root = canonical_spelling(root, reader)
    space = SpaceReader(reader, lambda name: None, []).read()
    if space is None or problems:
        raise ConfigError(problems)
    return space


def _table(root: Node | None, place: Place, problems: list[Problem]) -> Table:
    if isinstance(root, Table):
        return root
    rule, hint = "a config is a section of keys", "`hpsearch init` writes one to start from"
    place = place if root is None else root.place
    raise ConfigError([*problems, Problem(place.path, place.line, place.column, "", rule, hint=hint)])


def _name_from(stem: str) -> str:
    """A name for the config in a file called ``stem``."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).lstrip("._-")[:100]
    return name if is_name(name) else "search"


def _metric(reader: Reader, objective: type[NetworkObjective]) -> Metric | None:
    section: MetricSection | None = reader.setting("metric")
    if section is None:
        return None
    name = section.name or objective.default_metric
    if name not in objective.metrics:
        names = list(objective.metrics)
        hint = suggest_value(name, names)
        reader.report(("metric", "name"), f"must be one the network reports: {either(names)}", hint=hint)
        return None
    goal: Any = objective.metrics[name]
    if section.goal not in (None, goal):
        reader.report(("metric", "goal"), f"must be {goal} for {name}", hint="Or leave it out")
        return None
    return Metric(name, goal, section.at)


def _check_workers(search: SearchSection, run: RunSection, reader: Reader) -> None:
    waits = search.method != "random" or search.early_stopping is not None
    if run.workers == "auto" or not waits or run.workers <= search.lag + 1:
        return
    rule = f"must be at most search.lag + 1 = {search.lag + 1}: no more trials run at once"
    hint = f"Write search.lag: {run.workers - 1} (another search, as reproducible), or fewer workers"
    reader.report(("run", "workers"), rule, hint=hint)


def _leaves(section: Mapping[str, JSON], prefix: str = "") -> list[tuple[str, JSON]]:
    """Every setting of a section, by dotted path."""
    leaves: list[tuple[str, JSON]] = []
    for key, value in section.items():
        if isinstance(value, Mapping):
            leaves += _leaves(value, f"{prefix}{key}.")
        else:
            leaves.append((prefix + key, value))
    return leaves
