"""The code of a search: the code that it began with, and whether that has changed."""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hpsearch.commands import NO_OPTIONS, ResumeOptions, pasteable
from hpsearch.errors import CodeChanged, RunDamaged
from hpsearch.objectives.python_files import read_regular, same_program

LARGEST = 2**26
"""The largest file of code, in bytes."""


@dataclass(frozen=True)
class CodeCopy:
    """A copy of a project's code.

    Attributes:
        project: The project's directory.
        directory: The directory of the copy.
        whole: Whether it has all Python files.
    """

    project: Path
    directory: Path
    whole: bool = True


@dataclass
class ProjectCode:
    """The files that the results of a search depend on, besides its config.

    Attributes:
        files: Code by path relative to the project.
        whole: Whether these are all files.
        inputs: The SHA-256 of other files that a command names, which it may also write.
        missing: Paths at which a new file would change the imports.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    whole: bool = True
    inputs: dict[str, str] = field(default_factory=dict)
    missing: tuple[Path, ...] = ()

    def record(self, directory: str) -> dict[str, Any]:
        """The record to store with the run.

        Args:
            directory: The name of the directory with the files in the run directory.
        """
        digests = {name: digest(content) for name, content in sorted(self.files.items())}
        about = {"directory": directory, "files": digests, "whole": self.whole}
        return about | {"inputs": dict(sorted(self.inputs.items()))}


@dataclass(frozen=True)
class Changes:
    """The differences from the code that a search began with.

    Attributes:
        code: Changed code, by path relative to the project.
        inputs: Changed files that are not code.
        touched: Whether a file was written since the last check, even if its content is unchanged.
    """

    code: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    touched: bool = False


def digest(content: bytes) -> str:
    """The SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def kept_files(directory: Path, record: Mapping[str, Any]) -> dict[str, bytes]:
    """The code that a run began with.

    Args:
        directory: The run directory.
        record: As :meth:`ProjectCode.record` returned it.

    Raises:
        RunDamaged: A file is missing, or was changed.
    """
    place = directory / record["directory"]
    found = {}
    for name, expected in record["files"].items():
        content = read_regular(place / name, LARGEST)
        if content is None or digest(content) != expected:
            what = "is missing" if content is None else "was changed"
            raise RunDamaged(
                f"{place / name} {what}. It is the code that the run began with, so the run cannot continue."
                " Restore the file, or continue with the project's code: --accept-code-change."
            )
        found[name] = content
    return found


def changes(
    kept: Mapping[str, bytes], record: Mapping[str, Any], now: ProjectCode, used: set[str] | None
) -> Changes:
    """Compare code with the code that a run began with.

    Args:
        kept: The code that the run began with.
        record: The record stored with the run.
        now: The project's code.
        used: The files that matter, by relative path; None for all.
    """
    names = kept.keys() | now.files.keys()
    code = [
        name
        for name in sorted(names if used is None else names & used)
        if not _same(name, kept.get(name), now.files.get(name))
    ]
    inputs = [name for name, old in record["inputs"].items() if now.inputs.get(name, old) != old]
    return Changes(tuple(code), tuple(inputs))


def project_root(base: Path | None, directory: Path) -> Path:
    """The directory whose code belongs to a search: the config's, if the code runs in it.

    Args:
        base: The config's directory.
        directory: Where the code runs.
    """
    return base if base is not None and directory.is_relative_to(base) else directory


def restoring(names: Sequence[str], root: Path, copy: Path) -> list[str]:
    """The shell commands that restore the code that the run began with.

    Args:
        names: The files, by path relative to the project.
        root: The project's directory.
        copy: The directory with the code that the run began with, in the run directory.
    """
    kept = {name: (copy / name).is_file() for name in names}
    gone = dict.fromkeys((root / name).parent for name in names if kept[name])
    return [
        *(pasteable("mkdir", "-p", directory) for directory in gone if not directory.is_dir()),
        *(
            pasteable("cp", copy / name, root / name) if kept[name] else pasteable("rm", root / name)
            for name in names
        ),
    ]


def change_error(
    what: str, found: Changes, root: Path, copy: Path, typed: ResumeOptions = NO_OPTIONS
) -> CodeChanged:
    """Why a search does not continue, and what to type.

    Args:
        what: What happened, as a sentence without its full stop.
        found: The changes.
        root: The project's directory.
        copy: The directory with the code that the run began with, in the run directory.
        typed: The options that the user gave to ``resume``.
    """
    run = copy.parent
    resume = ("hpsearch", "resume", run, *typed.all)
    back = "\n".join(f"    {step}" for step in (*restoring(found.code, root, copy), pasteable(*resume)))
    return CodeChanged(
        f"{what}. Results of different code cannot be compared.\n"
        f"  To restore the code that the run began with, and continue:\n{back}\n"
        f"  To search with the new code in a new run:\n"
        f"    {pasteable('hpsearch', 'run', run / 'config.yaml', *typed.searching)}\n"
        f"  To continue with the new code anyway:\n"
        f"    {pasteable(*resume, '--accept-code-change')}"
    )


class Watch:
    """Checks whether code is still the code that a run began with.

    Args:
        paths: The files to check; changes in other files go unnoticed.
        compare: Compares everything.
        root: The project's directory.
        copy: The directory with the code that the run began with.
    """

    def __init__(self, paths: Sequence[Path], compare: Callable[[], Changes], root: Path, copy: Path) -> None:
        self._paths = paths
        self._compare = compare
        self._root, self._copy = root, copy
        self._seen: list[tuple[int, ...] | None] | None = None  # so that the first check compares
        self._reported: set[str] = set()
        self._found = Changes()

    def look(self) -> Changes:
        """The changes since the run began; other files that a command names are reported once."""
        stats = [_stat(path) for path in self._paths]
        if stats == self._seen:
            return Changes()
        touched, self._seen = self._seen is not None, stats
        found = self._compare()
        inputs = tuple(name for name in found.inputs if name not in self._reported)
        self._reported |= set(inputs)
        self._found = replace(found, inputs=inputs, touched=touched)
        return self._found

    def error(self, what: str) -> CodeChanged:
        """Why the search stops after the last check; ``what`` as in :func:`change_error`."""
        return change_error(what, self._found, self._root, self._copy)


def _same(name: str, ours: bytes | None, theirs: bytes | None) -> bool:
    if ours is None or theirs is None or ours == theirs:
        return ours is theirs or ours == theirs
    return name.endswith(".py") and same_program(ours, theirs)


def _stat(path: Path) -> tuple[int, ...] | None:
    try:
        about = os.stat(path)  # noqa: PTH116 -- path may be anything that a command names
    except (OSError, ValueError):
        return None
    return about.st_mtime_ns, about.st_ctime_ns, about.st_size, about.st_ino
