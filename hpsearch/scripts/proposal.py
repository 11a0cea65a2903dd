"""The text of a config for a script, with comments on everything that was guessed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hpsearch.document.scalars import shown
from hpsearch.scripts.draft_command import EDIT, Role, args_style, own_flag, roles
from hpsearch.scripts.draft_objective import USUAL_EPOCHS, epochs_of, objective_lines
from hpsearch.scripts.draft_text import aligned, flow, scalar
from hpsearch.scripts.environment_options import as_number
from hpsearch.scripts.habits import Proposal, propose
from hpsearch.scripts.printed_metrics import best_candidates, likely_goal
from hpsearch.scripts.ranges import Section, usual
from hpsearch.scripts.script import UNKNOWN, Option, Script

LONGEST_HELP = 60
LONGEST_COMMENT = 160
DEFAULT_TRIALS = 32


@dataclass(frozen=True)
class Wishes:
    """A user's wishes for a config; None, or an empty value, leaves the choice to the proposal.

    Attributes:
        metric: The name of the metric.
        goal: ``minimize`` or ``maximize``.
        searched: The sections of the parameters to search, by name.
        given: The values of required options, by name.
        trials: The number of trials.
    """

    metric: str | None = None
    goal: str | None = None
    searched: Mapping[str, Section] | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    trials: int = DEFAULT_TRIALS


@dataclass(frozen=True)
class Draft:
    """A proposed config.

    Attributes:
        text: Its YAML.
        searched: The names of the parameters.
        edits: What the user still has to write, as sentences; empty if it can run unchanged.
        notes: Notes on guesses and on what was not found.
        metrics: The metrics that it could have, the proposed one first.
        sections: How each option can be searched, by name, whether it is searched or not.
        required: The options for which the user has to give a value.
    """

    text: str
    searched: tuple[str, ...]
    edits: tuple[str, ...]
    notes: tuple[str, ...]
    metrics: tuple[str, ...] = ()
    sections: Mapping[str, Section] = field(default_factory=dict)
    required: tuple[str, ...] = ()


def propose_config(
    script: Script, base: Sequence[str], *, made_from: str, name: str, wishes: Wishes | None = None
) -> Draft:
    """A config that searches a script's hyperparameters.

    Args:
        script: The script.
        base: The words that run it: ``python train.py``; for a function, ``module:function``.
        made_from: The source of the config, to be named in its first line.
        name: The name of its runs.
        wishes: The user's wishes.
    """
    wishes = wishes or Wishes()
    role = roles(script, wishes.given)
    searched, rest, possible = _chosen(script, role, wishes.searched)
    lines = [
        f"# Made by hpsearch init from {made_from}. Ranges are guesses around its defaults.",
        f"name: {scalar(name)}",
        "seed: 7",
        "",
        *_metric(script, wishes),
        "",
        *objective_lines(script, base, role, [option for option, _ in searched]),
        "",
        *_space(script, searched),
        *_constants(script, role, searched),
        *_comments(rest),
        *_search(searched, wishes.trials),
    ]
    names = tuple(option.name for option, _ in searched)
    return Draft(
        "\n".join(lines) + "\n",
        names,
        _edits(script, role, names, wishes),
        script.notes,
        tuple(metric.name for metric in best_candidates(script.metrics)),
        {option.name: section for option, section in possible},
        tuple(option.name for option in role.required if option.name not in names),
    )


_Searched = list[tuple[Option, Section]]


def _chosen(
    script: Script, role: Role, wished: Mapping[str, Section] | None
) -> tuple[_Searched, list[tuple[Option, Proposal]], _Searched]:
    """The options to search, the others, and all that could be searched."""
    kept = {option.name for option in (role.epochs, role.seed, role.output) if option is not None}
    proposals = [(option, propose(option)) for option in script.options if option.name not in kept]
    sections = [(option, proposal.section or usual(option)) for option, proposal in proposals]
    possible = [(option, section) for option, section in sections if section is not None]
    if wished is None:
        searched = [
            (option, proposal.section) for option, proposal in proposals if proposal.section is not None
        ]
    else:
        searched = [(option, wished[option.name]) for option, _ in possible if option.name in wished]
    if any(option.before for option, _ in searched):  # a switch needs {args}, which is not used then
        searched = [(option, section) for option, section in searched if "{}" in option.flag]
    names = {option.name for option, _ in searched}
    names |= {option.name for option in role.required}
    rest = [pair for pair in proposals if pair[0].name not in names]
    return searched, rest, possible


def _edits(script: Script, role: Role, names: Sequence[str], wishes: Wishes) -> tuple[str, ...]:
    edits = [
        f"write the value of {option.name} in place of {EDIT}"
        for option in role.required
        if option.name not in names and option.name not in role.values
    ]
    if not names and script.options:
        edits.append("name the parameters to search in space; no option looks like a hyperparameter")
    elif not names:
        edits.append(
            "let the script take options, for example with argparse, and name them in space; none was found"
        )
    if not best_candidates(script.metrics) and wishes.metric is None:
        edits.append("name the metric; the script prints nothing that looks like one")
    return tuple(edits)


def _metric(script: Script, wishes: Wishes) -> list[str]:
    candidates = best_candidates(script.metrics)
    if wishes.metric is not None:
        goal = wishes.goal or likely_goal(wishes.metric)
        return [f"metric: {{name: {scalar(wishes.metric)}, goal: {goal}}}"]
    if not candidates:
        return [f"metric: {{name: loss, goal: minimize}}    # {EDIT}: no metric was found in the script"]
    best, *others = candidates
    comment = f"# from line {best.line}{f' of {best.file}' if best.file else ''}"
    if others:
        comment += f"; also: {', '.join(metric.name for metric in others[:6])}"
    return [aligned(f"metric: {{name: {scalar(best.name)}, goal: {likely_goal(best.name)}}}", comment)]


def _space(script: Script, searched: Sequence[tuple[Option, Section]]) -> list[str]:
    if not searched:
        return ["space:", "  EDIT_ME: {min: 0, max: 1}    # name a hyperparameter, and its range"]
    style = args_style([option for option, _ in searched])
    explicit = any(option.before for option, _ in searched)  # then the command names each of them
    width = max(len(option.name) for option, _ in searched) + 1
    lines = ["space:"]
    for option, section in searched:
        entries = dict(section)
        if option.flag and not explicit and (flag := own_flag(option, style)):
            entries["flag"] = flag
        if option.kind == "bool" and option.spelling == ("True", "False"):
            entries["spelling"] = "python"
        if option.kind == "bool" and option.spelling == ("True", ""):
            entries["spelling"] = {True: "True", False: ""}
        text = f"  {option.name + ':':<{width}} {flow(entries)}"
        lines.append(aligned(text, f"# {_described(option, propose(option))}"))
    return lines


def _constants(script: Script, role: Role, searched: Sequence[tuple[Option, Section]]) -> list[str]:
    """The arguments that a function gets in every trial."""
    if script.style != "function":
        return []
    names = {option.name for option, _ in searched}
    lines = [
        aligned(
            f"  {option.name}: {scalar(as_number(role.values.get(option.name, EDIT)))}",
            "# the function needs it",
        )
        for option in role.required
        if option.name not in names
    ]
    if role.epochs is not None and role.epochs.name == "epochs":
        count = epochs_of(role.epochs)
        comment = "# the function's default" if count else f"# {EDIT}: how many epochs a trial has"
        lines.append(aligned(f"  epochs: {count or USUAL_EPOCHS}", comment))
    return lines


def _comments(rest: Sequence[tuple[Option, Proposal]]) -> list[str]:
    if not rest:
        return []
    lines = ["", "# Not searched. To search one, give it a line in space:"]
    for option, proposal in rest:
        lines.append(f"#   {option.name}: {_described(option, proposal)}")
    return lines


def _described(option: Option, proposal: Proposal) -> str:
    """The comment on an option: its default, its line, and why it is or is not searched."""
    facts = [] if option.default is UNKNOWN else [f"default {scalar(option.default)}"]
    facts += [f"line {option.line}"] if option.line else []
    text = option.help.replace("%(default)s", str(option.known_default))
    if len(text) > LONGEST_HELP:
        text = text[: LONGEST_HELP - 1].rstrip() + "…"
    about = proposal.reason if proposal.section is not None or not text else text
    return shown(": ".join(filter(None, (", ".join(facts), about))), LONGEST_COMMENT)


def _search(searched: Sequence[tuple[Option, Section]], trials: int) -> list[str]:
    defaults = {option.name: _inside(option, section) for option, section in searched}
    lines = ["", "search:", f"  trials: {trials}"]
    if defaults:
        other = [
            f"{option.name} (default {scalar(option.default)})"
            if option.default is not UNKNOWN
            else option.name
            for option, _ in searched
            if option.default is UNKNOWN or defaults[option.name] != option.default
        ]
        but = f", but for {', '.join(other)}" if other else ""
        comment = shown(f"the script's own defaults are tried first{but}", LONGEST_COMMENT)
        lines += ["  enqueue:", f"    - {flow(defaults)}    # {comment}"]
    return lines


def _inside(option: Option, section: Section) -> Any:
    """The default, if it is in the range; else a value in the middle of the range."""
    value = option.known_default
    if "values" in section:
        return value if value in section["values"] else section["values"][0]
    low, high = section["min"], section["max"]
    if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
        return value
    middle = math.sqrt(low * high) if section.get("prior") == "log" else (low + high) / 2
    return round(middle) if section.get("type") == "int" else float(f"{middle:.3g}")
