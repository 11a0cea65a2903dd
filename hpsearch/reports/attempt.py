"""The output of ``try``: one trial, with its command and the lines that its metrics came from."""

from collections.abc import Mapping, Sequence
from typing import Any

from hpsearch.reports.table import Details
from hpsearch.reports.text import duration, value_text
from hpsearch.trial import Metric, Result, Trial

__all__ = ["attempt_details"]

_LONGEST_LINE = 90


def attempt_details(
    metric: Metric,
    trial: Trial,
    result: Result,
    *,
    command: str,
    sightings: Mapping[str, tuple[str, int]],
    others: Sequence[str] = (),
    memory: int | None,
    notes: Sequence[str],
) -> Details:
    """One trial that was tried.

    Args:
        metric: The metric of the search.
        trial: The trial.
        result: Its result.
        command: The command line that ran it; "" if it is not a command.
        sightings: By metric, the first line that it came from and how often it was found.
        others: The names of other numbers.
        memory: In bytes; None if unknown.
        notes: Messages for the user, as sentences.
    """
    data: dict[str, Any] = {**trial.to_json(), **result.to_json(), "command": command, "memory": memory}
    data["metrics"] = {name: {"line": line, "times": times} for name, (line, times) in sightings.items()}
    data["notes"] = list(notes)
    seen = [f"{name} ({times}×): {_cut(line)}" for name, (line, times) in sightings.items()]
    seen += [_cut(f"other numbers: {', '.join(others)}")] if others else []
    lines = [
        ("command", command),
        ("values", "\n".join(f"{name}: {value_text(value)}" for name, value in trial.values.items())),
        ("status", str(result.status)),
        (metric.name, "" if result.value is None else value_text(result.value)),
        ("epochs", str(len(result.curve))),
        *((name, "" if value is None else value_text(value)) for name, value in result.final.items()),
        ("metrics found", "\n".join(seen)),
        ("time", duration(result.seconds)),
        ("memory", "" if memory is None else f"{memory / 1e6:.0f} MB"),
        ("reason", result.reason),
        ("to do", "\n".join(notes)),
    ]
    return Details("try", data, [(label, text) for label, text in lines if text])


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"
