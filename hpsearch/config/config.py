"""The config: everything a search depends on, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from hpsearch.config.network_rules import check_batch_size, note_unused_layers
from hpsearch.config.objectives import Objective, kind_of, read_objective
from hpsearch.config.overrides import apply_override
from hpsearch.config.reader import Reader, either
from hpsearch.config.run_checks import absolute_scheduler_file, check_run
from hpsearch.config.schema import Document, MetricSection, RunSection, SearchSection, name_like
from hpsearch.config.search_checks import check_enqueued, find_runs, search_notes
from hpsearch.config.space_section import ParameterRules, canonical_spelling, read_space, resolved_space
from hpsearch.config.suggestions import suggest_value
from hpsearch.document.nodes import JSON, MappingNode, Node, Position
from hpsearch.document.parse import compose
from hpsearch.document.plain_data import from_data
from hpsearch.document.problems import Problems, file_position
from hpsearch.document.source import read_text
from hpsearch.errors import ConfigError, Problem
from hpsearch.space import Space
from hpsearch.trial import Metric


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
        base: What relative paths in the text are relative to; None when there was no text.
        document: The text as a tree that knows its lines.
    """

    name: str
    seed: int
    metric: Metric
    objective: Objective
    space: Space
    search: SearchSection
    run: RunSection
    notes: tuple[str, ...] = field(default=(), compare=False)
    source: str = field(default="", compare=False, repr=False)
    overrides: tuple[str, ...] = field(default=(), compare=False)
    base: Path | None = field(default=None, compare=False)
    document: MappingNode = field(
        default_factory=lambda: MappingNode(Position("")), compare=False, repr=False
    )

    @classmethod
    def from_resolved(cls, mapping: Mapping[str, JSON]) -> Self:
        """The config that :meth:`resolved` wrote. Files it names need not be there.

        Raises:
            ConfigError: It is no resolved config.
        """
        problems, position = Problems(), Position("the stored config")
        root = _mapping(from_data(mapping, position, problems), position, problems)
        return cls._read(root, problems, default_name="search", base=None)

    @classmethod
    def load(cls, path: Path, overrides: Sequence[str] = (), base: Path | None = None) -> Self:
        """See :func:`load`."""
        return cls.parse(read_text(path), path, overrides, base)

    @classmethod
    def parse(cls, source: str, path: Path, overrides: Sequence[str] = (), base: Path | None = None) -> Self:
        """As :func:`load`, of a text that is, or was, in the file ``path``."""
        problems, position = Problems(), replace(file_position(path), line=1, column=1)
        try:
            root = _mapping(compose(source, position, problems), position, problems)
        except ConfigError:  # the problems of the arguments are told at once, too
            for argument in overrides:
                apply_override(MappingNode(position), argument, problems)
            raise problems.error() from None
        for argument in overrides:
            root = apply_override(root, argument, problems)
        return cls._read(
            root,
            problems,
            default_name=name_like(path.stem),
            base=(base or path.parent).absolute(),
            source=source,
            overrides=tuple(overrides),
        )

    @classmethod
    def _read(
        cls,
        root: MappingNode,
        problems: Problems,
        *,
        default_name: str,
        base: Path | None,
        source: str = "",
        overrides: tuple[str, ...] = (),
    ) -> Self:
        """The config of a tree.

        Raises:
            ConfigError: With every problem in it.
        """
        reader = Reader(root, problems)
        reader.root = root = canonical_spelling(reader)
        for key in root.entries:
            if key not in Document.model_fields:
                reader.unknown_key((key,), list(Document.model_fields))
        notes: list[str] = []
        name: str = reader.setting("name") or default_name
        seed: int = reader.setting("seed")
        kind = kind_of(reader)
        objective = read_objective(reader, base)
        metric = _read_metric(reader, kind)
        space = read_space(reader, kind.rules, notes)
        search: SearchSection | None = reader.setting("search")
        run: RunSection | None = reader.setting("run")
        if search:
            search = find_runs(search, reader, base)
        if search and run:
            check_run(search, run, kind.kind, reader)
            run = absolute_scheduler_file(run, base)
        if search and space:
            check_enqueued(search, space, reader)
        if not (objective and metric and space and search and run) or problems:
            raise problems.error()
        note_unused_layers(space, notes)
        notes += search_notes(search, space)
        return cls(
            name, seed, metric, objective, space, search, run, tuple(notes), source, overrides, base, root
        )

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
        """The settings in which another config differs, by dotted path.

        ``space`` itself is one of them when only the order of the parameters differs.
        """
        ours, theirs = dict(_leaves(self.resolved())), dict(_leaves(other.resolved()))
        order = list(self.space.names), list(other.space.names)
        if order[0] != order[1] and sorted(order[0]) == sorted(order[1]):
            ours["space"], theirs["space"] = order
        return [
            Difference(key, ours.get(key), theirs.get(key))
            for key in {**ours, **theirs}
            if ours.get(key) != theirs.get(key)
        ]

    def problem(self, key: str, rule: str, found: str | None = None, hint: str = "") -> Problem:
        """A problem that shows only when the config is used, with the place of its setting.

        Args:
            key: The setting's dotted path; an item of a list by its index.
            rule: What has to hold.
            found: The value found; what the config says when None.
            hint: What to write instead.
        """
        problems = Problems()
        at = tuple(int(part) if part.isdigit() else part for part in key.split("."))
        Reader(self.document, problems).report(at, rule, found=found, hint=hint)
        return problems.error().problems[0]

    def check_rows(self, rows: int) -> None:
        """Checks what depends on the size of the data.

        Args:
            rows: How many rows there are to train on.

        Raises:
            ConfigError: A mini-batch may have more rows.
        """
        problems = Problems()
        check_batch_size(self.space, self.objective.constants, rows, Reader(self.document, problems))
        if problems:
            raise problems.error()


