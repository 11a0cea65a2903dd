"""The problems of one config, collected until all of it has been read."""

from typing import NoReturn

from hpsearch.document.nodes import Location, Position, dotted
from hpsearch.document.scalars import shown
from hpsearch.errors import ConfigError, Problem

MOST = 50
"""How many problems are collected before reading stops."""

BEGIN = "`hpsearch init` creates one"
"""The advice if there is no config."""

EMPTY = "the config is empty"


class Problems:
    """The problems found so far."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, position: Position, at: Location, rule: str, found: str = "", hint: str = "") -> None:
        """Adds a problem.

        Args:
            position: Where it is.
            at: The key concerned; () for the config as a whole.
            rule: The broken rule, as a sentence without its full stop.
            found: The value found, safe to show.
            hint: What to write instead.

        Raises:
            ConfigError: There are more problems than anyone would read.
        """
        self._found.append(
            Problem(position.path, position.line, position.column, dotted(at), rule, found, hint)
        )
        if len(self._found) == MOST:
            rule = f"there are more than {MOST} problems; these are the first"
            self._found.append(Problem(position.path, 0, 0, "", rule))
            raise self.error()

    def stop(self, position: Position, at: Location, rule: str, found: str = "", hint: str = "") -> NoReturn:
        """Adds a problem after which nothing more can be read.

        Raises:
            ConfigError: With all problems found so far.
        """
        self.add(position, at, rule, found, hint)
        raise self.error()

    def error(self) -> ConfigError:
        """The error with all problems found so far, each of them once."""
        return ConfigError(list(dict.fromkeys(self._found)))


def file_position(path: object) -> Position:
    """The position of a file as a whole."""
    return Position(shown(str(path), 1000))
