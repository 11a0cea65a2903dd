"""The config: everything that a search depends on, checked."""

from __future__ import annotations  # types are imported for annotations only

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from hpsearch.commands import command
from hpsearch.config.checks import (
    absolute_scheduler_file,
    check_enqueued,
    check_run,
    check_stop_at,
    check_touch,
    search_notes,
    settle_portfolio,
)
from hpsearch.config.constraints_section import CONSTRAINTS, read_constraints
from hpsearch.config.differences import Difference, differences
from hpsearch.config.earlier_results import find_earlier_results
from hpsearch.config.network_settings import check_batch_size, note_unused_layers
from hpsearch.config.objective_section import kind_of, read_metric, read_objective
from hpsearch.config.other_tools import recognized
from hpsearch.config.parameter_section import UnknownRules
from hpsearch.config.reader import Reader, root_section
from hpsearch.config.schema import Document, RunSection, SearchSection
from hpsearch.config.space_section import canonical_spelling, read_space, resolved_space, space_data
from hpsearch.config.special_types import name_like
from hpsearch.document.dump import dump
from hpsearch.document.nodes import JSON, MappingNode, Position, plain
from hpsearch.document.overrides import apply_override
from hpsearch.document.parse import compose
from hpsearch.document.plain_data import from_data
from hpsearch.document.problems import Problems, file_position
from hpsearch.document.source import read_text
from hpsearch.errors import ConfigError, Problem, StoredConfigDamaged
from hpsearch.space import Space
from hpsearch.trial import Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hpsearch.config.objective_section import ObjectiveSettings


