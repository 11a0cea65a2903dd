"""The Python files of a project: all of them, and those that a script imports."""

import ast
import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MOST_FILES = 2_000
MOST_BYTES = 20 * 2**20
MOST_ENTRIES = 20_000
"""The largest number of names to look at: the project may be a home directory, or full of images."""

NOT_CODE = {"__pycache__", "node_modules", "site-packages", "dist-packages"}
FINDS_BY_NAME = ("importlib", "__import__", "import_module", "_target_")
"""Words in programs that may import modules by computed names."""


@dataclass
class PythonFiles:
    """The Python files below a directory.

    Attributes:
        files: Their contents, by relative path.
        whole: Whether these are all files; there are limits.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    whole: bool = True


def python_files(root: Path, first: Path | None = None) -> PythonFiles:
    """Read the Python files below a directory, those next to it first.

    The following are left out: names that begin with a dot, run directories, virtual environments, anything
    but regular files, and files that cannot be read.

    Args:
        root: The directory.
        first: A directory below it to begin with.
    """
    found = PythonFiles()
    total = entries = 0
    waiting, seen = deque([first or root, root]), set()
    while waiting:
        directory = waiting.popleft()
        try:
            about = directory.stat()
            with os.scandir(directory) as listing:
                inside = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            continue
        names = {entry.name for entry in inside}
        if (about.st_dev, about.st_ino) in seen or "pyvenv.cfg" in names or "search.db" in names:
            continue
        seen.add((about.st_dev, about.st_ino))
        entries += len(inside)
        if entries > MOST_ENTRIES:
            found.whole = False
            break
        for entry in inside:
            if entry.name.startswith(".") or entry.name in NOT_CODE:
                continue
            path = Path(entry.path)
            if is_directory(path):
                waiting.append(path)
            elif entry.name.endswith(".py"):
                content = read_regular(path, MOST_BYTES - total)
                if len(found.files) < MOST_FILES and content is not None:
                    total += len(content)
                    found.files[path.relative_to(root).as_posix()] = content
                elif path.is_file():
                    found.whole = False
    return found


def is_directory(path: Path) -> bool:
    """Whether a path is a directory, or a link to one; never raises."""
    return os.path.isdir(path)  # noqa: PTH112 -- Path.is_dir raises for a name that is too long


def read_regular(path: Path, most: int) -> bytes | None:
    """The content of a file; None if it is not regular, cannot be read, or has more than ``most`` bytes."""
    try:
        if not path.is_file() or path.stat().st_size > most:
            return None
        return path.read_bytes()
    except (OSError, ValueError):
        return None


@dataclass
class Imports:
    """The files that scripts import from a project.

    Attributes:
        files: The scripts, and the files that they import, directly or indirectly.
        missing: The paths of modules that were found elsewhere, or not at all.
        by_name: Whether one of the files may import others by computed names.
    """

    files: dict[Path, bytes] = field(default_factory=dict)
    missing: set[Path] = field(default_factory=set)
    by_name: bool = False


def imports(scripts: Sequence[Path], roots: Sequence[Path]) -> Imports:
    """Follow the imports of scripts, without executing anything.

    Args:
        scripts: Python files.
        roots: Directories to look for modules in.
    """
    found = Imports()
    waiting = [*scripts]
    while waiting:
        path = waiting.pop()
        if path in found.files or (content := read_regular(path, MOST_BYTES)) is None:
            continue
        found.files[path] = content
        found.by_name |= any(word.encode() in content for word in FINDS_BY_NAME)
        for package, parts in _imported(path, content):
            for root in [package] if package else roots:
                waiting += _module_files(root, parts, found.missing)
    found.missing -= found.files.keys()
    return found


def _imported(path: Path, content: bytes) -> Iterator[tuple[Path | None, Sequence[str]]]:
    """The modules that a file imports: the directory that a name is relative to, and the name's parts."""
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((None, alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = path.parents[node.level - 1] if 0 < node.level <= len(path.parents) else None
            parts = node.module.split(".") if node.module else []
            yield from ((package, [*parts, alias.name]) for alias in node.names)


def _module_files(root: Path, parts: Sequence[str], missing: set[Path]) -> Iterator[Path]:
    """The files that importing a module executes, including its packages."""
    place = root
    for index, part in enumerate(parts):
        place = place / part
        module, package = place.with_name(part + ".py"), place / "__init__.py"
        for path in (package, module):
            if path.is_file():
                yield path
            elif index == 0 and part not in sys.stdlib_module_names:
                missing.add(path)


def same_program(ours: bytes, theirs: bytes) -> bool:
    """Whether two Python files are equal apart from comments and layout."""
    try:
        return ast.dump(ast.parse(ours)) == ast.dump(ast.parse(theirs))
    except (SyntaxError, ValueError, RecursionError):
        return ours == theirs
