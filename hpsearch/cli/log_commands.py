"""The command ``logs``."""

import codecs
import os
import sys
import time
from pathlib import Path
from typing import BinaryIO

import click

from hpsearch.cli.completions import complete_trial
from hpsearch.cli.options import run_directory, say

_POLL_SECONDS = 0.2
_CHUNK = 2**16


@click.command()
@run_directory
@click.argument("trial", metavar="TRIAL|best", shell_complete=complete_trial)
@click.option("-f", "--follow", is_flag=True, help="Keep printing until the trial ends.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of a bug.")
def logs(directory: Path, trial: str, follow: bool) -> None:
    """Print the output of one trial.

    Only trials of your own code have output. The trial's stdout goes to stdout, its stderr to stderr. If it
    wrote more than 4 MB, only the beginning and the end are kept.

    \b
    Examples:
      hpsearch logs runs/train-001 best
      hpsearch logs runs/train-001 17 -f
    """
    from hpsearch.store import Run

    with Run.read(directory) as run:
        number = run.trial_number(trial)
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
            time.sleep(_POLL_SECONDS)
    if not any(stream.path.exists() for stream in streams):
        say(f"Trial {number} has no output.")


class _Stream:
    """One of the logs, and the stream that it is printed to."""

    def __init__(self, path: Path, out: BinaryIO) -> None:
        self.path = path
        self._out = out
        self._position = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")

    def copy(self) -> None:
        """Print what was added since the last call."""
        from hpsearch.files import open_own

        try:
            file = os.fdopen(open_own(self.path, os.O_RDONLY), "rb")
        except FileNotFoundError:
            return
        with file:
            # If its middle was cut out, the file is shorter; new output is at its end.
            self._position = min(self._position, file.seek(0, 2))
            file.seek(self._position)
            while data := file.read(_CHUNK):
                self._out.write(self._harmless(data) if self._out.isatty() else data)
            self._position = file.tell()
        self._out.flush()

    def _harmless(self, data: bytes) -> bytes:
        """The lines with control characters made visible."""
        from hpsearch.reports.text import printable

        lines = self._decoder.decode(data).expandtabs().split("\n")
        return "\n".join(map(printable, lines)).encode("utf-8", "backslashreplace")
