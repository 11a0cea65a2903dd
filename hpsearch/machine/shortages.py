"""What may the operating system run out of, and what can be done about it?"""

import contextlib
import errno
import os
import resource
from collections.abc import Iterator

from hpsearch.errors import SystemLacking

_SCARCE = {errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM}

SPARE_DESCRIPTORS = 16
"""File descriptors needed to run one trial after another, besides those open at the start."""


@contextlib.contextmanager
def shortages_named() -> Iterator[None]:
    """Turn system errors that report a shortage into our own.

    Raises:
        SystemLacking: It had an error that :func:`is_shortage`.
    """
    try:
        yield
    except OSError as error:
        if not is_shortage(error):
            raise
        raise SystemLacking(f"{explain_shortage(error)}.") from error


def check_descriptors() -> None:
    """Check that enough files can be opened to run one trial after another.

    Raises:
        SystemLacking: There are too few file descriptors.
    """
    descriptors: list[int] = []
    try:
        with shortages_named():
            descriptors += (os.open(os.devnull, os.O_RDONLY) for _ in range(SPARE_DESCRIPTORS))
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def is_shortage(error: BaseException) -> bool:
    """Whether an error means that the system has no more files, processes, threads or memory to give."""
    if isinstance(error, OSError):
        return error.errno in _SCARCE
    return isinstance(error, MemoryError) or "can't start new thread" in str(error)


def explain_shortage(error: BaseException) -> str:
    """An error of the operating system as text that says what is missing and what to type.

    Args:
        error: The system's error.
    """
    number = error.errno if isinstance(error, OSError) else errno.EAGAIN if is_shortage(error) else None
    advice = {
        errno.EMFILE: f"this process may have {_limit('NOFILE')} files open. Type `ulimit -n 4096` and try"
        " again",
        errno.ENFILE: "the computer has as many files open as it may have. Close other programs and try"
        " again",
        errno.EAGAIN: f"this user may have {_limit('NPROC')} processes and threads. End other programs, or"
        " type `ulimit -u unlimited`, and try again",
        errno.ENOMEM: "the computer has no memory left. Close other programs and try again",
    }
    if isinstance(error, FileNotFoundError) and error.filename is None and _is_current_directory_gone():
        return "the current directory was removed. Change to another one with `cd`, and try again"
    if is_temporary_directory_missing(error):
        return (
            f"{error}. Set TMPDIR to a directory that can be written, such as with"
            ' `export TMPDIR="$PWD"`, and try again'
        )
    if isinstance(error, MemoryError):
        number = errno.ENOMEM
    text = (str(error) or type(error).__name__).rstrip(".")
    if number in advice:
        text = os.strerror(number)
    return f"{text}: {advice[number]}" if number in advice else text


def is_temporary_directory_missing(error: BaseException) -> bool:
    """Whether Python has found no directory for temporary files."""
    return isinstance(error, FileNotFoundError) and "No usable temporary directory" in str(error)


def _is_current_directory_gone() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 -- Path.cwd would do the same
    except FileNotFoundError:
        return True
    return False


def _limit(name: str) -> str:
    soft, _ = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))
    return "any number of" if soft == resource.RLIM_INFINITY else str(soft)
