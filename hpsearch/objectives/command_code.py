"""The files that a command consists of: those that it names, and the imports of its Python files."""

import functools
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from hpsearch.invocation.placeholders import split_words
from hpsearch.objectives.project_code import ProjectCode
from hpsearch.objectives.python_files import imports, python_files, read_regular

MOST_BYTES = 2**20
"""Bytes; a larger file counts as data."""

CODE = re.compile(
    r"\.(py|pyx|sh|bash|r|jl|lua|pl|rb|js|ts|m|c|cc|cpp|cu|h|ya?ml|toml|ini|cfg|conf|gin)", re.I
)
"""Suffixes of files that a program reads but does not write."""

SHELL = re.compile(rb"#!.*\b(ba|z|da|k)?sh\b")


def command_code(
    run: Sequence[str] | str, templates: Iterable[str], directory: Path, root: Path
) -> ProjectCode:
    """The files that a command consists of.

    Args:
        run: Its words; or a text for a shell.
        templates: Files that are filled in for each trial.
        directory: Where it runs.
        root: The project's directory.
    """
    named = [*_named(run, directory), *(directory / name for name in templates)]
    found = ProjectCode()
    scripts = []
    for path in dict.fromkeys(Path(os.path.abspath(path)) for path in named):  # noqa: PTH100 -- links stay
        if path.suffix == ".py":
            scripts.append(path)
        elif path.is_relative_to(root) and _is_code(path) and (content := read_regular(path, MOST_BYTES)):
            found.files[_relative(path, root)] = content
        elif (digest := file_digest(path)) is not None:
            found.inputs[_relative(path, root)] = digest
    modules = imports(
        scripts, [*dict.fromkeys(path.parent for path in scripts), directory, directory / "src"]
    )
    inside = {path: content for path, content in modules.files.items() if path.is_relative_to(root)}
    found.files |= {_relative(path, root): content for path, content in inside.items()}
    outside = modules.files.keys() - inside.keys()
    found.inputs |= {_relative(path, root): file_digest(path) or "" for path in sorted(outside)}
    found.missing = tuple(sorted(modules.missing))
    if modules.by_name:
        for path in {path.parent for path in scripts if path.is_relative_to(root)}:
            near = python_files(path)
            found.files |= {_relative(path / name, root): text for name, text in near.files.items()}
    return found


def file_digest(path: Path) -> str | None:
    """The SHA-256 of a file; None if it is not a regular file, or cannot be read."""
    try:
        if not path.is_file():
            return None
        about = path.stat()
        return _digest(path, (about.st_mtime_ns, about.st_ctime_ns, about.st_size, about.st_ino))
    except (OSError, ValueError):
        return None


@functools.lru_cache(maxsize=256)
def _digest(path: Path, _: tuple[int, ...]) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _named(run: Sequence[str] | str, directory: Path) -> Iterator[Path]:
    """The files that words name, as scripts, arguments or ``-m`` modules, and those that scripts name."""
    try:
        words = split_words(run) if isinstance(run, str) else run
    except ValueError:  # a shell may read it differently
        words = run.split() if isinstance(run, str) else []
    for before, word in zip(("", *words), words, strict=False):
        parts = word.replace(".", "/")
        names = (f"{parts}.py", f"{parts}/__main__.py", f"{parts}/__init__.py") if before == "-m" else ()
        for name in (word, word.rpartition("=")[2], *names):
            path = directory / name
            if name and _is_file(path):
                yield path
                yield from _named_in(path, directory)
                break


def _named_in(path: Path, directory: Path) -> Iterator[Path]:
    """The files that a shell script names."""
    text = read_regular(path, MOST_BYTES) or b""
    if path.suffix in (".sh", ".bash") or SHELL.match(text):
        for word in re.findall(r"[\w./-]+\.\w+", text.decode("utf-8", "replace")):
            if _is_file(directory / word):
                yield directory / word


def _is_code(path: Path) -> bool:
    return CODE.fullmatch(path.suffix) is not None or os.access(path, os.X_OK)


def _relative(path: Path, root: Path) -> str:
    return Path(os.path.relpath(path, root)).as_posix()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # it is not a valid file name
        return False
