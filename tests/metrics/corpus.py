"""The corpus of printed metrics, read from its file."""

from pathlib import Path
from typing import NamedTuple

_ESCAPES = {"\\t": "\t", "\\r": "\r", "\\b": "\b", "\\e": "\x1b"}


class Case(NamedTuple):
    """Some output, and the values of a metric in it, epoch by epoch."""

    style: str
    metric: str
    expected: list[float]
    output: str


def corpus() -> list[Case]:
    """All cases of ``corpus.txt``."""
    text = (Path(__file__).parent / "corpus.txt").read_text(encoding="utf-8")
    for name, char in _ESCAPES.items():
        text = text.replace(name, char)
    cases = []
    for part in text.split("\n== ")[1:]:
        head, _, output = part.partition("\n")
        style, metric, values = head.split(" == ")
        numbers = [] if values == "none" else [float(value) for value in values.split()]
        cases.append(Case(style, metric, numbers, output.removesuffix("\n")))
    return cases