@dataclass(frozen=True)
class Config:
    """Everything that a search depends on.

    Attributes:
        name: Names the run directories.
        seed: The seed of all random numbers; below 2**32.
        metric: The number that the search optimizes.
        objective: What a trial runs.
        space: The parameters to search.
        search: How trials are chosen, and how many.
        run: Where and how trials run.
        notes: What the user should know about how the config was read, as sentences.
        source: The text of the file, byte for byte; "" if there was no file.
        overrides: The ``KEY=VALUE`` arguments as the user wrote them.
        base: The directory that relative paths in the text start from; None if there was no text.
        document: The text as a tree with positions.
    """

    name: str
    seed: int
    metric: Metric
    objective: ObjectiveSettings
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
    def from_resolved(cls, mapping: Mapping[str, JSON], base: Path | None = None) -> Self:
        """The config that :meth:`resolved` wrote.

        Args:
            mapping: The mapping that it returned.
            base: The directory that the config was relative to; without it, files need not exist.

        Raises:
            StoredConfigDamaged: The mapping is not a resolved config.
            ConfigError: A file does not exist.
        """
        problems, position = Problems(), Position("the config stored in search.db")
        try:
            root = root_section(from_data(mapping, position, problems), position, problems)
            return cls._read(root, problems, default_name="search", base=base)
        except ConfigError as error:
            if base is not None:
                raise
            raise StoredConfigDamaged(list(error.problems)) from None

    @classmethod
    def from_mapping(
        cls,
        mapping: Mapping[str, Any],
        overrides: Sequence[str] = (),
        *,
        name: str = "search",
        origin: str = "hpsearch.Config",
    ) -> Self:
        """The config of a mapping that has the same sections as a file.

        Args:
            mapping: Its ``space`` may also be a Space, whose constraints count too, or a list of parameters.
            overrides: ``KEY=VALUE`` settings that replace those of the mapping, by dotted path.
            name: The search's name, unless the mapping has one.
            origin: The name of the function that was called with the mapping, for messages.

        Raises:
            ConfigError: With every problem at once.
        """
        problems, position = Problems(), Position(origin)
        data = dict(mapping)
        if isinstance(data.get("space"), Space) and (own := data["space"].constraints):
            data[CONSTRAINTS] = [*(each.text for each in own), *data.get(CONSTRAINTS, [])]
        if "space" in data:
            data["space"] = space_data(data["space"])
        root = root_section(from_data(data, position, problems), position, problems)
        return cls._overridden(
            root,
            overrides,
            problems,
            default_name=name_like(name),
            base=Path.cwd(),
            source=dump(plain(root)),
        )

    def with_overrides(self, overrides: Sequence[str]) -> Self:
        """The config with further ``KEY=VALUE`` settings.

        Raises:
            ConfigError: With every problem at once.
        """
        if not overrides:
            return self
        return self._overridden(
            self.document,
            overrides,
            Problems(),
            default_name=self.name,
            base=self.base,
            source=self.source,
            earlier=self.overrides,
        )

    @classmethod
    def load(cls, path: Path, overrides: Sequence[str] = (), base: Path | None = None) -> Self:
        """The config of a file, as :func:`load` returns it."""
        return cls.parse(read_text(path), path, overrides, base)

    @classmethod
    def parse(cls, source: str, path: Path, overrides: Sequence[str] = (), base: Path | None = None) -> Self:
        """The config of a text that is, or was, in the file ``path``; see :func:`load`."""
        problems, position = Problems(), replace(file_position(path), line=1, column=1)
        if path.suffix == ".py":
            rule, hint = (
                "a config is YAML, and this is a Python program",
                f"{command('init', path)} writes one for it",
            )
            problems.stop(position, (), rule, hint=hint)
        try:
            tree = compose(source, position, problems)
            if tree is not None and (tool := recognized(plain(tree))) is not None:
                problems = Problems()  # mistakes in it as a config do not matter here
                problems.stop(position, (), f"this is {tool.name}, not a config", hint=tool.advice(path))
            root = root_section(tree, position, problems)
        except ConfigError:  # the problems of the arguments are reported as well
            for argument in overrides:
                apply_override(MappingNode(position), argument, problems)
            raise problems.error() from None
        return cls._overridden(
            root,
            overrides,
            problems,
            default_name=name_like(path.stem),
            base=(base or path.parent).absolute(),
            source=source,
        )

    @classmethod
    def _overridden(
        cls,
        root: MappingNode,
        overrides: Sequence[str],
        problems: Problems,
        *,
        default_name: str,
        base: Path | None,
        source: str,
        earlier: tuple[str, ...] = (),
    ) -> Self:
        for argument in overrides:
            root = apply_override(root, argument, problems)
        every = (*earlier, *overrides)
        return cls._read(root, problems, default_name=default_name, base=base, source=source, overrides=every)

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
        reader = Reader(root, problems)
        reader.root = root = canonical_spelling(reader)
        for key in root.entries:
            if key not in Document.settings():
                reader.unknown_key((key,), list(Document.settings()))
        notes: list[str] = []
        name: str = reader.setting("name") or default_name
        seed: int = reader.setting("seed")
        kind = kind_of(reader)
        objective = read_objective(reader, base)
        metric = read_metric(reader, kind)
        space = read_space(reader, kind.rules if kind else UnknownRules(), notes)
        space = read_constraints(reader, space, notes, measure=base is not None)
        search: SearchSection | None = reader.setting("search")
        run: RunSection | None = reader.setting("run")
        if search:
            search = find_earlier_results(search, reader, base)
        if search and kind:
            search = settle_portfolio(search, kind, reader)
        if search and metric:
            check_stop_at(search, metric, reader)
        if search and run:
            check_run(search, run, kind, reader)
            run = absolute_scheduler_file(run, base)
        if search and space:
            check_enqueued(search, space, reader)
        if objective and space:
            check_touch(objective, space, reader)
        if not (objective and metric and space and search and run) or problems:
            raise problems.error()
        note_unused_layers(space, notes)
        notes += search_notes(search, space)
        return cls(
            name, seed, metric, objective, space, search, run, tuple(notes), source, overrides, base, root
        )

    def resolved(self) -> dict[str, JSON]:
        """Every setting, with all defaults filled in, as JSON data that is itself a config.

        The order of its keys is fixed, except for ``space``: its order is the config's. It determines the
        columns of the unit cube, so it must be kept.
        """
        return {
            "name": self.name,
            "seed": self.seed,
            "metric": self.metric.to_json(),
            "objective": self.objective.resolved(),
            "space": resolved_space(self.space),
            CONSTRAINTS: [constraint.text for constraint in self.space.constraints],
            "search": self.search.to_json(),
            "run": self.run.to_json(),
        }

    def differences(self, other: Config) -> list[Difference]:
        """The settings in which another config differs, by dotted path.

        ``space`` itself is one of them if only the order of the parameters differs.
        """
        return differences(self.resolved(), other.resolved())

    def problem(self, key: str, rule: str, found: str | None = None, hint: str = "") -> Problem:
        """A problem found only when the config is used, with the position of its setting.

        Args:
            key: The setting's dotted path; an item of a list by its index.
            rule: The broken rule.
            found: The value found; None for the value in the config.
            hint: What to write instead.
        """
        problems = Problems()
        at = tuple(int(part) if part.isdigit() else part for part in key.split("."))
        Reader(self.document, problems).report(at, rule, found=found, hint=hint)
        return problems.error().problems[0]

    def check_rows(self, rows: int) -> None:
        """Checks settings that depend on the size of the data.

        Args:
            rows: The number of training rows.

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
        base: The directory that relative paths start from; None for the file's directory.

    Raises:
        ConfigError: With every problem at once.
    """
    return Config.load(path, overrides, base)
