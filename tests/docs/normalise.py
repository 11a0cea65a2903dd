"""Makes the parts equal that differ from one run of a command to the next."""

import re
from pathlib import Path

_CHANGING = (
    (re.compile(r"\b\d\d:\d\d:\d\d\b"), "00:00:00"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "2000-01-01"),
    (re.compile(r"\b\d+(\.\d+)?(e-\d+)? (ms|s|min|h)\b"), "0 s"),
    (re.compile(r"\b\d+(\.\d+)? (kB|KB|MB|GB|kiB|MiB|GiB)\b"), "0 MB"),
)


def normalise(text: str, place: Path) -> list[str]:
    """The lines of an output, with times, dates, sizes and paths made equal."""
    text = text.replace(f"{place}/", "").replace(str(place), ".")
    for pattern, equal in _CHANGING:
        text = pattern.sub(equal, text)
    lines = [line.rstrip() for line in text.rstrip().split("\n")]
    return [line for line in lines if line != "..."] if lines == ["..."] else lines


def agree(shown: list[str], printed: list[str]) -> bool:
    """Whether an output matches the one that is shown; a line ``...`` matches any lines, or none."""
    if not shown:
        return not printed
    first, *rest = shown
    if first == "...":
        return any(agree(rest, printed[start:]) for start in range(len(printed) + 1))
    return bool(printed) and printed[0] == first and agree(rest, printed[1:])


def abridged(shown: list[str], printed: list[str]) -> list[str]:
    """The output, with the same parts left out as in the output that the page shows.

    The first of the lines between two ``...`` is found by its first word.
    """
    if "..." not in shown:
        return printed
    parts: list[list[str]] = [[]]
    for line in shown:
        if line == "...":
            parts.append([])
        else:
            parts[-1].append(line)
    head, *middle, tail = parts
    new, start = printed[: len(head)], len(head)
    for part in middle:
        word = part[0].split()[0]
        start = next((row for row in range(start, len(printed)) if printed[row].split()[:1] == [word]), start)
        new += ["...", *printed[start : start + len(part)]]
        start += len(part)
    return [*new, "...", *(printed[-len(tail) :] if tail else [])]
