"""``search.enqueue``: configurations that are tried first."""

from hpsearch.config.reader import Reader
from hpsearch.config.scalars import shown
from hpsearch.config.schema import SearchSection
from hpsearch.space import Space


def check_enqueued(search: SearchSection, space: Space, reader: Reader) -> None:
    """Reports what of the enqueued configurations does not lie in the space."""
    for index, values in enumerate(search.enqueue):
        for name, what in space.problems(values):
            if name in values:
                reader.report(
                    ("search", "enqueue", index, name), f"{what}: it has to be one that the space allows"
                )
            else:
                reader.report(("search", "enqueue", index), f"has to give {shown(name)} a value", found="")
