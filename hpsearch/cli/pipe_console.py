"""The console of the program."""

from typing import NoReturn

from rich.console import Console


class PipeConsole(Console):
    """A console that lets the program decide what happens when its reader has gone."""

    def on_broken_pipe(self) -> NoReturn:
        """Called if nobody reads the pipe any more.

        Raises:
            BrokenPipeError: Always; rich would end the process with exit code 1.
        """
        raise BrokenPipeError
