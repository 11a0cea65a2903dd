"""A Weights & Biases sweep as a config.

The keys are from W&B's "Sweep configuration options" and from the schema in its package ``sweeps``.
"""

import json
import math
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hpsearch.config import parse_space
from hpsearch.config.special_types import name_like
from hpsearch.document.nodes import Location, MappingNode, Node, SequenceNode
from hpsearch.exchange.draft import Draft, renamings, valid_names
from hpsearch.exchange.foreign_document import ForeignDocument
from hpsearch.exchange.wandb.sweep_command import PROGRAM, CommandParameter, read_command
from hpsearch.exchange.wandb.sweep_parameter import read_parameter

_METHODS = ("random", "bayes", "grid", "custom")
_KEYS = (
    *("program", "command", "method", "metric", "parameters", "early_terminate", "run_cap", "name"),
    *("description", "project", "entity", "controller", "imports", "apiVersion", "kind"),
    *("job", "image_uri", "scheduler", "metrics"),
)

_BEGIN = "Name the YAML file that you pass to `wandb sweep`"

_MOST_TRIALS = 10_000_000

_SERVER = "W&B keeps runs on a server; here each run is a directory under runs/"
_LAUNCH = "it belongs to W&B Launch; here run.engine says where the command runs: local or dask"
_REASONS = {
    "project": _SERVER,
    "entity": _SERVER,
    "controller": "`hpsearch run` controls the search itself",
    "imports": "only the command runs; nothing is imported",
    "apiVersion": "no counterpart",
    "kind": "no counterpart",
    "job": _LAUNCH,
    "image_uri": _LAUNCH,
    "scheduler": "search.method decides how trials are chosen",
    "metric.target": "a search ends after search.trials, not at a value",
    "metric.impute": "a failed trial counts as the worst one so far",
    "metric.impute_while_running": "a running trial counts as what the model predicts for it",
    "early_terminate.strict": "rungs are always strict: a trial above a threshold is stopped",
}
"""Why keys cannot be imported."""


def todo(metric: str) -> str:
    """What is left to do by hand."""
    return (
        "To do by hand: hpsearch does not see what the program logs with wandb.log(). After each epoch the"
        " program must print its metrics as one line of JSON,\n"
        f"    print(json.dumps({{{json.dumps(metric)}: value}}), flush=True)\n"
        "or append that line to the file named by the variable HPSEARCH_METRICS. It gets the values as"
        " arguments, not from wandb.config."
    )


def import_sweep(path: Path) -> Draft:
    """A config made from a sweep file.

    Raises:
        ConfigError: With all mistakes of the sweep.
    """
    sweep = ForeignDocument.read(path, _BEGIN)
    if "sweep" in sweep.root.entries and "parameters" not in sweep.root.entries:
        sweep.enter("sweep")
    draft = Draft(f"{path.name}, a sweep of Weights & Biases,", "")
    metric = _metric(sweep)
    method = sweep.text(("method",), _METHODS)
    if "method" not in sweep.root.entries:
        sweep.report(("method",), "is missing", hint="Write method: random, bayes or grid")
    parameters = _parameters(sweep)
    command = read_command(sweep, parameters)
    stopping = _stopping(sweep, command)
    trials = sweep.number(("run_cap",), whole=True, above=0)
    name, description = sweep.text(("name",)), sweep.text(("description",))
    sweep.stop_if_wrong()

    space = {each.name: each.spec for each in parameters}
    if name is not None:
        draft.config["name"] = name_like(name)
        if name_like(name) != name:
            sweep.note(("name",), f"is renamed to {name_like(name)}: it names directories here")
    if description is not None:
        sweep.note(("description",), f"is kept only here: {description}")
    draft.config |= {"metric": metric, "objective": {"command": command}, "space": space}
    draft.config["search"] = {**_search(sweep, str(method), space, trials), "early_stopping": stopping}
    draft.todo = todo(str(metric["name"]))
    draft.program = _program(command, sweep.text(("program",)))
    sweep.report_unused(_REASONS, _KEYS)
    draft.notes = sweep.notes
    return draft


def _program(command: dict[str, Any], given: str | None) -> str:
    """The file next to the config that a command runs, if it runs one."""
    program = given or PROGRAM
    run = command["run"]
    words = shlex.split(run) if isinstance(run, str) else run
    return program if program in words else ""


def _metric(sweep: ForeignDocument) -> dict[str, Any]:
    if "metrics" in sweep.root.entries:
        rule = "must be one metric: a search optimizes one number"
        sweep.report(("metrics",), rule, hint="Write metric: {name: …, goal: …}", key=True)
    table = sweep.section(("metric",))
    if table is None:
        if "metrics" not in sweep.root.entries:
            sweep.note(
                ("metric",),
                "is missing; the search minimizes `value`. Set metric.name to the name of the metric",
            )
        return {"name": "value", "goal": "minimize"}
    name = sweep.text(("metric", "name"))
    if "name" not in table.entries:
        sweep.report(("metric", "name"), "is missing", hint="Write the name that the program logs it under")
    goal = sweep.text(("metric", "goal"), ("minimize", "maximize"))
    return {"name": name, "goal": goal or "minimize"}


def _parameters(sweep: ForeignDocument) -> list[CommandParameter]:
    """All parameters; nested ones are flattened."""
    if sweep.section(("parameters",)) is None:
        sweep.report(
            ("parameters",), "is missing", hint="Say what to search: parameters: {lr: {min: …, max: …}}"
        )
        return []
    found = _flat(sweep, ("parameters",), ())
    if not found:
        sweep.report(("parameters",), "must have at least one parameter", found="none")
    originals = [".".join(keys) for keys, _ in found]
    names = valid_names(originals)
    _note_names(
        sweep,
        originals,
        names,
        [original for original, (keys, _) in zip(originals, found, strict=True) if len(keys) > 1],
    )
    parameters = []
    for (keys, at), original, name in zip(found, originals, names, strict=True):
        spec = read_parameter(sweep, at)
        if spec is not None:
            parameters.append(CommandParameter(original, keys, name, spec, at))
    return parameters


