"""The run directory: its files, and who may write to it.

::

    digits-001/
      config.yaml    what the user wrote, byte for byte
      search.db      trials, results, learning curves, events
      trials/00031/  a checkpoint until the result is recorded, logs; only for a trial that needs files
      data/          prepared arrays, only while the search is not complete
      best.yaml      the best configuration so far
      code/          a copy of the user's code at the start of the search
      nursery/       models that somebody has watched and touched: diaries and checkpoints
      lock           held with flock while a search runs; the kernel releases it when the process ends
"""

import contextlib
import errno
import fcntl
import os
import re
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from hpsearch.commands import command
from hpsearch.errors import HpsearchError, RunDamaged, RunExists, RunLocked, RunNotFound, RunUnwritable
from hpsearch.files import open_own, sync_directory, write_files, write_new, write_whole
from hpsearch.running import RunningTrial, curve_size, read_curve
from hpsearch.store.database import Database
from hpsearch.store.database_file import connect, create_database

LOCK_SECONDS = 1.0  # a process that only checks whether a search is running holds the lock for an instant


class Run(Database):
    """One run directory.

    Created by :meth:`create`, :meth:`open` (for writing; holds the lock) or :meth:`read`. A context manager.

    Attributes:
        directory: Where it is.
    """

    def __init__(self, directory: Path, connection: sqlite3.Connection, lock: FileLock | None = None) -> None:
        super().__init__(directory / "search.db", connection)
        self.directory = directory
        self._file_lock = lock
        self._in_flight: tuple[int, list[int]] | None = None  # with its version

    @classmethod
    def create(
        cls, directory: Path, source: str, meta: Mapping[str, Any], files: Mapping[str, bytes] | None = None
    ) -> Self:
        """Create a run directory, completely or not at all, and open it for writing.

        Args:
            directory: The directory to create; its parents are created too.
            source: The config as the user wrote it.
            meta: JSON data by key; ``config`` is the resolved config.
            files: More files, by relative path.

        Raises:
            RunExists: It already exists.
            RunUnwritable: It cannot be written.
        """
        with _writing(directory):
            if directory.exists():
                raise _exists(directory)
            directory.parent.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
            try:
                for name, text in (("config.yaml", source), ("lock", ""), ("search.db", "")):
                    write_new(draft / name, text, private=True)
                write_files(draft, files or {})
                try:
                    create_database(draft / "search.db", meta)
                except sqlite3.DatabaseError as error:
                    raise RunUnwritable(f"{directory} cannot be made: {error}.") from error
                draft.rename(directory)
                sync_directory(directory.parent)
            except OSError as error:
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                    raise _exists(directory) from None
                raise
            finally:
                shutil.rmtree(draft, ignore_errors=True)
        return cls.open(directory)

    @classmethod
    def create_numbered(
        cls,
        root: Path,
        name: str,
        source: str,
        meta: Mapping[str, Any],
        files: Mapping[str, bytes] | None = None,
    ) -> Self:
        """Create the next free one of ``root/name-001``, ``root/name-002``, … with :meth:`create`."""
        with _writing(root):
            entries = [path.name for path in root.iterdir()] if root.is_dir() else []
        found = [re.fullmatch(re.escape(name) + r"-(\d{3,})", entry) for entry in entries]
        number = max((int(match[1]) for match in found if match), default=0)
        while True:
            number += 1
            with contextlib.suppress(RunExists):  # another search was faster
                return cls.create(root / f"{name}-{number:03d}", source, meta, files)

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open a run for writing, and keep every other process from doing so.

        Raises:
            RunNotFound: There is none.
            RunLocked: A search is running in it.
            RunDamaged: Its database cannot be read.
            RunMismatch: It was written by a newer hpsearch.
            RunUnwritable: It cannot be written.
        """
        database = _find(directory)
        lock = FileLock(directory / "lock", mode=0o600, thread_local=False)
        with _writing(directory):
            try:
                lock.acquire(timeout=LOCK_SECONDS)
            except Timeout:
                raise _locked(directory) from None
        try:
            run = cls(directory, connect(database, write=True), lock)
            run.verify()  # before anything is written, so that a damaged run stays unchanged
            run.set_meta(holder={"pid": os.getpid(), "host": os.uname().nodename})
        except BaseException:
            lock.release()
            raise
        return run

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Open a run for reading, even while a search runs in it.

        Raises:
            RunNotFound: There is none.
            RunDamaged: Its database cannot be read.
            RunMismatch: It was written by a newer hpsearch.
        """
        return cls(directory, connect(_find(directory), write=False))

    def close(self) -> None:
        """Close the database, then let others write."""
        super().close()
        if self._file_lock is not None:
            self._file_lock.release()

    def __repr__(self) -> str:
        return f"<Run {self.directory}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def searching(self) -> bool:
        """Whether a process is searching in this run now."""
        if self._file_lock is not None and not self.closed:
            return True
        return _is_locked(self.directory / "lock")

    def running(self) -> list[RunningTrial]:
        """The running trials, by number, with their learning curves so far.

        A curve is empty for about a second after a trial's first epoch.
        """
        if not self.searching():
            return []
        return [
            RunningTrial(self.trial(number), read_curve(self.trial_directory(number)), self.started(number))
            for number in self.in_flight()
        ]

    def state(self) -> tuple[object, ...]:
        """A value that differs after every change that a view of the run shows.

        Live views compare it to decide whether to read the run again. It changes when a result arrives, a
        trial starts or reports an epoch, or the search starts or ends.
        """
        version, searching = self.version(), self.searching()
        if self._in_flight is None or self._in_flight[0] != version:
            self._in_flight = version, self.in_flight()
        numbers = self._in_flight[1] if searching else []
        return version, searching, *(curve_size(self.trial_directory(number)) for number in numbers)

    def write_file(self, name: str, text: str) -> None:
        """Write a file in the run directory, completely or not at all.

        Raises:
            RunUnwritable: It cannot be written.
        """
        with self.writing():
            write_whole(self.directory / name, text, private=True)

    def writing(self) -> AbstractContextManager[None]:
        """Turn system errors in this block into errors about writing to the run directory.

        Raises:
            RunUnwritable: The system refused.
        """
        return _writing(
            self.directory,
            " Trials that were reported as finished are stored. Fix the cause, then continue with"
            f" {command('resume', self.directory)}.",
        )

    @property
    def data_directory(self) -> Path:
        """The directory of the prepared arrays, while there is something to search."""
        return self.directory / "data"

    @property
    def trials_directory(self) -> Path:
        """The directory of the trials' directories, if they need any."""
        return self.directory / "trials"

    def trial_directory(self, number: int) -> Path:
        """The directory of a trial's files, if it needs any."""
        return self.trials_directory / f"{number:05d}"

    def nursery_directory(self, number: int) -> Path:
        """The directory of a trial's nursed models, if it has any."""
        return self.directory / "nursery" / f"{number:05d}"

    @contextlib.contextmanager
    def nursing(self, number: int) -> Iterator[Path]:
        """The nursery of a trial, created if it does not exist, and locked for this process while it is open.

        Raises:
            RunLocked: Another process has it open.
            RunDamaged: It is a link.
            RunUnwritable: It cannot be created.
        """
        directory = self.nursery_directory(number)
        if directory.is_symlink():
            raise RunDamaged(f"{directory} is a link, but must be the run's own directory. Remove it.")
        lock = FileLock(directory / "lock", mode=0o600, thread_local=False)
        with _writing(directory):
            for path in (directory.parent, directory):
                path.mkdir(exist_ok=True, mode=0o700)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                raise RunLocked(
                    f"{directory} is open in another process. Leave it there first; nothing is lost."
                ) from None
        try:
            yield directory
        finally:
            lock.release()

    def drop_checkpoint(self, number: int) -> None:
        """Remove the checkpoint of a trial whose result is recorded, if it has one."""
        directory = self.trial_directory(number)
        if directory.is_symlink():
            return
        for place in (directory, *directory.glob("seed-*")):
            if not place.is_symlink():
                shutil.rmtree(place / "checkpoint", ignore_errors=True)
        with contextlib.suppress(OSError):  # it does not exist, or contains the trial's logs
            directory.rmdir()
            directory.parent.rmdir()

    def drop_data(self) -> None:
        """Remove the prepared arrays, which a finished search does not need."""
        shutil.rmtree(self.data_directory, ignore_errors=True)


