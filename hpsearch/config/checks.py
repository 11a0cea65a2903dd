"""Checks of ``search`` and ``run`` against each other, the space and the objective."""

from __future__ import annotations  # types are imported for annotations only

import math
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hpsearch.config.reader import Reader
from hpsearch.config.schema import RunSection, SearchSection
from hpsearch.document.closest import did_you_mean
from hpsearch.document.nodes import Location
from hpsearch.document.scalars import shown, written
from hpsearch.searchers import METHODS
from hpsearch.space import CHECKED_DRAWS, Categorical, Space
from hpsearch.trial import Metric, Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hpsearch.config.objective_section import ObjectiveSettings


def check_run(
    search: SearchSection, run: RunSection, kind: type[ObjectiveSettings] | None, reader: Reader
) -> None:
    """Reports settings that have no effect or no meaning in combination with others.

    Args:
        search: The ``search`` section.
        run: The ``run`` section.
        kind: The kind of objective; None if unknown.
        reader: The config.
    """
    _check_workers(search, run, reader)
    _check_devices(run, reader)
    _check_scheduler(run, reader)
    if run.memory and not sys.platform.startswith("linux"):
        reader.report(("run", "memory"), "can only be used on Linux", hint="Remove it", key=True)
    if kind is not None:
        _check_kind(search, run, kind, reader)


def _check_kind(
    search: SearchSection, run: RunSection, kind: type[ObjectiveSettings], reader: Reader
) -> None:
    """Reports settings that the kind of objective makes meaningless."""
    if search.babysit and kind.runs_user_code:
        rule = "can only be used with the network; user code can lower its learning rate itself"
        reader.report(("search", "babysit"), rule, hint="Remove it", key=True)
    for key in ("memory", "devices"):
        if getattr(run, key) and not kind.runs_user_code:
            rule = "can only be used with a function or command"
            reader.report(("run", key), rule, hint="Remove it", key=True)
    if run.start == "fresh" and kind.kind in ("network", "command"):
        rule = f"can only be used with a function, for a {kind.kind} has no module to import"
        reader.report(("run", "start"), rule, hint="Remove it", key=True)


def settle_portfolio(search: SearchSection, kind: type[ObjectiveSettings], reader: Reader) -> SearchSection:
    """The section with ``portfolio`` resolved; a portfolio without effect is reported."""
    if search.portfolio is None:
        useful = not kind.runs_user_code and METHODS[search.method].uses_prior_observations
        return replace(search, portfolio=useful)
    if search.portfolio and kind.runs_user_code:
        rule = "can only be used with the network; list configurations to begin with in search.enqueue"
        reader.report(("search", "portfolio"), rule, hint="Remove it", key=True)
    elif search.portfolio and not METHODS[search.method].uses_prior_observations:
        rule = f"has no effect with method: {search.method}, whose trials depend on nothing known beforehand"
        reader.report(("search", "portfolio"), rule, hint="Remove it", key=True)
    return search


def check_stop_at(search: SearchSection, metric: Metric, reader: Reader) -> None:
    """Reports a ``stop_at`` that is not a value of the search's metric."""
    for name, value in search.stop_at.items():
        if name != metric.name:
            rule = f"must be the metric of the search, {metric.name}"
            hint = f"Write {{{shown(metric.name)}: {value:g}}}"
            reader.report(("search", "stop_at", name), rule, hint=hint, key=True)
        elif not math.isfinite(value):
            reader.report(("search", "stop_at", name), "must be a finite number")


def _check_workers(search: SearchSection, run: RunSection, reader: Reader) -> None:
    if run.strategy == "panda" and run.workers not in ("auto", 1):
        rule = "must be 1 or auto with strategy: panda, which runs one trial at a time"
        reader.report(("run", "workers"), rule, hint="Write strategy: caviar to run several at once")
        return
    adaptive = METHODS[search.method].adaptive
    waits = adaptive or search.early_stopping is not None or bool(search.stop_at)
    if run.workers == "auto" or not waits or run.workers <= search.lag + 1:
        return
    rule = f"must be at most search.lag + 1 = {search.lag + 1}, the most trials that run at once"
    hint = f"Write search.lag: {run.workers - 1} (a different, equally reproducible search) or fewer workers"
    reader.report(("run", "workers"), rule, hint=hint)


def _check_devices(run: RunSection, reader: Reader) -> None:
    if run.devices and run.engine == "dask":
        hint = "Give each Dask worker its device when you start it, as dask-cuda does"
        reader.report(("run", "devices"), "can only be used with engine: local", hint=hint, key=True)
    if run.devices and run.workers != "auto" and run.workers > len(run.devices):
        rule = f"must be at most {len(run.devices)}, the number of devices"
        reader.report(("run", "workers"), rule, hint="List a device twice to let two trials share it")


