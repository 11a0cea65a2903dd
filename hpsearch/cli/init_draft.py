"""The proposal of ``init`` for a script: how the script is read, and the command that runs it."""

from __future__ import annotations  # types are imported for annotations only

import itertools
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hpsearch.commands import command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hpsearch.scripts import Draft, Script, Wishes

HELP_SECONDS = 60
INTERPRETERS = {
    ".R": "Rscript", ".r": "Rscript", ".jl": "julia", ".sh": "bash", ".bash": "bash", ".lua": "lua",
    ".js": "node", ".pl": "perl", ".rb": "ruby",
}  # fmt: skip
"""The interpreters of files, by suffix."""


NO_PROGRAMS = {
    ".ipynb": "a notebook; export it first: jupyter nbconvert --to script",
    ".csv": "data; hpsearch init --data trains the built-in network on it",
    ".npz": "data; hpsearch init --data trains the built-in network on it",
    ".txt": "a text file; name the script that trains",
}
"""The kinds of files that cannot be run, by suffix."""


def proposal(
    source: str, config: Path, fixed: Sequence[str] = (), *, run_help: bool
) -> Callable[[Wishes | None], Draft]:
    """A draft of a config for a script.

    Args:
        source: The script, or ``train.py:FUNCTION``.
        config: Where the config will be.
        fixed: Words that the script gets in every trial.
        run_help: Whether the script may be run with ``--help``.

    Raises:
        UsageError: It cannot be read, or is not Python and may not be run.
    """
    from hpsearch.config import name_like
    from hpsearch.errors import UsageError
    from hpsearch.scripts import UnreadableScript, propose_config, read_function, with_fixed_words

    name, _, function = source.partition(".py:")
    path = Path(f"{name}.py" if function else source)
    where = os.path.relpath(path, config.parent)
    try:
        if function:
            script, made_from = read_function(path, function), source
            base = [f"{where.removesuffix('.py')}:{function}"]
        else:
            base = _base(path, where)
            script, made_from = with_fixed_words(_read(path, base, fixed, run_help=run_help), fixed), where
    except UnreadableScript as error:
        raise UsageError(str(error)) from error
    if run_help:
        made_from = f"the output of {' '.join(base)} --help"
    return lambda wishes: propose_config(
        script, base, made_from=made_from, name=name_like(path.stem), wishes=wishes
    )


def _read(path: Path, base: list[str], fixed: Sequence[str], *, run_help: bool) -> Script:
    from hpsearch.errors import UsageError
    from hpsearch.scripts import read_script, read_shell, read_text_program

    if run_help:
        return _helped(path, base, list(itertools.takewhile(lambda word: not word.startswith("-"), fixed)))
    if _is_python(path):
        return read_script(path)
    read = read_shell if path.suffix in (".sh", ".bash") else read_text_program
    if path.suffix in INTERPRETERS and (script := read(path)).options:
        return script
    if not path.exists() and shutil.which(path) is None:
        raise UsageError(f"{path}: there is no such file or program")
    if path.is_dir() or path.suffix in NO_PROGRAMS:
        what = NO_PROGRAMS.get(path.suffix, "a directory; name the script in it")
        raise UsageError(f"{path} is {what}")
    raise UsageError(
        f"{path} is not a Python file, so its options can only be found by running it. "
        f"{command('init', path, '--run-help')} runs {' '.join(base)} --help"
    )


def _base(path: Path, where: str) -> list[str]:
    """The words that run a script from its config's directory."""
    if path.suffix == ".py":
        python = "python" if shutil.which("python") else "python3"
        return [python, "-m", _module(where)] if _is_in_package(path) else [python, where]
    if path.suffix in INTERPRETERS and not os.access(path, os.X_OK):
        return [INTERPRETERS[path.suffix], where]
    return [where if os.sep in where or not path.exists() else f"./{where}"]


def _is_in_package(path: Path) -> bool:
    """Whether a file can only be run as a module, because of imports such as ``from .model``."""
    try:
        return (path.parent / "__init__.py").is_file() and "\nfrom ." in path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def _is_python(path: Path) -> bool:
    """Whether a file is Python, by its suffix or its first line."""
    if path.suffix:
        return path.suffix == ".py"
    try:
        with path.open("rb") as file:
            first = file.readline(200)
    except OSError:
        return False
    return first.startswith(b"#!") and b"python" in first


def _module(where: str) -> str:
    return where.removesuffix(".py").replace(os.sep, ".")


def _helped(path: Path, base: list[str], before: list[str]) -> Script:
    """What a program's help says, and what its source shows that it prints.

    Raises:
        UsageError: It cannot be run.
    """
    import subprocess

    from hpsearch.errors import UsageError
    from hpsearch.scripts import metrics_of_text, read_help, read_script

    found = os.path.abspath(path) if len(base) == 1 and path.exists() else str(path)  # noqa: PTH100 -- Path.resolve follows links
    words = [*base[:-1], base[-1] if "-m" in base else found, *before, "--help"]
    try:
        done = subprocess.run(  # noqa: S603 -- --run-help asks for it
            words, stdin=subprocess.DEVNULL, capture_output=True, timeout=HELP_SECONDS, check=False
        )
    except OSError as error:
        raise UsageError(f"{' '.join(words)} cannot be run: {error.strerror}") from error
    except subprocess.TimeoutExpired:
        raise UsageError(f"{' '.join(words)} did not end within {HELP_SECONDS} s") from None
    script = read_help((done.stdout + b"\n" + done.stderr).decode("utf-8", "replace"))
    metrics = read_script(path).metrics if _is_python(path) else metrics_of_text(path)
    return replace(script, metrics=metrics)
