"""The sources of results that a search knows beforehand: earlier runs, and files."""

import os
from dataclasses import replace
from pathlib import Path

from hpsearch.config.reader import Reader
from hpsearch.config.schema import SearchSection
from hpsearch.config.setting_types import either
from hpsearch.searchers import METHODS


def find_earlier_results(search: SearchSection, reader: Reader, base: Path | None) -> SearchSection:
    """The section with absolute paths of runs and files; missing ones are reported.

    Args:
        search: The section.
        reader: The config.
        base: The directory that relative paths start from, before the current directory and its ``runs/``;
            None to leave paths alone.
    """
    if base is None:
        return search
    for key in ("warm_start", "known_results"):
        if getattr(search, key) != [] and not METHODS[search.method].uses_prior_observations:
            others = [name for name, searcher in METHODS.items() if searcher.uses_prior_observations]
            rule = f"has no effect with method: {search.method}, which does not use earlier results"
            hint = f"Write method: {either(others)}, or leave it out"
            reader.report(("search", key), rule, hint=hint)
    runs, files = _runs(search, reader, base), _files(search, reader, base)
    return replace(search, warm_start=runs, known_results=files)


def _runs(search: SearchSection, reader: Reader, base: Path) -> list[str] | None:
    if search.warm_start is None:
        return None
    found = []
    for index, name in enumerate(search.warm_start):
        places = [base / name, Path.cwd() / name, Path.cwd() / "runs" / name]
        run = next((place for place in places if (place / "search.db").exists()), None)
        if run is None:
            hint = "`hpsearch list` shows all runs"
            reader.report(("search", "warm_start", index), "must be a run directory", hint=hint)
        else:
            found.append(str(run.resolve()))
    return found


def _files(search: SearchSection, reader: Reader, base: Path) -> list[str]:
    found = []
    for index, name in enumerate(search.known_results):
        path = os.path.abspath(base / os.path.expanduser(name))  # noqa: PTH100, PTH111 -- as for data files
        if Path(path).is_file():
            found.append(path)
        else:
            rule, hint = "must be a CSV file with a row for each result", f"There is no file {path}"
            reader.report(("search", "known_results", index), rule, hint=hint)
    return found
