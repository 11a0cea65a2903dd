"""Resuming a search: what may have changed since it began, and what must not."""

from __future__ import annotations  # types are imported for annotations only

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpsearch.commands import ResumeOptions, command, pasteable
from hpsearch.config import Config, Difference
from hpsearch.config import load as load_config
from hpsearch.config.command_settings import CommandSettings
from hpsearch.errors import ConfigError, RunMismatch, UsageError
from hpsearch.machine.versions import changed_versions
from hpsearch.objectives.kinds import prepare
from hpsearch.objectives.project_code import project_root, restoring
from hpsearch.search import changed_algorithm
from hpsearch.starting.relocation import Relocation, place_of
from hpsearch.starting.start import run_remaining, start
from hpsearch.store import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hpsearch.loop import Callback

CHANGEABLE = (
    "search.trials",
    "search.stop_at",
    *(
        f"run.{key}"
        for key in ("strategy", "workers", "start", "timeout", "memory", "retries", "retry_on", "devices")
    ),
    "run.stop_after",
    *(f"run.{key}" for key in ("engine", "scheduler", "scheduler_file")),
)
"""Settings that may differ when a run is resumed; trials only upward. Others would make another search."""

OPTIONS = {
    "search.trials": "--trials",
    "run.workers": "--workers",
    "run.strategy": "--strategy",
    "run.stop_after": "--stop-after",
}
"""The options of the command line for the settings that it can change."""


def resume(
    directory: Path,
    callback: Callback,
    *,
    changes: Mapping[str, Any] | None = None,
    retry_failed: bool = False,
    accept_data_change: bool = False,
    accept_code_change: bool = False,
    project: Path | None = None,
    accept_failures: bool = False,
    function: Callable[..., Any] | None = None,
) -> Path:
    """Resume a search.

    Args:
        directory: Its run directory.
        callback: Shows what happens.
        changes: New values of :data:`CHANGEABLE` settings, by dotted key.
        retry_failed: Run failed trials again.
        accept_data_change: If the data has changed, start a new run with it next to the old one.
        accept_code_change: If the user's code has changed, continue with the new code.
        accept_failures: Record the first trials even if all fail for a reason that no trial had before.
        project: The present place of the project, if it cannot be found from the run.
        function: The function that the trials of an objective ``python`` call.

    Returns:
        The run directory; another one if the data had changed.

    Raises:
        ConfigError: Something that the search needs is missing; no trial has run.
        CodeChanged: A command's code was changed.
        RunMismatch: The config in the directory was changed, or the data.
        HpsearchError: As in :meth:`hpsearch.store.Run.open` and :func:`hpsearch.loop.run_search`.
    """
    flags = ("--retry-failed",) * retry_failed + ("--accept-failures",) * accept_failures
    place = () if project is None else ("--project", str(project))
    typed = ResumeOptions(_typed(changes or {}), (*flags, *place))
    with Run.open(directory) as run:
        relocation = Relocation(run, project)
        config = _changed_config(run, relocation, changes or {})
        unfinished = _unfinished(run, config, retry_failed=retry_failed)
        if unfinished:
            _check_files(run, config, relocation.base, typed)
        preparation = prepare(config, function)
        recorded, found = run.meta("data"), preparation.fingerprint()
        if recorded == found or not preparation.must_match:
            if unfinished:
                kept = _kept(run, retry_failed=retry_failed)
                for text in preparation.resume(run, kept, accept=accept_code_change, typed=typed):
                    callback.on_message(text)
                preparation.check()
            for text in (*changed_algorithm(run.meta("algorithm")), *changed_versions(run.meta("versions"))):
                callback.on_message(text)
            if config.resolved() != run.meta("config"):
                run.set_meta(config=config.resolved(), source=_source(run))
            run.set_meta(place=place_of(directory, relocation.base), base=str(relocation.base))
            if retry_failed:
                run.delete_results([number for number, status in run.statuses().items() if status.is_fault])
            run_remaining(run, config, preparation, callback, accept_failures=accept_failures)
            return directory
        config = _reread(run, relocation.base, changes or {})
    if not accept_data_change:
        raise RunMismatch(
            f"The data has changed since {directory} began: its SHA-256 was {recorded} and is now {found}."
            " Results on different data cannot be compared. Restore the old data, or start a new run on the"
            f" new data: {command('resume', directory, *typed.all, '--accept-data-change')}"
        )
    callback.on_message(f"The data has changed since {directory} began; starting a new run.")
    return start(config, callback, root=directory.parent)


def _typed(changes: Mapping[str, Any]) -> tuple[str, ...]:
    """Changes as words of a command line."""
    return tuple(
        word for key, value in changes.items() if key in OPTIONS for word in (OPTIONS[key], str(value))
    )


def _kept(run: Run, *, retry_failed: bool) -> list[int]:
    """The trials whose results stay."""
    statuses = run.statuses().items()
    return [number for number, status in statuses if not (retry_failed and status.is_fault)]


def _unfinished(run: Run, config: Config, *, retry_failed: bool) -> bool:
    """Whether there is a trial to run."""
    return len(_kept(run, retry_failed=retry_failed)) < config.search.trials


