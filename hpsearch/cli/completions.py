"""Shell completion of runs, trials, names of parameters and settings. Light, and silent on errors."""

from __future__ import annotations  # the store is imported when there is a run to look into

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

__all__ = ["complete_columns", "complete_override", "complete_run", "complete_trial"]

_MOST_TRIALS = 100
_MOST_BYTES = 2**20  # the size of the largest config that is read for names
_RESULTS = ("trial", "status", "epochs", "seconds", "reason")

SETTINGS = (
    *("name", "seed", "metric.name", "metric.goal", "metric.at", "metric.ties"),
    *(f"search.{key}" for key in ("method", "trials", "lag", "early_stopping", "babysit", "portfolio")),
    *(f"search.{key}" for key in ("warm_start", "known_results", "enqueue", "repeats", "stop_at")),
    *("search.max_failures", "run.strategy", "run.workers", "run.threads", "run.kernels", "run.start"),
    *(f"run.{key}" for key in ("timeout", "stop_after", "memory", "retries", "retry_on", "devices")),
    *("run.engine", "run.scheduler", "run.scheduler_file"),
)
"""The settings that every config has."""


def complete_run(incomplete: str) -> list[CompletionItem]:
    """Names of runs under ``runs/``, ``latest``, and directories."""
    from click.shell_completion import CompletionItem

    names = ["latest", *sorted(path.parent.name for path in Path("runs").glob("[!.]*/search.db"))]
    found = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return [*found, CompletionItem(incomplete, type="dir")]


def complete_trial(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """``best``, and the numbers of the run's trials."""
    with contextlib.suppress(Exception), _run(context) as run:
        numbers = (str(number) for number in range(run.asked()))
        found = [number for number in numbers if number.startswith(incomplete)][:_MOST_TRIALS]
        return [*(["best"] if "best".startswith(incomplete) else []), *found]
    return ["best"] if "best".startswith(incomplete) else []


def complete_columns(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Columns of a leaderboard: the part after the last comma, with or without a ``-`` before it."""
    done, comma, last = incomplete.rpartition(",")
    last = last.lstrip()
    minus = "-" if last.startswith("-") else ""
    with contextlib.suppress(Exception), _run(context) as run:
        config = run.meta("config")
        ties = config["metric"].get("ties", "none")
        metrics = [config["metric"]["name"], *([ties["name"]] if isinstance(ties, dict) else [])]
        searched = [name for name, parameter in config["space"].items() if isinstance(parameter, dict)]
        names = dict.fromkeys([*metrics, *_RESULTS, *searched])
        return [f"{done}{comma}{minus}{name}" for name in names if name.startswith(last.removeprefix("-"))]
    return []


def complete_override(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """``KEY=`` for the settings, and for everything in the config."""
    keys = dict.fromkeys(SETTINGS)
    config = context.params.get("config")
    with contextlib.suppress(Exception):
        from hpsearch.document.plain_yaml import load_yaml

        with Path(config or "").open("rb") as file:
            keys |= dict.fromkeys(_paths(load_yaml(file.read(_MOST_BYTES).decode())))
    return [f"{key}=" for key in keys if key.startswith(incomplete)]


def _paths(data: Any, before: str = "") -> Iterator[str]:
    """The dotted paths of everything in a document."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            path = f"{before}{key}"
            if before or not isinstance(value, Mapping):
                yield path
            yield from _paths(value, f"{path}.")


def _run(context: click.Context) -> Any:
    """The run named earlier on the command line, open."""
    from hpsearch.cli.options import RunDirectory
    from hpsearch.store import Run

    # If the last option lacks its value, click has not yet processed arguments that may be repeated.
    several = context.params.get("directories") or context.args or ["latest"]
    named = context.params.get("directory") or several[0]
    return Run.read(RunDirectory().convert(named, None, None))