def _check_scheduler(run: RunSection, reader: Reader) -> None:
    for key in ("scheduler", "scheduler_file"):
        if getattr(run, key) and run.engine != "dask":
            hint = "Write run.engine: dask"
            reader.report(("run", key), "can only be used with engine: dask", hint=hint, key=True)
    if run.scheduler and run.scheduler_file:
        reader.report(("run", "scheduler_file"), "means the same as scheduler", hint="Keep one of the two")
    if run.scheduler and "://" not in run.scheduler:
        hint = f"Write tcp://{run.scheduler}"
        reader.report(("run", "scheduler"), "must be an address such as tcp://host:8786", hint=hint)


def absolute_scheduler_file(run: RunSection, base: Path | None) -> RunSection:
    """The section with an absolute path of the scheduler file.

    Args:
        run: The section.
        base: The directory that relative paths start from; None to leave the path alone.
    """
    if run.scheduler_file is None or base is None:
        return run
    path = os.path.abspath(base / os.path.expanduser(run.scheduler_file))  # noqa: PTH100, PTH111 -- as for data files
    return replace(run, scheduler_file=path)


def check_enqueued(search: SearchSection, space: Space, reader: Reader) -> None:
    """Reports enqueued configurations that are not in the space."""
    for index, values in enumerate(search.enqueue):
        at: Location = ("search", "enqueue", index)
        problems = list(space.problems(values, partial=True))
        for name, rule in problems:
            unknown = name not in {*space.names, *space.constants}
            hint = _enqueued_hint(name, values[name], space, unknown=unknown)
            reader.report((*at, name), rule, hint=hint, key=unknown)
        if problems:
            continue
        if broken := space.broken_constraint(values):
            reader.report(at, f"must satisfy the constraint {shown(broken)}", found=_listed(values))
        elif space.is_complete(values):
            continue
        elif space.fill(values, np.random.default_rng(0), CHECKED_DRAWS) is None:
            rule = "must leave values with which all given ones are active and all constraints hold"
            reader.report(at, rule, found=_listed(values), hint="Change the given values, or give more")


def check_touch(objective: ObjectiveSettings, space: Space, reader: Reader) -> None:
    """Reports parameters that cannot change during training, and user code without a number of epochs."""
    section: Location = ("objective", objective.kind)
    if not objective.runs_user_code:
        return
    names = objective.touch
    numbers = [name for name in (*space.names, *space.constants) if _is_numeric(name, space)]
    for index, name in enumerate(names):
        if name not in numbers:
            known = name in space.names or name in space.constants
            rule = "must have numbers as values to change" if known else "must be a parameter of the space"
            hint = did_you_mean(name, numbers) or f"Possible: {', '.join(map(shown, numbers)) or 'none'}"
            reader.report((*section, "touch", index), rule, hint=hint)
    if names and objective.epochs is None and "epochs" not in numbers:
        rule = "needs epochs as well: a model is changed between two of them"
        reader.report(
            (*section, "touch"), rule, found="", hint="Write how many there are, such as epochs: 20"
        )


def _is_numeric(name: str, space: Space) -> bool:
    parameter = next((each for each in space.parameters if each.name == name), None)
    if isinstance(parameter, Categorical) or parameter is None:
        values = [space.constants[name]] if parameter is None else parameter.values
        return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return True


def _listed(values: Mapping[str, Value]) -> str:
    return shown(", ".join(f"{name}: {written(value)}" for name, value in values.items()), 200)


def _enqueued_hint(name: str, value: object, space: Space, *, unknown: bool) -> str:
    """What to write instead, as a sentence."""
    if unknown:
        return did_you_mean(name, space.names) or f"Possible: {', '.join(map(shown, space.names))}"
    parameter = next((each for each in space.parameters if each.name == name), None)
    if isinstance(parameter, Categorical):
        return did_you_mean(str(value), [own for own in parameter.values if isinstance(own, str)])
    return "Leave it out, or give the parameter a range" if parameter is None else ""


def search_notes(search: SearchSection, space: Space) -> list[str]:
    """Notes on settings that are allowed but may not be intended."""
    notes = []
    points = space.units([space.complete(values) for values in search.enqueue]).tolist()
    for index, (point, values) in enumerate(zip(points, search.enqueue, strict=True)):
        if not space.is_complete(values):
            given = {*values, *space.constants}
            drawn = ", ".join(shown(name) for name in space.names if name not in given)
            notes.append(f"search.enqueue[{index}]: leaves {drawn} to be drawn")
        elif (first := points.index(point)) < index and space.is_complete(search.enqueue[first]):
            notes.append(f"search.enqueue[{index}]: repeats search.enqueue[{first}], which runs again")
    if len(points) > search.trials:
        notes.append(
            f"search.enqueue: has {len(points)} configurations, but search.trials is {search.trials}; "
            "the others do not run"
        )
    if space.size < search.trials:
        notes.append(
            f"search.trials: is {search.trials}, but the space has only {space.size:.0f} configurations; "
            "the search ends after trying all"
        )
    return notes
