"""The runs below a directory, which may appear, change and disappear."""

import os
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hpsearch.config import Config
from hpsearch.errors import HpsearchError, RunNotFound
from hpsearch.reports.list import run_row, unreadable_row
from hpsearch.standing import rows_of
from hpsearch.store import Run

__all__ = ["WatchedRun", "WatchedRuns"]

_OPEN = 6  # connections that are kept open
Signature = tuple[int, ...]


@dataclass(frozen=True)
class WatchedRun:
    """A run that is open to read.

    Attributes:
        name: The name of its directory, as in addresses.
        run: The run.
        config: Its config.
        rows: The number of rows, if its metric is a share of them.
        opened: How many runs were opened before it.
    """

    name: str
    run: Run
    config: Config
    rows: int | None
    opened: int = 0

    def version(self) -> tuple[int, int]:
        """A value that differs after the run has changed, or another run has taken its place."""
        return self.opened, self.run.version()

    def state(self) -> tuple[object, ...]:
        """A value that also differs after a running trial has reported, or the search has ended."""
        return self.opened, *self.run.state()


class WatchedRuns:
    """Every run in one directory.

    Thread-safe.

    Args:
        root: The directory; or one run, which is then shown alone.

    Raises:
        RunNotFound: There is no such directory.
    """

    def __init__(self, root: Path) -> None:
        if not os.path.isdir(root):  # noqa: PTH112 -- Path.is_dir raises for a name that is too long
            raise RunNotFound(
                f"There is no directory {root}. `hpsearch run CONFIG` makes runs/ and a run in it."
            )
        self.root = root.resolve()
        self._only: str | None = None
        if os.path.lexists(self.root / "search.db"):
            self.root, self._only = self.root.parent, self.root.name
        self._lock = threading.Lock()
        self._opened = 0
        self._open: OrderedDict[str, tuple[Signature, WatchedRun]] = OrderedDict()
        self._rows: dict[str, tuple[Signature, Mapping[str, Any]]] = {}

    def names(self) -> list[str]:
        """The names of the runs; drafts and anything that is not a run are left out."""
        return [name for name in sorted(self._entries()) if self._is_run(name)]

    def _entries(self) -> list[str]:
        try:
            entries = [path.name for path in self.root.iterdir()]
        except OSError:
            return []
        return [name for name in entries if self._only in (None, name)]

    def get(self, name: str) -> WatchedRun:
        """A run, by its name.

        Raises:
            RunNotFound: There is no run of that name now.
            RunError: It cannot be read.
        """
        if not self._is_run(name):  # so no untrusted name becomes a path
            raise RunNotFound(f"{name} is not, or no longer, a run in {self.root}.")
        directory = self.root / name
        signature = _identity(directory)
        with self._lock:
            kept = self._open.get(name)
            if kept is None or kept[0] != signature:
                run = Run.read(directory)
                config = Config.from_resolved(run.meta("config"))
                self._opened += 1
                kept = signature, WatchedRun(name, run, config, rows_of(config, run), self._opened)
                self._open[name] = kept
            self._open.move_to_end(name)
            while len(self._open) > _OPEN:
                self._open.popitem(last=False)  # it is closed as soon as nobody reads from it any more
        return kept[1]

    def _is_run(self, name: str) -> bool:
        return (
            name in self._entries()  # so it is neither a path nor empty
            and not name.startswith(".")
            and name.isprintable()
            and os.path.lexists(self.root / name / "search.db")
        )

    def rows(self) -> list[Mapping[str, Any]]:
        """A row for each run, as :mod:`hpsearch.reports.list` makes them; the newest first."""
        names = self.names()
        rows = [self._row(name) for name in names]
        self._rows = {name: self._rows[name] for name in names if name in self._rows}
        return sorted(rows, key=lambda row: str(row.get("created", "")), reverse=True)

    def _row(self, name: str) -> Mapping[str, Any]:
        directory = self.root / name
        signature = _content(directory)
        kept = self._rows.get(name)
        try:
            if (
                kept is not None
                and kept[0] == signature
                and (kept[1]["state"] != "searching" or self.get(name).run.searching())
            ):
                return kept[1]
            row = _row_of(self.get(name))
        except HpsearchError as error:
            row = unreadable_row(Path(name), str(error)) | {"name": name}
        self._rows[name] = signature, row
        return row


def _row_of(watched: WatchedRun) -> dict[str, Any]:
    run, config = watched.run, watched.config
    searching = run.searching()
    row = run_row(
        Path(watched.name),
        config,
        run.meta("created"),
        searching=searching,
        counts=run.counts(),
        best=next(iter(run.ranking(1)), None),
        rows=watched.rows,
        events=run.events(),
    )
    return row | {"name": watched.name, "running": len(run.in_flight()) if searching else 0}


def _identity(directory: Path) -> Signature:
    """Differs when another database has taken the place of a run's."""
    try:
        found = (directory / "search.db").lstat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino


def _content(directory: Path) -> Signature:
    """Differs when a run's database has changed; the start of a search changes it too."""
    try:
        found = (directory / "search.db").lstat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
