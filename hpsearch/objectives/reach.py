"""Which parameters reach a command, and which of their choices it cannot tell apart."""

from __future__ import annotations  # types are imported for annotations only

from pathlib import Path
from typing import TYPE_CHECKING

from hpsearch.document.scalars import written
from hpsearch.errors import ConfigError
from hpsearch.invocation.flags import PYTHON, BadFlag, Passing, expression_names
from hpsearch.invocation.placeholders import SPECIAL, is_args, placeholders
from hpsearch.objectives.filled_files import BadTemplate, is_plain_text, names_in
from hpsearch.space import Categorical

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hpsearch.config import Config
    from hpsearch.config.command_settings import CommandSettings
    from hpsearch.trial import Value


def check_reach(config: Config) -> Sequence[str]:
    """Which parameters of a config do not reach its command, as sentences.

    Raises:
        ConfigError: None of them does, a template cannot be filled in, or two choices reach it as one word.
    """
    settings: CommandSettings = config.objective  # type: ignore[assignment]  # it is a command's config
    names = set(config.space.names)
    reached: set[str] = set()
    exact: set[str] = set()  # passed as JSON, or in a file of a format that quotes text
    seeded = config.search.repeats == 1 or bool(settings.files)
    for text in _texts(settings):
        for inner in placeholders(text):
            seeded |= inner == "seed"
            reached |= names if is_args(inner) or inner == "json" else _used(inner, names)
            exact |= names if inner == "json" else set()
    for target, template in settings.files.items():
        path = Path(settings.directory) / template
        try:
            (reached if is_plain_text(path) else exact).update(names_in(path, names))
        except BadTemplate as error:
            key = f"objective.command.files.{target}" if "." not in target else "objective.command.files"
            raise ConfigError([config.problem(key, str(error))]) from error
    _check_words(config, settings, reached - exact)
    reached |= exact
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
            "search.repeats: {seed} does not reach the command. All runs with the same values are the same,"
            " unless the command reads HPSEARCH_SEED"
        )
    file = settings.metrics_file
    if file is not None and not settings.in_trial_directory and not placeholders(file):
        notes.append(
            f"objective.command.metrics_file: {file} is the same file for all trials. "
            "Put {trial_dir} in it, or run one trial at a time with run.strategy: panda"
        )
    return notes


def _check_words(config: Config, settings: CommandSettings, worded: set[str]) -> None:
    """Check that the command gets a different word for every choice.

    Args:
        config: The config.
        settings: Its command.
        worded: The parameters that are passed as words only.

    Raises:
        ConfigError: Two choices are one.
    """
    passing, problems = Passing(settings.flags, settings.spellings), []
    for parameter in config.space.parameters:
        if not isinstance(parameter, Categorical) or parameter.name not in worded:
            continue
        first: dict[str | None, Value] = {}
        for index, value in enumerate(parameter.values):
            word = passing.word(parameter.name, value)
            if word in first:
                both = " and ".join(written(each) for each in (first[word], value))
                rule = f"choices must differ in the command; {both} are both passed as {word}"
                hint = "Remove one of them, or pass {json}, in which they differ"
                if word in PYTHON:
                    hint = f"Remove one of them, or write spelling: python, which passes {PYTHON[word]}"
                key = f"space.{parameter.name}.values.{index}" if "." not in parameter.name else "space"
                problems.append(config.problem(key, rule, found="", hint=hint))
            first.setdefault(word, value)
    if problems:
        raise ConfigError(problems)


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
