"""The end of a trial's output, for its page."""

import os
import re
from pathlib import Path

from hpsearch.files import open_below
from hpsearch.reports.figures.svg import escape

__all__ = ["log_tail", "readable"]

TAIL_BYTES = 32 * 2**10
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
"""ANSI escape sequences: colours and movements (CSI), titles and links (OSC), and short ones."""


def log_tail(trials: Path, trial: str, stream: str) -> str | None:
    """The last lines of a log, as HTML.

    Args:
        trials: The directory of the run's trials.
        trial: The name of the trial's directory in it.
        stream: ``stdout`` or ``stderr``.

    Returns:
        None if there is no log, or only one that is reached by a link.
    """
    try:
        descriptor = open_below(trials.parent, trials.name, trial, f"{stream}.log")
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - TAIL_BYTES, 0))
        data = file.read(TAIL_BYTES)
    if size > TAIL_BYTES:
        data = data[data.find(b"\n") + 1 :]
    before = (
        f'<p class="muted">The last {TAIL_BYTES // 2**10} KB of {size // 2**10} KB.</p>'
        if size > TAIL_BYTES
        else ""
    )
    return f'{before}<pre class="log">{readable(data)}</pre>'


def readable(data: bytes) -> str:
    """Output as HTML, without colours; a line that was overwritten is shown in its last state."""
    text = _SEQUENCE.sub("", data.decode("utf-8", "backslashreplace")).expandtabs()
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return "\n".join(map(escape, lines))