def _note_names(
    sweep: ForeignDocument, originals: Sequence[str], names: Sequence[str], nested: Sequence[str]
) -> None:
    """Adds notes on parameters that have other names in the config, or were nested."""
    if renamed := renamings(originals, names):
        sweep.note(
            ("parameters",), f"{renamed}; the command still gets the names of the sweep", key="renamed"
        )
    if nested:
        text = f"{', '.join(nested)}: passed one by one; W&B passes nested parameters together as one value"
        sweep.note(("parameters",), text, key="nested")


def _flat(
    sweep: ForeignDocument, at: Location, keys: tuple[str, ...]
) -> list[tuple[tuple[str, ...], Location]]:
    """The keys and the location of each parameter."""
    table = sweep.section(at)
    found: list[tuple[tuple[str, ...], Location]] = []
    if table is not None and not table.entries and keys:
        sweep.note(at, "dropped: it is empty")
    for key, entry in table.entries.items() if table is not None else ():
        if not isinstance(entry.node, MappingNode):
            sweep.report((*at, key), "must be a section of keys", hint=_instead(entry.node))
        elif "parameters" in entry.node.entries:
            sweep.get((*at, key))
            found += _flat(sweep, (*at, key, "parameters"), (*keys, key))
        else:
            found.append(((*keys, key), (*at, key)))
    return found


def _instead(node: Node) -> str:
    return "Write {values: […]}" if isinstance(node, SequenceNode) else "Write {value: …} for a constant"


def _search(
    sweep: ForeignDocument, method: str, space: dict[str, Any], cap: int | float | None
) -> dict[str, Any]:
    size = parse_space(space).size
    trials = cap
    if method == "grid":
        text = "becomes random: hpsearch has no grid. Random draws try more values of each parameter"
        if math.isfinite(size):
            text += f" and repeat no configuration: {size:.0f} trials are all there are; fewer may be enough"
            trials = min(size, cap or _MOST_TRIALS)
            if cap is not None and cap > size:
                sweep.note(("run_cap",), f"is lowered to {size:.0f}, the number of configurations")
        sweep.note(("method",), f"{text}. method: coarse_to_fine needs fewer trials")
    elif method == "bayes":
        sweep.note(("method",), "bayes becomes coarse_to_fine, which also uses a Gaussian process")
    elif method == "custom":
        sweep.note(("method",), "custom becomes coarse_to_fine")
    if cap is None and trials is None:
        sweep.note(
            ("run_cap",), "is missing: W&B runs until it is stopped; here the search ends after 64 trials"
        )
    chosen = "random" if method in ("random", "grid") else "coarse_to_fine"
    return {"method": chosen, "trials": 64 if trials is None else int(trials)}


def _stopping(sweep: ForeignDocument, command: dict[str, Any]) -> Any:
    """Hyperband's brackets as rungs.

    W&B's brackets are at ``min_iter · eta^k``; if ``max_iter`` is set, it takes precedence and they are at
    ``max_iter / eta^k`` for k from 1 to ``s``, rounded down.
    """
    at = ("early_terminate",)
    if sweep.section(at) is None:
        return False
    kind = sweep.text((*at, "type"))
    if kind not in (None, "hyperband"):
        sweep.note((*at, "type"), f"{kind} is unknown; no trials are stopped early")
        return False
    numbers = {key: sweep.number((*at, key), above=0) for key in ("min_iter", "max_iter", "s")}
    eta = sweep.number((*at, "eta"), above=1) or 3
    reduction = max(2, math.ceil(eta))
    if reduction != eta:
        sweep.note((*at, "eta"), f"becomes {reduction}: early_stopping.reduction is a whole number")
    first, longest, brackets = numbers["min_iter"], numbers["max_iter"], numbers["s"]
    if brackets is not None and longest is None:
        sweep.note((*at, "s"), "has no effect without max_iter, as in W&B")
    if longest is not None:
        command["epochs"] = max(1, int(longest))
        if first is None or brackets is not None:
            first = _first_rung(sweep, longest, eta, reduction)
    elif first is None:
        sweep.report(at, "must have min_iter, or max_iter and s", key=True)
    return {"min_epochs": max(1, int(first or 1)), "reduction": reduction}


def _first_rung(sweep: ForeignDocument, longest: float, eta: float, reduction: int) -> int:
    """The first of W&B's brackets according to ``max_iter`` and ``s``."""
    at = ("early_terminate",)
    brackets = sweep.number((*at, "s"))
    if brackets is None:
        sweep.note((*at, "s"), "is missing; here there are as many brackets as fit")
    if sweep.get((*at, "min_iter")) is not None:
        sweep.note((*at, "min_iter"), "has no effect together with max_iter and s, as in W&B")
    count = 64 if brackets is None else int(brackets)
    bands = sorted(int(longest / eta**k) for k in range(1, count + 1) if longest / eta**k >= 1)
    first = bands[0] if bands else max(1, int(longest))
    rungs = [first * reduction**k for k in range(64) if first * reduction**k < longest]
    if rungs != bands:
        ours, theirs = (", ".join(map(str, each)) or "none" for each in (rungs, bands))
        sweep.note((*at, "max_iter"), f"rungs are at {ours} epochs here, at {theirs} in W&B")
    return first
