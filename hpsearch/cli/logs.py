"""``logs``."""

import codecs
import sys
import time
from pathlib import Path
from typing import BinaryIO

import click

from hpsearch.cli.options import run_directory
from hpsearch.cli.runs import trial_number

POLL_SECONDS = 0.2
CHUNK = 2**16


@click.command()
@run_directory
@click.argument("trial", metavar="TRIAL|best")
@click.option("-f", "--follow", is_flag=True, help="Go on until the trial has ended.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of a bug.")
def logs(directory: Path, trial: str, follow: bool) -> None:
    """Print what a trial of RUN has printed.

    That is, a trial of your own code: its standard output to stdout, its errors to stderr. Of more than 4 MB,
    beginning and end are kept.

    \b
    Examples:
      hpsearch logs runs/train-001 best
      hpsearch logs runs/train-001 17 -f
    """
    from hpsearch.store import Run

    with Run.read(directory) as run:
        number = trial_number(run, trial)
        run.trial(number)
        files = run.trial_directory(number)
        streams = [
            _Stream(files / "stdout.log", sys.stdout.buffer),
            _Stream(files / "stderr.log", sys.stderr.buffer),
        ]
        while True:
            ended = not follow or run.result(number) is not None
            for stream in streams:
                stream.copy()
            if ended:
                break
            time.sleep(POLL_SECONDS)
    if not any(stream.path.exists() for stream in streams):
        click.echo(f"Trial {number} has printed nothing.", err=True)


class _Stream:
    """One of the logs, and where it is printed.

    Args:
        path: The file, which need not be there yet.
        out: Where to.
    """

    def __init__(self, path: Path, out: BinaryIO) -> None:
        self.path = path
        self._out = out
        self._position = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")

    def copy(self) -> None:
        """Print what has come since the last time."""
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return
        with file:
            # When its middle has been cut out, it is shorter: what comes from now on is at its end.
            self._position = min(self._position, file.seek(0, 2))
            file.seek(self._position)
            while data := file.read(CHUNK):
                self._out.write(self._harmless(data) if self._out.isatty() else data)
            self._position = file.tell()
        self._out.flush()

    def _harmless(self, data: bytes) -> bytes:
        """Lines of text in which nothing steers the terminal."""
        from hpsearch.reports.text import printable

        lines = self._decoder.decode(data).expandtabs().split("\n")
        return "\n".join(map(printable, lines)).encode("utf-8", "backslashreplace")
