"""The section ``hydra.sweeper`` of a Hydra config as a config.

``params`` is read in the same way as by the plugin ``hydra-optuna-sweeper``: ``range`` includes its end,
which Hydra's own sweeper leaves out, and an interval between whole numbers has only whole numbers.
``search_space``, the older form, is also read.
"""

import json
import re
from pathlib import Path
from typing import Any

from hpsearch.config import parse_space
from hpsearch.config.special_types import name_like
from hpsearch.document.nodes import Location, MappingNode, Node, ScalarNode, SequenceNode, entries_at, find
from hpsearch.errors import ConfigError
from hpsearch.exchange.draft import Draft, choices, renamings, valid_names
from hpsearch.exchange.foreign_document import ForeignDocument, as_python, is_null
from hpsearch.exchange.hydra.override import BadOverride, Override, parse_override
from hpsearch.trial import Value

SWEEPER: Location = ("hydra", "sweeper")

_BEGIN = "Name the YAML file with the section hydra.sweeper"
_METRIC = "value"
_MOST_CHOICES = 1000
_REASONS = {
    "hydra.sweeper._target_": "search.method decides how trials are chosen",
    "hydra.sweeper.sampler": "search.method decides how trials are chosen",
    "hydra.sweeper.storage": "here each run is a directory under runs/",
    "hydra.sweeper.max_failure_rate": "search.max_failures says how many failed trials in a row end a search",
    "hydra.sweeper.custom_search_space": "a space cannot be made by code; write its parameters below space",
}


def import_sweeper(path: Path) -> Draft:
    """A config made from a file with the section ``hydra.sweeper``.

    Raises:
        ConfigError: With all mistakes of the section.
    """
    document = ForeignDocument.read(path, _BEGIN)
    space, flags = _space(document)
    metric, goal = _metric(document), _goal(document)
    trials = _count(document, "n_trials")
    workers = _count(document, "n_jobs")
    seed = _count(document, "sampler", "seed", above=-1)
    study = document.text((*SWEEPER, "study_name")) if _is_given(document, "study_name") else None
    document.stop_if_wrong()

    draft = Draft(f"the sweep of Hydra in {path.name}", _todo(metric))
    program = _program(path)
    command: dict[str, Any] = {"run": ["python", program, "{args:k=v}"]}
    if flags:
        command["flags"] = flags
    if study is not None:
        draft.config["name"] = name_like(study)
    if seed is not None:
        draft.config["seed"] = seed
    draft.config |= {"metric": {"name": metric, "goal": goal}, "objective": {"command": command}}
    draft.config["space"] = space
    draft.config["search"] = {"method": "coarse_to_fine", "trials": trials or 64, "early_stopping": False}
    if workers is not None:
        draft.config["run"] = {"workers": workers}
    draft.program = program
    _note_unused(document)
    draft.notes = document.notes
    return draft


def _is_given(document: ForeignDocument, *keys: str) -> bool:
    """Whether a key of the sweeper has a value; null is its default."""
    at = (*SWEEPER, *keys)
    node = find(document.root, at)
    if is_null(node):
        document.take(at)
    return node is not None and not is_null(node)


def _count(document: ForeignDocument, *keys: str, above: int = 0) -> int | None:
    """A whole number of the sweeper; None if it has none."""
    at = (*SWEEPER, *keys)
    number = document.number(at, whole=True, above=above) if _is_given(document, *keys) else None
    return None if number is None else int(number)


def _todo(metric: str) -> str:
    return (
        "To do by hand: Hydra's sweeper takes what the function under @hydra.main returns; hpsearch reads"
        " what the program prints. Print a line of JSON,\n"
        f"    print(json.dumps({{{json.dumps(metric)}: value}}), flush=True)\n"
        "after each epoch, so that trials can be stopped early, or at the end. A name and a"
        f" value such as `{metric}: 0.5` are found too. Leave --multirun out: a trial is one run."
    )


def _metric(document: ForeignDocument) -> str:
    """The metric's name; a common template for Lightning and Hydra calls it ``optimized_metric``."""
    name = document.text(("optimized_metric",))
    if name is None:
        text = f"has no name in Hydra, where the program returns it; it is called {_METRIC} here"
        document.note(SWEEPER, text, key="metric")
    return name or _METRIC


