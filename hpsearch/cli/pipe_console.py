"""The console of the program."""

from typing import NoReturn

from rich.console import Console


class PipeConsole(Console):
    """A console that leaves it to the program what happens when its reader has gone."""

    def on_broken_pipe(self) -> NoReturn:
        """Called for a pipe that nobody reads.

        Raises:
            BrokenPipeError: Always; rich would end the process with exit code 1.
        """
        raise BrokenPipeError
