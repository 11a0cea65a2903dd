"""The problems of one config, collected until all of it was read."""

from typing import NoReturn

from hpsearch.config.scalars import shown
from hpsearch.config.tree import Location, Place, dotted
from hpsearch.errors import ConfigError, Problem

MOST = 50
"""Problems after which a config is not read any further."""


class Problems:
    """What was found wrong so far."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, place: Place, at: Location, rule: str, found: str = "", hint: str = "") -> None:
        """Adds a problem.

        Args:
            place: Where it is.
            at: The key concerned; () for the config itself.
            rule: What has to hold, as a sentence without its full stop.
            found: The value found, safe to show.
            hint: What to write instead.

        Raises:
            ConfigError: There are more than anybody reads.
        """
        self._found.append(Problem(place.path, place.line, place.column, dotted(at), rule, found, hint))
        if len(self._found) == MOST:
            self._found.append(
                Problem(place.path, 0, 0, "", f"there are more than {MOST} problems; these come first")
            )
            raise self.error()

    def stop(self, place: Place, at: Location, rule: str, found: str = "", hint: str = "") -> NoReturn:
        """Adds a problem after which nothing more can be read.

        Raises:
            ConfigError: With everything found so far.
        """
        self.add(place, at, rule, found, hint)
        raise self.error()

    def error(self) -> ConfigError:
        """The error that carries everything found so far."""
        return ConfigError(self._found)


def file_place(path: object) -> Place:
    """The place of a file as a whole."""
    return Place(shown(str(path), 1000))
