"""The program in which a user's function runs: ``python -P runner.py ANSWERS MESSAGES``.

It reads a job from the file descriptor ANSWERS and writes to MESSAGES; see :mod:`hpsearch.process.jobs`. With
one argument, a list in JSON, it is the parent of many trials; see :mod:`hpsearch.process.forks`.

It imports only the standard library and its neighbours, which it finds by their path: hpsearch need not be on
the user's path, and the user's modules cannot be mistaken for it. If the environment names a copy of the
user's code, modules come from that copy, even in processes that the function starts by
:mod:`multiprocessing`, which import this program.
"""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any


def load(name: str) -> Any:
    """A module from this directory, under the name by which ``import`` also finds it."""
    full_name = f"hpsearch.process.{name}"
    if full_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(full_name, Path(__file__).with_name(f"{name}.py"))
        module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type] # the file is there
        sys.modules[full_name] = module
        spec.loader.exec_module(module)  # type: ignore[union-attr] # as above
    return sys.modules[full_name]


NEEDED = ("watched_import", "reporting", "user_function", "jobs")
"""In this order, because they import each other."""

if __name__ in ("__main__", "__mp_main__"):
    load("kept_modules").install_from_environment()
    for needed in NEEDED:
        load(needed)
if __name__ == "__main__":
    if len(sys.argv) == 3:
        load("jobs").answer(int(sys.argv[1]), int(sys.argv[2]))
    load("supervisor")
    load("forks").serve(*json.loads(sys.argv[1]))
