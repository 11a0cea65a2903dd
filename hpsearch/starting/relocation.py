"""Where the files of a run are, after its project was moved, renamed or copied together with the run."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hpsearch.config import Config
from hpsearch.errors import RunDamaged, UsageError
from hpsearch.store import Run

PATHS = {
    "function": ("directory",),
    "command": ("directory",),
    "network": ("data", "validation", "test"),
    "python": (),
}
"""The settings of each kind of objective that are paths."""


def place_of(run_directory: Path, base: Path | None) -> dict[str, str]:
    """The record of the places where a run began.

    Args:
        run_directory: Where the run is.
        base: The directory that relative paths in its config start from.
    """
    return {"run": str(run_directory.absolute()), "base": str((base or Path()).absolute())}


class Relocation:
    """Finds the present meaning of the paths of a run.

    A path is looked up in the project that the user has named; relative to the run directory, if
    the project's files are there; and at its old place.

    Args:
        run: The run, open.
        project: The present directory of the project, if the user has named it.

    Attributes:
        base: The directory that relative paths in the config start from now.

    Raises:
        UsageError: There is no such directory.
        StoredConfigDamaged: The stored config is damaged.
    """

    def __init__(self, run: Run, project: Path | None = None) -> None:
        place = run.meta("place") or place_of(run.directory, Path(run.meta("base") or ""))
        self._config: dict[str, Any] = run.meta("config")
        Config.from_resolved(self._config)
        self._old_base = Path(place["base"])
        self._old_root = Path(os.path.commonpath([place["run"], place["base"]]))
        self._moves: list[tuple[Path, Path]] = []
        if project is not None:
            if not project.is_dir():
                raise UsageError(f"--project: there is no directory {project}. Name the project's directory.")
            now = project.absolute()
            self._moves += [(start, now) for start in (self._old_base, self._old_root)]
        elif (root := self._root_of(run.directory.absolute(), Path(place["run"]))) is not None:
            files = self._files(run.meta("code"))
            if not files or any((root / file.relative_to(self._old_root)).exists() for file in files):
                self._moves.append((self._old_root, root))
        self.base = self.path(self._old_base)
        self._moves.append((self._old_base, self.base))

    def path(self, old: Path) -> Path:
        """The present place of a path; the path itself if nothing is found."""
        moved = [now / os.path.relpath(old, start) for start, now in self._moves]
        inside = [
            Path(os.path.normpath(path))
            for path, (start, _) in zip(moved, self._moves, strict=True)
            if old.is_relative_to(start)
        ]
        candidates = [*inside, old, *(Path(os.path.normpath(path)) for path in moved)]
        return next((path for path in candidates if path.exists()), old)

    def resolved(self) -> dict[str, Any]:
        """The run's resolved config with paths that now lead to the same files."""
        ((kind, section),) = self._config["objective"].items()
        search = self._config["search"]
        objective = {key: self._setting(value, is_path=key in PATHS[kind]) for key, value in section.items()}
        known = {
            key: [str(self.path(Path(each))) for each in search.get(key, [])]
            for key in ("warm_start", "known_results")
            if search.get(key) != "auto"
        }
        return {**self._config, "objective": {kind: objective}, "search": {**search, **known}}

    def _setting(self, value: Any, *, is_path: bool) -> Any:
        absolute = is_path and isinstance(value, str) and Path(value).is_absolute()
        return str(self.path(Path(value))) if absolute else value

    def _root_of(self, run: Path, old_run: Path) -> Path | None:
        """The present place of the smallest directory with config and run, if it may have moved."""
        depth = len(old_run.parts) - len(self._old_root.parts)
        if not depth or depth > len(run.parents) or run == old_run or len(self._old_root.parts) == 1:
            return None
        return run.parents[depth - 1]

    def _files(self, code: Mapping[str, Any] | None) -> list[Path]:
        """Files that show whether a directory is the project, at their old places."""
        ((kind, section),) = self._config["objective"].items()
        values = [Path(section[key]) for key in PATHS[kind] if isinstance(section.get(key), str)]
        if kind in ("function", "command") and code is not None:
            (directory,) = values
            root = self._old_base if directory.is_relative_to(self._old_base) else directory
            values = [root / name for name in code["files"]]
        return [path for path in values if path.is_absolute() and path.is_relative_to(self._old_root)]


@dataclass(frozen=True)
class Origin:
    """The settings that a config was read with, so that it can be run once more.

    Attributes:
        base: The directory that its relative paths start from; None for the directory that it is in.
        arguments: The ``KEY=VALUE`` arguments.
        note: A message for the user, as a sentence; may be empty.
    """

    base: Path | None = None
    arguments: tuple[str, ...] = ()
    note: str = ""


def origin(config: Path) -> Origin:
    """The settings that a run's config file was read with; a guess if the run is damaged."""
    directory = config.parent
    if config.name != "config.yaml" or not (directory / "search.db").is_file():
        return Origin()
    try:
        with Run.read(directory) as run:
            name = run.meta("config")["name"]
            return Origin(Relocation(run).base, (*run.meta("overrides"), f"name={name}"))
    except RunDamaged:
        note = (
            f"The database of {directory} is damaged, so the KEY=VALUE arguments of its search are not known,"
            f" and relative paths are taken to start from {Path.cwd()}."
        )
        return Origin(Path.cwd(), note=note)