def load(path: Path, overrides: Sequence[str] = (), base: Path | None = None) -> Config:
    """Reads and checks a config file.

    Args:
        path: A YAML file.
        overrides: ``KEY=VALUE`` settings that replace those of the file, by dotted path.
        base: What relative paths are relative to; the file's directory when None.

    Raises:
        ConfigError: With everything that is wrong, at once.
    """
    return Config.load(path, overrides, base)


def parse_space(mapping: Mapping[str, Any]) -> Space:
    """The space that a mapping describes, as the ``space`` section of a config does.

    Raises:
        ConfigError: With everything that is wrong, at once.
    """
    problems, position = Problems(), Position("hpsearch.Search")
    root = _mapping(from_data({"space": mapping}, position, problems), position, problems)
    reader = Reader(root, problems)
    reader.root = canonical_spelling(reader)
    space = read_space(reader, ParameterRules(), [])
    if space is None or problems:
        raise problems.error()
    return space


def _mapping(root: Node | None, position: Position, problems: Problems) -> MappingNode:
    if isinstance(root, MappingNode):
        return root
    hint = "`hpsearch init` writes one to start from"
    return problems.stop(root.position if root else position, (), "a config is a section of keys", hint=hint)


def _read_metric(reader: Reader, kind: type[Objective]) -> Metric | None:
    section: MetricSection | None = reader.setting("metric")
    if section is None:
        return None
    known = kind.metrics(reader)
    name = section.name or kind.default_metric or next(iter(known), "value")
    if known and name not in known:
        names = list(known)
        hint = suggest_value(name, names) or (f"The default is {kind.default_metric or names[0]}")
        reader.report(("metric", "name"), f"must be one the {kind.kind} reports: {either(names)}", hint=hint)
        return None
    goal: Any = known.get(name) or section.goal or "minimize"
    if section.goal not in (None, goal):
        reader.report(("metric", "goal"), f"must be {goal} for {name}", hint="Or leave it out")
        return None
    return Metric(name, goal, section.at)


def _leaves(section: Mapping[str, JSON], prefix: str = "") -> list[tuple[str, JSON]]:
    """Every setting of a section, by dotted path."""
    leaves: list[tuple[str, JSON]] = []
    for key, value in section.items():
        if isinstance(value, Mapping):
            leaves += _leaves(value, f"{prefix}{key}.")
        else:
            leaves.append((prefix + key, value))
    return leaves