def _goal(document: ForeignDocument) -> str:
    at = (*SWEEPER, "direction")
    node = find(document.root, at)
    if isinstance(node, SequenceNode) and len(node.nodes) == 1:
        document.take(at)
        at = (*at, 0)
    elif isinstance(node, SequenceNode):
        hint = "Leave one"
        document.report(at, "must be one direction: a search optimizes one metric", hint=hint)
        return "minimize"
    is_given = node is not None and _is_given(document, "direction")
    return (document.text(at, ("minimize", "maximize")) if is_given else None) or "minimize"


def _space(document: ForeignDocument) -> tuple[dict[str, Any], dict[str, str]]:
    """The space, and the flags of parameters whose override has a sign or a name that is not valid here."""
    sweeper = document.section(SWEEPER)
    params, older = (*SWEEPER, "params"), (*SWEEPER, "search_space")
    at = params if sweeper is None or "params" in sweeper.entries else older
    if document.section(at) is None:
        document.report(
            params, "is missing", hint="Name the file that has it, such as the one of the experiment"
        )
        return {}, {}
    found = [
        (key, where, spec)
        for key, where in _overrides(document, at, ())
        if (spec := _parameter(document, where)) is not None
    ]
    keys = [key for key, _, _ in found]
    bare = [key.lstrip("+~") for key in keys]
    names = valid_names(bare)
    if renamed := renamings(bare, names):
        document.note(at, f"{renamed}; the command still gets the names of Hydra", key="renamed")
    flags = {name: f"{key}={{}}" for name, key in zip(names, keys, strict=True) if name != key}
    if not entries_at(document.root, at):
        document.report(at, "must have at least one parameter", found="none")
    return {name: spec for name, (_, _, spec) in zip(names, found, strict=True)}, flags


def _overrides(document: ForeignDocument, at: Location, keys: tuple[str, ...]) -> list[tuple[str, Location]]:
    """The key of each override, with dots, and where it is."""
    table = find(document.root, at)
    found = []
    for key, entry in table.entries.items() if isinstance(table, MappingNode) else ():
        inner = entry.node
        if isinstance(inner, MappingNode) and not inner.entries.keys() & {"type", "choices", "low"}:
            found += _overrides(document, (*at, key), (*keys, key))
        else:
            found.append((".".join((*keys, key)), (*at, key)))
    return found


def _parameter(document: ForeignDocument, at: Location) -> Any:
    """The section of a parameter, or a constant; None if it was reported or noted."""
    node = document.take(at)
    if isinstance(node, MappingNode):
        return _older(document, at)
    text = _text(node)
    try:
        spec = _read(parse_override(text), closed=_is_optuna(document))
        if spec is not None:
            parse_space({"x": spec})
    except ConfigError as error:
        first = error.problems[0]
        document.report(at, first.rule, hint=first.hint)
        return None
    except BadOverride as error:
        document.report(at, str(error), hint="Write interval(a, b), range(a, b), or choice(a, b)")
        return None
    except ValueError:
        document.report(at, "must be a range between numbers", hint="For example: interval(0.1, 1)")
        return None
    if spec is None:
        document.note(at, "dropped: it means the files of a group; list their names below space, as values")
    return spec


def _text(node: Node | None) -> str:
    """A value as an override, in the form that Hydra's plugin gives it."""
    value = as_python(node) if node is not None else None
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return json.dumps(value) if isinstance(value, list | dict) else str(value)


def _is_optuna(document: ForeignDocument) -> bool:
    """Whether the section is for the Optuna plugin. Hydra's own sweeper only has ``params``."""
    sweeper, defaults = find(document.root, SWEEPER), find(document.root, ("defaults",))
    others = isinstance(sweeper, MappingNode) and sweeper.entries.keys() - {"params", "_target_"}
    named = [as_python(node) for node in (defaults, find(document.root, (*SWEEPER, "_target_"))) if node]
    return bool(others) or "optuna" in json.dumps(named).lower()


