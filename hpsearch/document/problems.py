"""The problems of one config, collected until all of it was read."""

from typing import NoReturn

from hpsearch.document.nodes import Location, Position, dotted
from hpsearch.document.scalars import shown
from hpsearch.errors import ConfigError, Problem

MOST = 50
"""Problems after which a config is not read any further."""


class Problems:
    """What was found wrong so far."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, position: Position, at: Location, rule: str, found: str = "", hint: str = "") -> None:
        """Adds a problem.

        Args:
            position: Where it is.
            at: The key concerned; () for the config itself.
            rule: What has to hold, as a sentence without its full stop.
            found: The value found, safe to show.
            hint: What to write instead.

        Raises:
            ConfigError: There are more than anybody reads.
        """
        self._found.append(
            Problem(position.path, position.line, position.column, dotted(at), rule, found, hint)
        )
        if len(self._found) == MOST:
            self._found.append(
                Problem(position.path, 0, 0, "", f"there are more than {MOST} problems; these come first")
            )
            raise self.error()

    def stop(self, position: Position, at: Location, rule: str, found: str = "", hint: str = "") -> NoReturn:
        """Adds a problem after which nothing more can be read.

        Raises:
            ConfigError: With everything found so far.
        """
        self.add(position, at, rule, found, hint)
        raise self.error()

    def error(self) -> ConfigError:
        """The error that carries everything found so far."""
        return ConfigError(self._found)


def file_position(path: object) -> Position:
    """The place of a file as a whole."""
    return Position(shown(str(path), 1000))
