"""What a search is told beforehand: configurations to try first, runs to learn from."""

import difflib
from collections.abc import Sequence
from pathlib import Path

from hpsearch.config.reader import Reader
from hpsearch.config.schema import SearchSection
from hpsearch.document.nodes import Location
from hpsearch.document.scalars import shown
from hpsearch.searchers import METHODS
from hpsearch.space import Categorical, Space


def check_enqueued(search: SearchSection, space: Space, reader: Reader) -> None:
    """Reports what of the enqueued configurations does not lie in the space."""
    for index, values in enumerate(search.enqueue):
        at: Location = ("search", "enqueue", index)
        misspelt = {_near(name, space.names) for name in values}
        for name, rule in space.problems(values):
            if name in values:
                unknown = name not in {*space.names, *space.constants}
                hint = _hint(name, values[name], space, unknown=unknown)
                reader.report((*at, name), rule, hint=hint, key=unknown)
            elif name not in misspelt:
                reader.report(at, f"must give {shown(name)} a value", found="", hint=f"Add {shown(name)}: …")


def _hint(name: str, value: object, space: Space, *, unknown: bool) -> str:
    """What to write instead, as a sentence."""
    if unknown:
        near = _near(name, space.names)
        return f"Did you mean {shown(near)}?" if near else f"Possible: {', '.join(map(shown, space.names))}"
    parameter = next((each for each in space.parameters if each.name == name), None)
    if isinstance(parameter, Categorical):
        near = _near(str(value), [str(own) for own in parameter.values if isinstance(own, str)])
        return f"Did you mean {shown(near)}?" if near else ""
    if parameter is None:
        return "Leave it out, or make it a parameter with a range"
    return ""


def _near(word: str, names: Sequence[str]) -> str:
    """The name that is meant, most likely; "" without an idea."""
    return next(iter(difflib.get_close_matches(word[:40], names, 1, 0.6)), "")


def search_notes(search: SearchSection, space: Space) -> list[str]:
    """What is allowed, but worth a word."""
    notes = []
    points = space.units([space.complete(values) for values in search.enqueue]).tolist()
    for index, point in enumerate(points):
        if (first := points.index(point)) < index:
            notes.append(f"search.enqueue[{index}]: is the same as search.enqueue[{first}], and runs again")
    if len(points) > search.trials:
        notes.append(
            f"search.enqueue: has {len(points)} configurations; search.trials lets {search.trials} run"
        )
    if space.size < search.trials:
        notes.append(
            f"search.trials: is {search.trials}, but the space has {space.size:.0f} configurations; "
            "the search ends when all were tried"
        )
    return notes


def find_runs(search: SearchSection, reader: Reader, base: Path | None) -> SearchSection:
    """The section with absolute paths of the runs to learn from; those that are not there are reported.

    Args:
        search: The section as it was written.
        reader: The config.
        base: What relative paths start from; where the program was started comes next, then runs/ there.
            None to take all paths as they are.
    """
    if base is None:
        return search
    if search.warm_start and not METHODS[search.method].uses_prior_observations:
        able = [name for name, searcher in METHODS.items() if searcher.uses_prior_observations]
        hint = f"Write method: {' or '.join(able)}, or leave warm_start out"
        reader.report(
            ("search", "warm_start"),
            f"has no effect with the method {search.method}, which does not use earlier results",
            hint=hint,
        )
    found = []
    for index, name in enumerate(search.warm_start):
        places = [base / name, Path.cwd() / name, Path.cwd() / "runs" / name]
        run = next((position for position in places if (position / "search.db").exists()), None)
        if run is None:
            hint = "`hpsearch list` shows the runs there are"
            reader.report(("search", "warm_start", index), "must be the directory of a run", hint=hint)
        else:
            found.append(str(run.resolve()))
    return search.model_copy(update={"warm_start": found})
