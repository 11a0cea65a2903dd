"""Files: written completely or not at all, only for their owner; opened and hashed safely."""

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from hpsearch.errors import UsageError

MOST_SYNCED_SINGLY = 64
"""For more files than this, it is faster to sync everything that any program has written."""


@contextlib.contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """A file to write in place of ``path``: at the end it is complete and on disk, or nothing has changed.

    Anything but a regular file, such as ``/dev/stdout``, is written to directly; but a private file
    replaces it.

    Args:
        path: The file to replace or create.
        private: Whether only its owner may read it, whatever the umask.

    Raises:
        OSError: It cannot be written; an existing file is unchanged.
    """
    if not private and path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)  # left by a killed process; or a link, whose target would be overwritten
    try:
        with open(partial, "xb", opener=_opener(private=private)) as file:
            yield file
            _sync(file)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_whole(path: Path, text: str, *, private: bool = False) -> None:
    """Write a file as UTF-8; for the arguments and errors see :func:`replacing`."""
    write_parts(path, [text], private=private)


def write_parts(path: Path, parts: Iterable[str], *, private: bool = False) -> None:
    """Write a file as UTF-8 from the parts of its text; see :func:`replacing`."""
    with replacing(path, private=private) as file:
        file.writelines(part.encode() for part in parts)


def write_new(path: Path, text: str, *, private: bool = False) -> None:
    """Write a new file as UTF-8; on return it is on disk.

    Args:
        path: The file to create.
        text: Its content.
        private: Whether only its owner may read it, whatever the umask.

    Raises:
        FileExistsError: Something exists there; it is unchanged.
        OSError: It cannot be written; nothing of it is left.
    """
    with open(path, "xb", opener=_opener(private=private)) as file:
        try:
            file.write(text.encode())
            _sync(file)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def open_own(path: Path, flags: int) -> int:
    """A file descriptor of a regular file that is not a link; only the owner can read new files.

    Args:
        path: The file.
        flags: Flags for :func:`os.open`.

    Raises:
        OSError: It is a link, or not a regular file; nothing was changed.
    """
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is not a regular file", str(path))
    return descriptor


def open_below(directory: Path, *names: str) -> int:
    """A file descriptor for reading a regular file below a directory; no link on the way is followed.

    Args:
        directory: Where to begin; this may be a link.
        names: The names of the directories below it, and of the file.

    Raises:
        OSError: There is no such file, or one of the names is a link.
    """
    *between, last = names
    at = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in between:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            inner = os.open(name, flags, dir_fd=at)
            os.close(at)
            at = inner
        descriptor = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=at)
    finally:
        os.close(at)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is not a regular file", str(directory.joinpath(*names)))
    return descriptor


def write_files(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write new files below a directory, only for their owner; on return they are on disk.

    Args:
        directory: The directory; intermediate directories are created.
        files: Their contents, by relative path.
    """
    made: dict[Path, None] = {}
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made |= dict.fromkeys(parent for parent in path.parents if parent.is_relative_to(directory))
        with open(path, "xb", opener=_opener(private=True)) as file:
            file.write(content)
            if len(files) <= MOST_SYNCED_SINGLY:
                _sync(file)
    for each in made:
        sync_directory(each)
    if len(files) > MOST_SYNCED_SINGLY:
        os.sync()


def sync_directory(directory: Path) -> None:
    """Sync a directory: the names of files that were created, renamed or removed in it."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_readable_file(path: Path) -> bool:
    """Whether a path, or the target of a link, is a readable regular file, and not a pipe or directory."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb"):
            return True
    except (OSError, ValueError):  # ValueError: it is not a valid file name
        return False


def sha256(paths: Iterable[Path]) -> str:
    """The SHA-256 of the SHA-256s of files, in order; a file that has disappeared counts as empty."""
    total = hashlib.sha256()
    for path in paths:
        digest = hashlib.sha256()
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        total.update(digest.digest())
    return total.hexdigest()


@contextlib.contextmanager
def usage_errors(path: Path) -> Iterator[None]:
    """Turn system errors while writing a file that the user named into errors that name it.

    Raises:
        UsageError: The file exists and must not be replaced, or it cannot be written.
    """
    try:
        yield
    except FileExistsError:
        raise UsageError(f"{path} already exists and was not changed. Choose another name.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error


def _opener(*, private: bool) -> Callable[[str, int], int] | None:
    return (lambda path, flags: os.open(path, flags, 0o600)) if private else None


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
