"""Which environment is ours, and which is the user's?

This module sets the variables of this program and of the processes that it starts, so that they compute alike
and import nothing from the current directory. :func:`user_environment` is the original environment, for the
user's own code.

It is imported before anything else, and imports only what Python has already loaded: until
:func:`leave_current_directory` has run, a file such as ``json.py`` in the current directory would be imported
instead.
"""

from __future__ import annotations  # types are imported for annotations only

import os
import sys

TYPE_CHECKING = False  # typing is not loaded yet
if TYPE_CHECKING:
    from collections.abc import Mapping

_ORIGINAL_VARIABLE = "HPSEARCH_ORIGINAL_ENVIRONMENT"
"""Contains, as JSON, the values of variables before they were set here; null for absent ones."""

_HOME = os.path.abspath(f"{__file__}/../../..")  # noqa: PTH100 -- see above


def set_variables(values: Mapping[str, str | None]) -> None:
    """Set variables for this process and those that it starts, and remember their old values.

    Args:
        values: By name; None removes the variable.
    """
    import json

    original = json.loads(os.environ.get(_ORIGINAL_VARIABLE, "{}"))
    for name, value in values.items():
        original.setdefault(name, os.environ.get(name))
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    os.environ[_ORIGINAL_VARIABLE] = json.dumps(original)


def user_environment() -> dict[str, str]:
    """The environment for the user's own code: this process's, without the changes made here."""
    import json

    environment = dict(os.environ)
    for name, value in json.loads(environment.pop(_ORIGINAL_VARIABLE, "{}")).items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    return environment


class SafePath:
    """A context in which processes that start import nothing from the current directory.

    Python puts the current directory first on the path of ``python -m`` and ``python -c``, which is how
    workers, their trackers and local clusters start.
    """

    def __enter__(self) -> None:
        self._before = {name: os.environ.get(name) for name in (*safe_path(), _ORIGINAL_VARIABLE)}
        set_variables(safe_path())

    def __exit__(self, *_: object) -> None:
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def safe_path() -> dict[str, str | None]:
    """The variables with which Python imports nothing from the current directory."""
    variables: dict[str, str | None] = {"PYTHONSAFEPATH": "1"}
    entries = os.environ.get("PYTHONPATH")
    if entries is not None:
        kept = [entry for entry in entries.split(os.pathsep) if not _is_current(entry) or _is_home(entry)]
        variables["PYTHONPATH"] = os.pathsep.join(kept) or None
    return variables


def leave_current_directory() -> None:
    """From now on, import nothing from the current directory except hpsearch itself, if it is there."""
    standard = os.path.dirname(os.__file__)  # noqa: PTH120 -- see above
    end = sys.path.index(standard) if standard in sys.path else len(sys.path)
    left = [entry for entry in sys.path[:end] if _is_current(entry)]
    sys.path[:end] = [entry for entry in sys.path[:end] if not _is_current(entry)]
    if any(map(_is_home, left)) and _HOME not in sys.path:
        sys.path.append(_HOME)


def is_program() -> bool:
    """Whether this process is ``hpsearch`` or ``python -m hpsearch``, and not a program that imports it."""
    if not sys.argv:
        return False
    if sys.argv[0] == "-m":  # the package is being imported to be run
        return sys.orig_argv[-len(sys.argv)] in ("hpsearch", "-mhpsearch")
    return os.path.basename(sys.argv[0]) == "hpsearch"  # noqa: PTH119 -- see above


def _is_current(entry: str) -> bool:
    try:
        return os.path.realpath(entry or ".") == os.path.realpath(".")
    except OSError:  # the current directory was removed
        return entry in ("", ".")


def _is_home(entry: str) -> bool:
    return os.path.realpath(entry or ".") == os.path.realpath(_HOME)
