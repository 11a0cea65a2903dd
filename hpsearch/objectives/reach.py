"""Which parameters reach a command, and which do not."""

from __future__ import annotations  # types are imported for annotations only

from pathlib import Path
from typing import TYPE_CHECKING

from hpsearch.errors import ConfigError
from hpsearch.invocation.flags import BadFlag, expression_names
from hpsearch.invocation.placeholders import SPECIAL, is_args, placeholders
from hpsearch.objectives.filled_files import BadTemplate, names_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hpsearch.config import Config
    from hpsearch.config.command_settings import CommandSettings


def check_reach(config: Config) -> Sequence[str]:
    """Which parameters of a config do not reach its command, as sentences.

    Raises:
        ConfigError: None of them does, or a template cannot be filled in.
    """
    settings: CommandSettings = config.objective  # type: ignore[assignment]  # it is a command's config
    names = set(config.space.names)
    reached: set[str] = set()
    seeded = config.search.repeats == 1 or bool(settings.files)
    for text in _texts(settings):
        for inner in placeholders(text):
            seeded |= inner == "seed"
            reached |= names if is_args(inner) or inner == "json" else _used(inner, names)
    for target, template in settings.files.items():
        try:
            reached |= names_in(Path(settings.directory) / template, names)
        except BadTemplate as error:
            key = f"objective.command.files.{target}" if "." not in target else "objective.command.files"
            raise ConfigError([config.problem(key, str(error))]) from error
    missing = [name for name in config.space.names if name not in reached]
    if missing and len(missing) == len(names):
        rule = "must be given the values of a trial, or all trials are the same"
        hint = "Write {args} where --name value may be, or {NAME} for a single value"
        raise ConfigError([config.problem("objective.command.run", rule, hint=hint)])
    notes = [
        f"space.{name}: does not reach the command. Write {{args}} or {{{name}}} in objective.command.run"
        for name in missing
    ]
    if not seeded:
        notes.append(
            "search.repeats: {seed} does not reach the command. All its runs with the same values are alike,"
            " unless it reads HPSEARCH_SEED"
        )
    file = settings.metrics_file
    if file is not None and not settings.in_trial_directory and not placeholders(file):
        notes.append(
            f"objective.command.metrics_file: {file} is the same file for all trials. "
            "Put {trial_dir} in it, or run one trial at a time with run.strategy: panda"
        )
    return notes


def _texts(settings: CommandSettings) -> Iterator[str]:
    yield from [settings.run] if isinstance(settings.run, str) else settings.run
    yield from settings.environment.values()


def _used(inner: str, names: set[str]) -> set[str]:
    if inner.strip() in names:
        return {inner.strip()}
    if inner in SPECIAL:
        return set()
    try:
        return set(expression_names(inner))
    except BadFlag:
        return set()