def _read(override: Override, *, closed: bool = True) -> Any:
    """The section or the constant that an override means; None for a glob.

    Args:
        override: The override.
        closed: Whether a range includes its end.

    Raises:
        ValueError: Its arguments are not numbers.
    """
    if override.kind == "glob":
        return None
    if override.kind == "value":
        return choices([_element(override.arguments[0])])
    if override.kind == "choice":
        return choices(map(_element, override.arguments))
    return _range(override, closed=closed) if override.kind == "range" else _interval(override)


def _range(override: Override, *, closed: bool) -> Any:
    """``range(stop)``, ``range(start, stop)`` or ``range(start, stop, step)``."""
    if len(override.arguments) == 1 and not override.keywords:
        override = Override("range", ("0", *override.arguments), {}, override.tags, override.cast)
    low, high = _number(override.argument(0, "start") or "0"), _number(override.argument(1, "stop"))
    step = _number(override.argument(2, "step") or "1")
    if step <= 0:
        raise ValueError
    steps = (high - low) / step
    if not closed and abs(steps - round(steps)) < 1e-9:
        high = low + (round(steps) - 1) * step
    whole = all(isinstance(each, int) for each in (low, high, step))
    if override.shuffled and 0 < (high - low) / step <= _MOST_CHOICES:
        count = int((high - low) / step + 1e-9) + 1
        return {"values": [low + at * step for at in range(count)]}
    section = ({"type": "int"} if whole or override.cast == "int" else {}) | {"min": low, "max": high}
    return section if "type" in section and step == 1 else section | {"step": step}


def _interval(override: Override) -> dict[str, Any]:
    low, high = _number(override.argument(0, "start")), _number(override.argument(1, "end"))
    whole = isinstance(low, int) and isinstance(high, int) and override.cast != "float"
    section: dict[str, Any] = {}
    if whole or override.cast == "int":
        section, low, high = {"type": "int"}, int(low), int(high)
    return section | ({"prior": "log"} if "log" in override.tags else {}) | {"min": low, "max": high}


def _number(text: str | None) -> int | float:
    value = _element(text or "")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise ValueError


def _element(text: str) -> Value:
    """A number, true, false, null, or the text that Hydra reads back."""
    if re.fullmatch(r"[-+]?(\d[\d_]*)?\.?\d+\.?([eE][-+]?\d+)?|[-+]?\d+\.", text):
        number = text.replace("_", "")
        return int(number) if re.fullmatch(r"[-+]?\d+", number) else float(number)
    return {"true": True, "false": False, "null": None}.get(text, text)


def _older(document: ForeignDocument, at: Location) -> Any:
    """A parameter of ``search_space``: its type with low and high, or choices."""
    kind = document.text((*at, "type"), ("float", "int", "categorical"))
    if kind is None:
        document.report((*at, "type"), "is missing", hint="Write float, int or categorical")
        return None
    if kind == "categorical":
        texts = tuple(_text(node) for node in document.items((*at, "choices")) or ())
        if not texts:
            document.report((*at, "choices"), "must list at least one value", found="none")
            return None
        return _read(Override("choice", texts))
    low, high = (document.number((*at, key)) for key in ("low", "high"))
    step = document.number((*at, "step"), above=0) if find(document.root, (*at, "step")) else None
    if low is None or high is None:
        document.report(at, "must have low and high", key=True)
        return None
    log = find(document.root, (*at, "log"))
    section: dict[str, Any] = {"type": "int"} if kind == "int" else {}
    section |= {"prior": "log"} if isinstance(log, ScalarNode) and log.value is True else {}
    section |= {"min": low, "max": high}
    return section if step is None or (kind == "int" and step == 1) else section | {"step": step}


def _program(path: Path) -> str:
    """The script with ``@hydra.main`` that is nearest above a file; ``train.py`` if there is none."""
    base = Path.cwd()
    for directory in (base, base / "src", *list(path.absolute().parents)[:4]):
        for script in sorted(directory.glob("*.py"))[:50] if directory.is_dir() else ():
            if script.is_file() and b"@hydra.main" in script.read_bytes()[:1_000_000]:
                return str(script.relative_to(base)) if script.is_relative_to(base) else str(script)
    return "train.py"


def _note_unused(document: ForeignDocument) -> None:
    """Add notes on the keys of the sweeper that were not used; those next to it are the program's own."""
    document.report_unused(_REASONS, below=SWEEPER)
