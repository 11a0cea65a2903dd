"""The preparation of a search that runs user code: checks, and a copy of the code."""

from __future__ import annotations  # types are imported for annotations only

import functools
import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hpsearch.commands import NO_OPTIONS
from hpsearch.errors import RunDamaged, RunMismatch
from hpsearch.files import write_files
from hpsearch.machine.kernels import THREAD_VARIABLES
from hpsearch.objectives.code_objective import CodeObjective
from hpsearch.objectives.project_code import (
    LARGEST,
    CodeCopy,
    ProjectCode,
    Watch,
    change_error,
    changes,
    kept_files,
    project_root,
)
from hpsearch.objectives.python_files import read_regular
from hpsearch.objectives.retrying import with_retries
from hpsearch.objectives.user_code import Limits
from hpsearch.process.parents import parents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hpsearch.commands import ResumeOptions
    from hpsearch.config import Config
    from hpsearch.objective import Objective
    from hpsearch.objectives.project_code import Changes
    from hpsearch.objectives.user_code import UserCode
    from hpsearch.store import Run

COPY = "code"
"""The directory with the copy in a run directory; a number is added when changed code is accepted."""


class CodePreparation:
    """The preparation of a search that runs user code.

    A search runs the code that it began with. A function is imported from a copy of the project in the run
    directory. A command is not run from a copy; there the copy shows whether its files are still the same.

    Args:
        config: The search's config.
        user_code: The code.
        directory: Where it runs.
    """

    must_match: ClassVar[bool] = False

    def __init__(self, config: Config, user_code: UserCode, directory: Path) -> None:
        self._config = config
        self._user_code = user_code
        self._directory = directory
        self._root = project_root(config.base, directory)
        self._code: ProjectCode | None = None
        self._copy: CodeCopy | None = None

    @property
    def code(self) -> ProjectCode:
        """The project's code; read when first needed."""
        if self._code is None:
            self._code = self._user_code.code(self._root)
        return self._code

    def check(self) -> Sequence[str]:
        """Check the code that will run."""
        if not self._user_code.runs_copy or self._copy is not None:
            return self._current().check(self._config)
        with tempfile.TemporaryDirectory() as directory:
            write_files(Path(directory), self.code.files)
            copy = CodeCopy(self._root, Path(directory), self.code.whole)
            notes = self._user_code.with_copy(copy).check(self._config)
        if self.code.whole:
            return notes
        note = (
            f"{self._root} has more Python files than a run keeps a copy of ({len(self.code.files)})."
            " Do not change the others while the search runs."
        )
        return [*notes, note]

    def fingerprint(self) -> str:
        """The SHA-256 of the code's files."""
        return hashlib.sha256(json.dumps(self.record(), sort_keys=True).encode()).hexdigest()

    def rows(self) -> None:
        """None, because the code has its own data."""

    def files(self) -> Mapping[str, bytes]:
        """The copy of the code, for a new run directory."""
        return {f"{COPY}/{name}": content for name, content in self.code.files.items()}

    def record(self) -> Mapping[str, Any]:
        """The record of the code to store with a new run."""
        return self.code.record(COPY)

    def resume(
        self, run: Run, kept: Sequence[int], *, accept: bool, typed: ResumeOptions = NO_OPTIONS
    ) -> Sequence[str]:
        """Compare the code with the code that a run began with.

        Args:
            run: The run, open for writing.
            kept: The trials whose results stay; without any, any code is accepted.
            accept: Whether to continue with changed code.
            typed: The options that the user gave to ``resume``.

        Returns:
            Messages for the user, as sentences.

        Raises:
            CodeChanged: A command's code has changed.
            RunDamaged: The copy has changed.
        """
        record = run.meta("code")
        if record is None or accept or not kept:
            return self._accept(run, record, kept)
        found = self._compare(run.directory, record)
        names, copy = ", ".join(found.code), run.directory / record["directory"]
        notes = [f"{name}, named in the command, has changed since this run began." for name in found.inputs]
        if found.code and self._user_code.runs_copy:
            notes.append(
                f"{names} changed since this run began. The search continues with the code that it began"
                f" with, which is in {copy}. --accept-code-change continues with the new code."
            )
        elif found.code:
            what = f"{names} changed since {run.directory} began"
            raise change_error(what, found, self._root, copy, typed)
        self._copy = self._copy_in(run, record)
        return notes

    def watch(self, run: Run) -> Watch | None:
        """The watch for changes while trials run; None for code that runs from its copy."""
        if self._user_code.runs_copy:
            return None
        record, directory = run.meta("code"), run.directory
        paths = [self._root / name for name in (*record["files"], *record["inputs"])]
        return Watch(
            [*paths, *self._user_code.code(self._root).missing],
            functools.partial(self._compare, directory, record),
            self._root,
            directory / record["directory"],
        )

    def unchanged(self, run: Run) -> CodeObjective:
        """The objective that runs a trial with the code that a run began with.

        Raises:
            RunMismatch: A command's code has changed.
            RunDamaged: The copy has changed.
        """
        record = run.meta("code")
        if record is None:
            raise RunMismatch(f"{run.directory} has no copy of its code. Start a new run.")
        if not self._user_code.runs_copy and (found := self._compare(run.directory, record)).code:
            copy = run.directory / record["directory"]
            raise RunMismatch(
                f"{', '.join(found.code)} changed since {run.directory} began, so its models would learn"
                f" something else. Restore the code, of which {copy} has a copy, or nurse a model of the new"
                " code."
            )
        return self.code_objective(run)

    def changes(self, run: Run) -> Sequence[str]:
        """Compare the code with the code that a run began with, and say which one runs."""
        record = run.meta("code")
        if record is None:
            raise RunDamaged(f"{run.directory} has no copy of its code, so no trial can run again as it was.")
        found = self._compare(run.directory, record)
        names = ", ".join((*found.code, *found.inputs))
        which = (
            "This runs the code that the run began with."
            if self._user_code.runs_copy
            else "This runs it as it is now."
        )
        return [f"{names} changed since the run began. {which}"] if names else ()

    def objective(self, run: Run, place: Path | None = None) -> Objective:
        """The objective; a function always runs from its copy in the run directory."""
        return with_retries(self.code_objective(run, place), self._config.run)

    def code_objective(self, run: Run, place: Path | None = None) -> CodeObjective:
        """The objective, without retries."""
        settings = self._config.run
        self._copy = self._copy_in(run, run.meta("code"))
        return CodeObjective(
            self._current(),
            self._config.metric,
            self._directory,
            (place or run.directory).resolve() / run.trials_directory.name,
            Limits(settings.timeout, settings.memory),
            environment_of(self._config),
            tuple(map(str, settings.devices)),
            self._root,
        )

    def close(self) -> None:
        """End the parent processes of trials."""
        parents.close()

    def _current(self) -> UserCode:
        return self._user_code if self._copy is None else self._user_code.with_copy(self._copy)

    def _copy_in(self, run: Run, record: Mapping[str, Any]) -> CodeCopy:
        kept_files(run.directory, record)  # raises an error if they have changed
        return CodeCopy(self._root, (run.directory / record["directory"]).resolve(), record["whole"])

    def _compare(self, directory: Path, record: Mapping[str, Any]) -> Changes:
        """The project's present code, compared with the code that a run began with."""
        kept, now = kept_files(directory, record), self._user_code.code(self._root)
        for name in kept.keys() - now.files.keys():  # a file with a mistake may no longer import them
            if (content := read_regular(self._root / name, LARGEST)) is not None:
                now.files[name] = content
        places = (self._root, directory / record["directory"])
        used = [self._user_code.used(self._root, place) for place in places]
        known = [names for names in used if names is not None]
        return changes(kept, record, now, set().union(*known) if len(known) == len(used) else None)

    def _accept(self, run: Run, record: Mapping[str, Any] | None, kept: Sequence[int]) -> Sequence[str]:
        """Continue with the project's code; a copy of it replaces the old one."""
        names: tuple[str, ...] = ()
        if record is not None:
            try:
                found = self._compare(run.directory, record)
                names = (*found.code, *found.inputs)
            except RunDamaged:
                names = ("the copy of the code",)
            if not names:
                self._copy = self._copy_in(run, record)
                return []
        self.check()  # before the old code is replaced
        old = record["directory"] if record else COPY
        number = int(old.rpartition("-")[2]) + 1 if "-" in old else 2
        new = self.code.record(f"{COPY}-{number}" if record else COPY)
        with run.writing():
            shutil.rmtree(
                run.directory / new["directory"], ignore_errors=True
            )  # of an attempt that was killed
            write_files(run.directory / new["directory"], self.code.files)
        for trial in run.unfinished():
            run.drop_checkpoint(trial)
        run.set_meta(code=new, data=self.fingerprint())
        self._copy = self._copy_in(run, new)
        if record is None:
            note = "This run has no copy of its code; it continues with the present code."
            return [note] if self.code.files else []  # a function in this process has no files
        shutil.rmtree(run.directory / old, ignore_errors=True)
        if not kept:
            return []
        again = [str(number) for number in range(max(kept)) if number not in set(kept)]
        trials = f"trials {', '.join(again)} and " if again else ""
        text = f"{trials}from trial {max(kept) + 1} on, with changed code: {', '.join(names)}"
        run.event("code changed", text)
        return [f"{text[0].upper()}{text[1:]}. Results before and after may not be comparable."]


def environment_of(config: Config) -> dict[str, str]:
    """The variables that a search sets for user code, the same for all trials."""
    return {
        **dict.fromkeys(THREAD_VARIABLES, str(config.run.threads)),
        "PYTHONHASHSEED": str(config.seed),  # the order of a set is part of a result
        "PYTHONUNBUFFERED": "1",  # otherwise epochs would arrive only when a buffer is full
    }