def _check_files(run: Run, config: Config, base: Path, typed: ResumeOptions) -> None:
    """Check that everything the config names exists, before a trial runs.

    Args:
        run: The run.
        config: Its config.
        base: The directory that the config's paths start from.
        typed: The options that the user gave to ``resume``.

    Raises:
        UsageError: Something is missing.
    """
    resolved = config.resolved()
    read_before: dict[str, list[str]] = {"warm_start": [], "known_results": []}  # read when the run began
    resolved["search"] = {**config.search.to_json(), **read_before}
    try:
        Config.from_resolved(resolved, base)
    except ConfigError as error:
        flags = (word for word in typed.resuming if word in ("--retry-failed", "--accept-failures"))
        options = (*typed.searching, *flags, "--project", "DIR")
        raise UsageError(
            f"{error}\nNo trial has run.{_copies(run, config, base, typed)}If the project is elsewhere now,"
            f" name its directory: {command('resume', run.directory, *options)}"
        ) from error


def _copies(run: Run, config: Config, base: Path, typed: ResumeOptions) -> str:
    """How to restore missing code from the run's copy; a space if none is missing."""
    record, settings = run.meta("code"), config.objective
    if record is None or not isinstance(settings, CommandSettings):
        return " "
    root = project_root(base, Path(settings.directory))
    missing = [name for name in record["files"] if not (root / name).exists()]
    elsewhere = "--project" in typed.resuming and len(missing) == len(record["files"])
    if not missing or elsewhere or not root.is_dir():
        return " "
    steps = restoring(missing, root, run.directory / record["directory"])
    steps.append(pasteable("hpsearch", "resume", run.directory, *typed.all))
    lines = "".join(f"\n    {step}" for step in steps)
    return f" The run has a copy of its code. To restore what is missing, and continue:{lines}\n"


def _changed_config(run: Run, relocation: Relocation, changes: Mapping[str, Any]) -> Config:
    """The config to continue with: the frozen one, with an edited ``config.yaml`` and ``changes`` applied.

    Args:
        run: The run.
        relocation: The present places of its files.
        changes: New values of :data:`CHANGEABLE` settings, by dotted key.

    Raises:
        RunMismatch: Something other than :data:`CHANGEABLE` differs, or there would be fewer trials.
        ConfigError: The edited file, or a change, is wrong.
    """
    frozen = Config.from_resolved(run.meta("config"))
    frozen.with_overrides(_arguments(changes))  # raises for one that is wrong
    path = run.directory / "config.yaml"
    edits: list[Difference] = []
    if (edited := _source(run)) != run.meta("source"):
        # Only edited settings change, not those that the first command's arguments had overridden.
        before, after = (
            Config.parse(text, path, base=relocation.base) for text in (run.meta("source"), edited)
        )
        edits = before.differences(after)
    refused = [each for each in edits if each.key not in CHANGEABLE]
    changes = {each.key: each.theirs for each in edits if each.key in CHANGEABLE} | dict(changes)
    if changes.get("search.trials", frozen.search.trials) < frozen.search.trials:
        refused.append(Difference("search.trials", frozen.search.trials, changes["search.trials"]))
    target = changes.get("search.stop_at", frozen.search.stop_at)
    if _ends_earlier(frozen, target):
        refused.append(Difference("search.stop_at", frozen.search.stop_at, target))
    if refused:
        listed = "".join(f"\n  {each.key}: {each.ours} → {each.theirs}" for each in refused)
        raise RunMismatch(
            f"{run.directory} was searched with another config:{listed}\n"
            f"Only {', '.join(CHANGEABLE)} may change; trials may only grow, and stop_at may only become"
            f" harder to reach. Restore the rest of {path},"
            f" or start a new run: {command('run', path)}"
        )
    resolved = relocation.resolved()
    for key, value in changes.items():
        section, _, name = key.partition(".")
        resolved[section][name] = value
    return replace(Config.from_resolved(resolved), base=relocation.base)


def _ends_earlier(frozen: Config, target: Mapping[str, float]) -> bool:
    """Whether a search with another ``search.stop_at`` may have ended before trials that have run."""
    before, loss = frozen.search.stop_at, frozen.metric.loss
    easier = [name not in before or loss(value) > loss(before[name]) for name, value in target.items()]
    return any(easier)


def _source(run: Run) -> str:
    """The text of the ``config.yaml`` in a run directory; its original text if the file is gone."""
    try:
        return (run.directory / "config.yaml").read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return str(run.meta("source"))


def _reread(run: Run, base: Path, changes: Mapping[str, Any]) -> Config:
    """The config that results from ``config.yaml`` and the first search's arguments now."""
    resolved = run.meta("config")
    overrides = [*run.meta("overrides"), f"name={resolved['name']}", *_arguments(changes)]
    return load_config(run.directory / "config.yaml", overrides, base=base)


def _arguments(changes: Mapping[str, Any]) -> list[str]:
    """Changes as ``KEY=VALUE`` arguments."""
    return [f"{key}={json.dumps(value)}" for key, value in changes.items()]
