"""Exporting a run to any of the targets."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TextIO

from hpsearch.errors import UsageError
from hpsearch.exchange.chosen import Chosen
from hpsearch.exchange.export_targets import TARGETS, Target
from hpsearch.exchange.run_export import RunExport
from hpsearch.files import usage_errors, write_parts
from hpsearch.reports.render import whole_text
from hpsearch.store import Run

__all__ = ["Exported", "export"]


@dataclass(frozen=True, slots=True)
class Exported:
    """The outcome of an export.

    Attributes:
        text: The exported text, if it was not written anywhere; "" otherwise.
        message: What was written where, and what to type next; "" for text.
        notes: Differences in the other tool, as sentences.
    """

    text: str = ""
    message: str = ""
    notes: tuple[str, ...] = ()


def export(
    run: Run,
    to: str,
    output: str | PathLike[str] | None = None,
    *,
    tracking_uri: str | None = None,
    name: str | None = None,
    where: str = "",
    timings: bool = False,
    stream: TextIO | None = None,
) -> Exported:
    """Write all trials of a run in the format of another program, as ``hpsearch export`` does.

    Args:
        run: The run, open.
        to: The format: a key of :data:`hpsearch.exchange.export_targets.TARGETS`, such as ``csv``.
        output: The file or directory to write; without one, text is returned.
        tracking_uri: The MLflow server, or ``file:DIRECTORY``.
        name: The name of the study or experiment; by default the name of the run directory.
        where: Conditions that trials have to meet, as for ``hpsearch leaderboard --where``; "" for all.
        timings: Whether text includes times, which differ between equal searches.
        stream: Where to write text if ``output`` is None; without a stream, the text is returned.

    Raises:
        UsageError: There is no such format, the arguments do not fit it, its package is not installed, the
            output exists already or cannot be written, or the server refuses.
    """
    if to not in TARGETS:
        raise UsageError(f"--to must be one of {', '.join(TARGETS)}; found {to!r}")
    target, chosen = TARGETS[to], Chosen(where)
    if wrong := _wrong_arguments(to, target, output, tracking_uri, name):
        raise UsageError(wrong)
    writer = target.load_writer()
    if target.destination == "stdout":
        parts: Iterator[str] = writer(run, chosen, timings=timings)
        if output is None and stream is not None:
            with whole_text(parts) as whole:
                shutil.copyfileobj(whole, stream)
            return Exported()
        if output is None:
            return Exported(text="".join(parts))
        with usage_errors(Path(output)):
            write_parts(Path(output), parts)
        return Exported()
    trials = RunExport.of(run, name, chosen)
    place = tracking_uri if target.destination == "server" else Path(output or "")
    notes = writer(trials, place)
    message = target.done.format(trials=len(trials.trials), to=place, name=trials.name)
    return Exported(message=message, notes=tuple(notes))


def _wrong_arguments(
    to: str, target: Target, output: str | PathLike[str] | None, uri: str | None, name: str | None
) -> str:
    """The problem with the combination of arguments; "" if there is none."""
    if target.destination == "server":
        if uri is None or output is not None:
            return f"--to {to} needs --tracking-uri URI, and no -o"
    elif uri is not None:
        servers = (key for key, each in TARGETS.items() if each.destination == "server")
        return f"--tracking-uri is only for --to {' and '.join(servers)}"
    elif output is None and target.destination != "stdout":
        return f"--to {to} needs -o {'FILE' if target.destination == 'file' else 'DIR'}"
    if name and not target.named:
        return (
            f"--name is only for {' and '.join(f'--to {key}' for key, each in TARGETS.items() if each.named)}"
        )
    return ""