OWN_FILES = ("config.yaml", "search.db", "search.db-journal", "best.yaml", "lock")
OWN_DIRECTORIES = ("trials", "data", "code", "nursery")
"""The names in a run directory that hpsearch writes. None of them is ever a link."""


def _find(directory: Path) -> Path:
    database = directory / "search.db"
    try:
        if os.path.lexists(database):
            _refuse_strangers(directory)
            return database
        why = "it has no search.db" if directory.exists() else "it does not exist"
    except OSError as error:
        why = error.strerror or str(error)
    raise RunNotFound(f"{directory} is not a run directory: {why}. {command('list')} shows all runs.")


def _refuse_strangers(directory: Path) -> None:
    """Refuse a run directory in which one of the names is a link or otherwise of the wrong kind.

    Otherwise an untrusted run directory could cause any file of the user's to be read, truncated or removed.

    Raises:
        RunDamaged: There is such a name.
    """
    expected = [(name, stat.S_ISREG, "file") for name in OWN_FILES]
    expected += [(name, stat.S_ISDIR, "directory") for name in OWN_DIRECTORIES]
    for name, is_right, kind in expected:
        path = directory / name
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            continue
        if not is_right(mode):
            found = "a link" if stat.S_ISLNK(mode) else f"no {kind}"
            raise RunDamaged(
                f"{path} is {found}, but must be the run's own {kind}. Nothing was read or changed."
                " Remove it, or restore the run from a backup."
            )


def _exists(directory: Path) -> RunExists:
    return RunExists(
        f"{directory} already exists. Continue with {command('resume', directory)}, or choose another"
        " directory with --output."
    )


def _locked(directory: Path) -> RunLocked:
    holder = None
    with contextlib.suppress(HpsearchError), Run.read(directory) as run:
        holder = run.meta("holder")
    by = f"process {holder['pid']} on {holder['host']}" if holder else "another process"
    return RunLocked(
        f"{directory} is locked: {by} is searching in it. Wait until it ends, or end it: the lock is"
        " released with the process."
    )


def _is_locked(path: Path) -> bool:
    """Whether a process holds a lock; the check writes nothing and needs no permission to write."""
    try:
        descriptor = open_own(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # this file system does not support locks
        return False
    finally:
        os.close(descriptor)  # this also releases our own lock
    return False


@contextlib.contextmanager
def _writing(directory: Path, then: str = "") -> Iterator[None]:
    """Turn system errors into ours; ``then`` says what to do next."""
    try:
        yield
    except OSError as error:
        # NumPy's error for a partly written array has no reason.
        why = error.strerror or f"the disk is full, or fails ({error})"
        raise RunUnwritable(f"{directory} cannot be written: {why}.{then}") from error
