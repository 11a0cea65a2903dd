"""Stores an ask-and-tell search in a run directory, so that it can continue where it was interrupted."""

import json
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from weakref import WeakValueDictionary

from hpsearch.config import Config, trial_config
from hpsearch.errors import RunExists, RunMismatch, UsageError
from hpsearch.machine import kernels
from hpsearch.machine.versions import changed_versions, versions
from hpsearch.searchers import PriorObservation
from hpsearch.searchers.stopping import Halving
from hpsearch.space import Space
from hpsearch.store import Run
from hpsearch.trial import Metric, Result, Trial

_OPEN: WeakValueDictionary[Path, Run] = WeakValueDictionary()
"""The runs of searches in this process, because a notebook's cell may be run again."""


_NEVER = 10_000_000
"""A ``max_failures`` larger than the number of trials that a search can have."""


def kept_config(
    space: Space,
    metric: Metric,
    *,
    name: str,
    seed: int,
    epochs: int | None,
    early_stopping: Halving | None,
    stop_at: float | None,
    max_failures: int | None,
    **search: object,
) -> Config:
    """The config of a search that is described by arguments; those not listed here are as in a config.

    Args:
        space: The space to search.
        metric: The metric to optimize.
        name: The search's name.
        seed: Its seed.
        epochs: The epochs of a full trial; None if there are none.
        early_stopping: The rungs; None for none.
        stop_at: A value that ends the search; None for none.
        max_failures: The search gives up after this many failed trials in a row; None for never.
        search: The other settings of the section ``search``.
    """
    more = {
        "early_stopping": asdict(early_stopping) if early_stopping else False,
        "stop_at": {} if stop_at is None else {metric.name: stop_at},
        "max_failures": _NEVER if max_failures is None else max_failures,
    }
    mapping = {
        "seed": seed,
        "metric": metric.to_json(),
        "objective": {"python": {} if epochs is None else {"epochs": epochs}},
        "space": space,
        "search": search | more,
    }
    return Config.from_mapping(mapping, name=name, origin="hpsearch.Search")


class Keeper:
    """The run directory of one search.

    Args:
        config: The search's config.
        prior_observations: Results that the search knows beforehand.
        directory: The run directory; created if it does not exist.
        algorithm: The version of the algorithm that chooses trials, for a new run.

    Attributes:
        run: The run, open for writing.

    Raises:
        RunMismatch: The run is of another search, or has more trials.
        RunExists: The directory exists, but is not a run directory.
        RunError: As in :meth:`hpsearch.store.Run.open`.
    """

    def __init__(
        self,
        config: Config,
        prior_observations: Sequence[PriorObservation],
        directory: Path,
        algorithm: int,
    ) -> None:
        self._config = config
        path = directory.resolve()
        if (earlier := _OPEN.get(path)) is not None:
            earlier.close()
        known = [[dict(values), loss] for values, loss in prior_observations]
        self.run = _continued(config, known, directory) or _begun(config, known, directory, algorithm)
        self._complete = [kind for _, kind, _ in self.run.events()[-1:]] == ["completed"]
        _OPEN[path] = self.run

    def record(self, trials: Sequence[Trial] = (), results: Sequence[Result] = ()) -> None:
        """Record trials and results; they are on disk when this returns.

        Raises:
            UsageError: The run is closed.
            RunUnwritable: They could not be written.
        """
        if self.run.closed:
            directory = self.run.directory
            raise UsageError(
                f"this search was closed, or a later Search continues {directory}. Use that one, or make it"
                f" again: hpsearch.Search(…, directory={str(directory)!r})"
            )
        self.run.record(trials, results)
        self._complete = self._complete and not trials

    def write_best(self, trial: Trial) -> None:
        """Write the best trial as a config."""
        self.run.write_file("best.yaml", trial_config(self._config, trial))

    def complete(self, results: int) -> None:
        """Record that the search has ended."""
        if not self._complete and not self.run.closed:
            self.run.event("completed", f"{results} trials")
            self._complete = True


def _begun(config: Config, known: Sequence[object], directory: Path, algorithm: int) -> Run:
    meta = {
        "config": config.resolved(),
        "source": config.source,
        "base": str(config.base),
        "overrides": [],
        "data": "",
        "versions": versions(),
        "algorithm": algorithm,
        "kernels": kernels.current_variables(),
        "prior_observations": known,
    }
    try:
        return Run.create(directory, config.source, meta)
    except RunExists:
        raise RunExists(
            f"{directory} exists, but is not a run directory. Choose a directory that does not exist yet."
        ) from None


def _continued(config: Config, known: Sequence[object], directory: Path) -> Run | None:
    """The run already in the directory, if there is one and it belongs to this search."""
    if not (directory / "search.db").exists():
        return None
    run = Run.open(directory)
    try:
        _check(run, config, known)
        for text in changed_versions(run.meta("versions")):
            warnings.warn(text, stacklevel=4)
        if config.resolved() != run.meta("config"):
            run.set_meta(config=config.resolved(), source=config.source)
            run.write_file("config.yaml", config.source)
        if len(run.statuses()) < config.search.trials:
            run.event("resumed", "")
    except BaseException:
        run.close()
        raise
    return run


def _check(run: Run, config: Config, known: Sequence[object]) -> None:
    stored = Config.from_resolved(run.meta("config"))
    refused = [
        f"\n  {each.key}: {each.ours} → {each.theirs}"
        for each in stored.differences(config)
        if each.key not in ("name", "search.trials") and not each.key.startswith("run.")
    ]
    if config.search.trials < stored.search.trials:
        refused.append(f"\n  search.trials: {stored.search.trials} → {config.search.trials}")
    if run.meta("prior_observations") != json.loads(json.dumps(known)):
        refused.append("\n  prior_observations: other results")
    if refused:
        raise RunMismatch(
            f"{run.directory} holds another search:{''.join(refused)}\nOnly trials may change, and only grow."
            " Make the Search with the same arguments, or choose another directory."
        )
