"""What a search is told beforehand: configurations to try first, runs to learn from."""

from pathlib import Path

from hpsearch.config.conditions import possible
from hpsearch.config.reader import Reader
from hpsearch.config.schema import SearchSection
from hpsearch.config.spelling import suggest_value
from hpsearch.space import Space

_WITHIN = "Write one of these, or make the range larger"


def check_enqueued(search: SearchSection, space: Space, reader: Reader) -> None:
    """Reports what of the enqueued configurations does not lie in the space."""
    by_name = {parameter.name: parameter for parameter in space.parameters}
    for index, values in enumerate(search.enqueue):
        for name, what in space.problems(values):
            at = ("search", "enqueue", index, name)
            if name not in values:
                hint = f"It may be {possible(by_name[name])}"
                reader.report(at[:-1], f"must give {name} a value", found="", hint=hint)
            elif name not in by_name:
                hint = suggest_value(name, list(by_name)) or f"Its parameters are {', '.join(by_name)}"
                reader.report(at, "is not a parameter of this space", hint=hint, key=True)
            elif what.startswith("is not active"):
                reader.report(at, what, hint="Remove it", key=True)
            else:
                reader.report(at, f"must be a value of {name}: {possible(by_name[name])}", hint=_WITHIN)


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
    if search.warm_start and search.method == "random":
        hint = "Write method: coarse_to_fine, or leave warm_start out"
        reader.report(
            ("search", "warm_start"), "is of no use to random search, which looks at no results", hint=hint
        )
    found = []
    for index, name in enumerate(search.warm_start):
        places = [base / name, Path.cwd() / name, Path.cwd() / "runs" / name]
        run = next((place for place in places if (place / "search.db").exists()), None)
        if run is None:
            hint = "`hpsearch list` shows the runs there are"
            reader.report(("search", "warm_start", index), "must be the directory of a run", hint=hint)
        else:
            found.append(str(run.resolve()))
    return search.model_copy(update={"warm_start": found})
