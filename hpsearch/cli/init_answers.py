"""The questions of ``init -i``. Enter accepts the proposal."""

from __future__ import annotations  # types are imported for annotations only

import re
from typing import TYPE_CHECKING, Any

import click

from hpsearch.cli.options import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hpsearch.scripts import Draft, Section, Wishes

_PRIORS = ("linear", "log", "reverse_log")


def ask(draft: Draft) -> Wishes:
    """Ask for the metric, the parameters, their ranges, and options without a default.

    Args:
        draft: The proposal.
    """
    from hpsearch.scripts import Wishes, likely_goal

    also = f" (also found: {', '.join(draft.metrics[1:6])})" if len(draft.metrics) > 1 else ""
    metric = _prompt(f"Metric{also}", draft.metrics[0] if draft.metrics else None)
    goal = _prompt("Goal", likely_goal(metric), click.Choice(["minimize", "maximize"]))
    others = [name for name in draft.sections if name not in draft.searched]
    if others:
        say(f"Can be searched too: {', '.join(others)}")
    names = _prompt("Parameters", ", ".join(draft.searched) or None, _names_of(draft.sections))
    searched = {
        name: _prompt(f"Range of {name}", _shown(draft.sections[name]), _section_of(draft.sections[name]))
        for name in names
    }
    given = {name: _prompt(f"Value of {name}") for name in draft.required if name not in names}
    trials = _prompt("Trials", 32, click.IntRange(min=1))
    return Wishes(metric, goal, searched, given, trials)


def _prompt(text: str, default: Any = None, kind: Any = None) -> Any:
    """An answer; after a wrong one, the question is asked again."""
    options = (
        {"value_proc": kind} if callable(kind) and not isinstance(kind, click.ParamType) else {"type": kind}
    )
    return click.prompt(text, default=default, err=True, **options)


def _names_of(known: Mapping[str, Section]) -> Callable[[str], list[str]]:
    def read(text: str) -> list[str]:
        names = [name for name in re.split(r"[,\s]+", text) if name]
        for name in names:
            if name not in known:
                raise click.BadParameter(f"{name} is not one of {', '.join(known)}")
        if not names:
            raise click.BadParameter("name at least one parameter")
        return list(dict.fromkeys(names))

    return read


def _shown(section: Section) -> str:
    """A section in the form in which it is typed: ``log 1e-05 0.1``, ``int 1 4``, ``8, 16, 32``."""
    if "values" in section:
        return ", ".join(_word(value) for value in section["values"])
    words = [section.get("type", ""), section.get("prior", ""), section["min"], section["max"]]
    return " ".join(str(word) for word in words if word != "")


def _section_of(proposed: Section) -> Callable[[str], Section]:
    """Reads a section: values separated by commas, or an optional prior and two numbers."""

    def read(text: str) -> Section:
        if "," in text:
            return {"values": [_value(part.strip()) for part in text.split(",")]}
        *words, low, high = ["", "", *text.split()]
        bounds = [_value(word) for word in (low, high)]
        kinds = [word for word in words if word]
        if not all(isinstance(bound, int | float) and not isinstance(bound, bool) for bound in bounds) or any(
            kind not in (*_PRIORS, "int") for kind in kinds
        ):
            raise click.BadParameter("write two numbers, such as 'log 1e-4 0.1', or values with commas")
        if not bounds[0] < bounds[1]:
            raise click.BadParameter(f"{low} must be below {high}")
        given = [kind for kind in kinds if kind != "int"] or [proposed.get("prior", "")]
        whole = "int" in kinds or proposed.get("type") == "int"
        section = {"type": "int"} if whole and all(isinstance(bound, int) for bound in bounds) else {}
        section |= {"prior": given[0]} if given[0] else {}
        return {**section, "min": bounds[0], "max": bounds[1]}

    return read


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(text: str) -> Any:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return {"true": True, "false": False, "null": None}.get(text, text)
