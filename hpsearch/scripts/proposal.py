"""The text of a config for a script, with comments on everything that was guessed."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hpsearch.document.scalars import AmbiguousScalar, resolve, shown
from hpsearch.scripts.draft_command import Role, args_style, command_words, own_flag, roles
from hpsearch.scripts.habits import Proposal, propose
from hpsearch.scripts.printed_metrics import best_candidates, likely_goal
from hpsearch.scripts.ranges import Section
from hpsearch.scripts.script import UNKNOWN, Option, Script

LONGEST_HELP = 60
LONGEST_COMMENT = 160
COLUMN = 60
"""Where comments begin, if there is room."""

DEFAULT_TRIALS = 32

_PLAIN = re.compile(r"[A-Za-z_/.][\w./ =-]*")
"""Text that needs no quotes, also in a section on one line."""


@dataclass(frozen=True)
class Draft:
    """A config that was proposed.

    Attributes:
        text: Its YAML.
        searched: The names of the parameters.
        edits: What the user has to write himself, as sentences; empty if it can run as it is.
        notes: What was guessed or not found.
    """

    text: str
    searched: tuple[str, ...]
    edits: tuple[str, ...]
    notes: tuple[str, ...]


def propose_config(script: Script, base: Sequence[str], *, made_from: str, name: str) -> Draft:
    """A config that searches a script's hyperparameters.

    Args:
        script: What the script takes and reports.
        base: The words that run it: ``python train.py``; for a function, ``module:function``.
        made_from: What it is made from, to be named in its first line.
        name: Names its runs.
    """
    proposals = [(option, propose(option)) for option in script.options]
    role = roles(script)
    kept = {option.name for option in (role.epochs, role.seed, role.output) if option is not None}
    searched = [
        (option, proposal.section)
        for option, proposal in proposals
        if proposal.section is not None and option.name not in kept
    ]
    rest = [
        (option, proposal)
        for option, proposal in proposals
        if proposal.section is None and option.name not in kept and not option.required
    ]
    edits = _edits(script, role, searched)
    lines = [
        f"# Made by hpsearch init from {made_from}. Ranges are guesses around its defaults.",
        f"name: {_scalar(name)}",
        "seed: 7",
        "",
        *_metric(script),
        "",
        *_objective(script, base, role, [option for option, _ in searched]),
        "",
        *_space(script, searched),
        *_comments(rest),
        *_search(searched),
    ]
    return Draft("\n".join(lines) + "\n", tuple(option.name for option, _ in searched), edits, script.notes)


def _edits(script: Script, role: Role, searched: Sequence[tuple[Option, Section]]) -> tuple[str, ...]:
    names = {option.name for option, _ in searched}
    edits = [
        f"write the value of {option.name} in place of EDIT_ME"
        for option in role.required
        if option.name not in names
    ]
    if not searched:
        edits.append("name the parameters to search in space; no option looks like a hyperparameter")
    if not best_candidates(script.metrics):
        edits.append("name the metric; the script prints nothing that looks like one")
    return tuple(edits)


def _metric(script: Script) -> list[str]:
    candidates = best_candidates(script.metrics)
    if not candidates:
        return ["metric: {name: loss, goal: minimize}    # EDIT_ME: no metric was found in the script"]
    best, *others = candidates
    comment = f"# from line {best.line}"
    if others:
        comment += f"; also: {', '.join(metric.name for metric in others[:6])}"
    return [_aligned(f"metric: {{name: {_scalar(best.name)}, goal: {likely_goal(best.name)}}}", comment)]


def _objective(script: Script, base: Sequence[str], role: Role, searched: Sequence[Option]) -> list[str]:
    epochs = role.epochs.known_default if role.epochs is not None else None
    count = int(epochs) if isinstance(epochs, int | float) and epochs >= 1 else 10
    if script.style == "function":
        return ["objective:", f"  function: {_scalar(base[0])}"]
    lines = ["objective:", "  command:"]
    if script.style == "constants":
        path = base[-1]
        copy = path.rpartition("/")[2]
        run = " ".join([*base[:-1], f"{{trial_dir}}/{copy}"])
        lines += [
            f"    run: {_scalar(run)}",
            _aligned(f"    files: {{{copy}: {path}}}", "# a copy for each trial, with its constants set"),
            _aligned("    env: {PYTHONPATH: .}", "# where the copy finds the modules beside the script"),
        ]
    else:
        lines.append(f"    run: {_scalar(command_words(base, script, role, searched))}")
    variables = [f"{option.variable}: '{{{option.name}}}'" for option in searched if option.variable]
    if variables:
        lines.append(f"    env: {{{', '.join(variables)}}}")
    if role.epochs is not None:
        line = f"    epochs: {count}"
        known = count == epochs
        lines.append(
            _aligned(line, "# the script's default" if known else "# EDIT_ME: how many epochs a trial has")
        )
    return lines + _metrics_file(script, role)


def _metrics_file(script: Script, role: Role) -> list[str]:
    """Where the metrics are, if they are not printed."""
    best = best_candidates(script.metrics)[:1]
    if not script.files or not best or best[0].how in ("print", "log"):
        return []
    file = script.files[0]
    directory = role.output is not None or script.style == "hydra"
    path = "{trial_dir}" if file == "events" else f"{{trial_dir}}/{file}"
    line = _aligned(f"    metrics_file: {_scalar(path)}", "# what the script writes there")
    if directory:
        return [line]
    return [_aligned("    in_trial_directory: true", "# it writes to the directory where it runs"), line]


def _space(script: Script, searched: Sequence[tuple[Option, Section]]) -> list[str]:
    if not searched:
        return ["space:", "  EDIT_ME: {min: 0, max: 1}    # name a hyperparameter, and its range"]
    style = args_style([option for option, _ in searched])
    width = max(len(option.name) for option, _ in searched) + 1
    lines = ["space:"]
    for option, section in searched:
        entries = dict(section)
        if option.flag and (flag := own_flag(option, style)):
            entries["flag"] = flag
        if option.kind == "bool" and option.spelling == ("True", "False"):
            entries["spelling"] = "python"
        if option.kind == "bool" and option.spelling == ("True", ""):
            entries["spelling"] = {True: "True", False: ""}
        text = f"  {option.name + ':':<{width}} {_flow(entries)}"
        lines.append(_aligned(text, f"# {_described(option, propose(option))}"))
    return lines


def _comments(rest: Sequence[tuple[Option, Proposal]]) -> list[str]:
    if not rest:
        return []
    lines = ["", "# Not searched. To search one, give it a line in space:"]
    for option, proposal in rest:
        lines.append(f"#   {option.name}: {_described(option, proposal)}")
    return lines


def _described(option: Option, proposal: Proposal) -> str:
    """What a comment says of an option: its default, its line, and why it is or is not searched."""
    facts = [] if option.default is UNKNOWN else [f"default {_scalar(option.default)}"]
    facts += [f"line {option.line}"] if option.line else []
    text = option.help.replace("%(default)s", str(option.known_default))
    if len(text) > LONGEST_HELP:
        text = text[: LONGEST_HELP - 1].rstrip() + "…"
    about = proposal.reason if proposal.section is not None or not text else text
    return shown(": ".join(filter(None, (", ".join(facts), about))), LONGEST_COMMENT)


def _search(searched: Sequence[tuple[Option, Section]]) -> list[str]:
    defaults = {option.name: _inside(option, section) for option, section in searched}
    lines = ["", "search:", f"  trials: {DEFAULT_TRIALS}"]
    if defaults:
        entry = ", ".join(f"{name}: {_scalar(value)}" for name, value in defaults.items())
        lines += ["  enqueue:", f"    - {{{entry}}}    # the script's own defaults are tried first"]
    return lines


def _inside(option: Option, section: Section) -> Any:
    """The default, if it is in the range; else a value in its middle."""
    value = option.known_default
    if "values" in section:
        return value if value in section["values"] else section["values"][0]
    low, high = section["min"], section["max"]
    if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
        return value
    middle = math.sqrt(low * high) if section.get("prior") == "log" else (low + high) / 2
    return round(middle) if section.get("type") == "int" else float(f"{middle:.3g}")


def _aligned(line: str, comment: str) -> str:
    return f"{line:<{COLUMN}}  {comment}"


def _flow(entries: Mapping[Any, Any]) -> str:
    """A section on one line."""
    return "{" + ", ".join(f"{_scalar(key)}: {_flow_value(value)}" for key, value in entries.items()) + "}"


def _flow_value(value: Any) -> str:
    if isinstance(value, Mapping):
        return _flow(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_scalar, value))}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """A value as YAML that is read back the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if not isinstance(value, str):
        return repr(value)
    try:
        plain = resolve(value) == value and bool(_PLAIN.fullmatch(value))
    except AmbiguousScalar:
        plain = False
    if not value.isprintable():
        return json.dumps(value)
    return value if plain else "'" + value.replace("'", "''") + "'"
