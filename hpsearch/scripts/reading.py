"""Reading a script, whichever library its options use."""

import ast
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hpsearch.scripts.absl_flags import read_absl
from hpsearch.scripts.argparse_options import read_argparse
from hpsearch.scripts.click_options import read_click, read_typer
from hpsearch.scripts.constants import constant_options, read_configurator, read_settings
from hpsearch.scripts.documented_options import read_docopt, read_sacred
from hpsearch.scripts.environment_options import environment_options
from hpsearch.scripts.fire_options import read_fire
from hpsearch.scripts.habits import propose
from hpsearch.scripts.hydra_options import read_hydra
from hpsearch.scripts.printed_metrics import (
    best_candidates,
    printed_metrics,
    reported_metrics,
    returned_metric,
)
from hpsearch.scripts.script import Option, PrintedMetric, Script, unique
from hpsearch.scripts.settings_files import settings_file
from hpsearch.scripts.signature_options import read_signature, signature_options
from hpsearch.scripts.source_tree import Source, UnreadableScript, keyword

_READERS: tuple[Callable[[Source], Script | None], ...] = (
    read_hydra,
    read_signature,
    read_fire,
    read_docopt,
    read_sacred,
    read_absl,
    read_click,
    read_typer,
    read_argparse,
    read_configurator,
    read_settings,
)
_SUGGESTS = (
    "It is written for Optuna, whose trial.suggest_… gives its values. Let a function take them as arguments,"
    " and run init train.py:FUNCTION; `hpsearch import --optuna` takes over the results of a study."
)
_METRICS_FILE = re.compile(r"[\w./{}-]*\.(?:csv|tsv|jsonl|ndjson|json)")


def read_script(path: Path) -> Script:
    """The options and metrics of a Python script, which is not executed.

    Raises:
        UnreadableScript: It cannot be read, or is not Python.
    """
    source = Source.load(path)
    for read in _READERS:
        script = read(source)
        if script is not None and (script.options or script.notes):
            break
    else:
        script = Script("")
    if not any(map(_is_searched, script.options)):
        script = _with_what_it_holds(source, script)
    return replace(script, metrics=_metrics(source), files=_files(source))


def _metrics(source: Source) -> tuple[PrintedMetric, ...]:
    """The metrics that a script reports, or else those of the files that it imports."""
    found = printed_metrics(source)
    if best_candidates(found):
        return found
    for other in source.imported():
        name = os.path.relpath(other.path, source.path.parent)
        found += tuple(replace(metric, file=name) for metric in printed_metrics(other))
    return found


def _with_what_it_holds(source: Source, script: Script) -> Script:
    """A script whose own options are not hyperparameters, with those in its files and the environment."""
    variables = environment_options(source)
    settings = settings_file(source, script.options, _files(source))
    if settings is not None and any(map(_is_searched, settings.keys)):
        options = [option for option in script.options if option.name != settings.option]
        options += [*variables, *settings.keys]
        return replace(
            script, style=script.style or "settings", options=unique(options), file_flag=settings.flag
        )
    if not script.options and any(".suggest_" in f".{source.called(call.func)}" for call in source.calls()):
        script = replace(script, notes=(*script.notes, _SUGGESTS))
    held = (*variables, *constant_options(source))
    if not any(map(_is_searched, held)) and script.style:
        return script
    return replace(script, style=script.style or "constants", options=unique((*script.options, *held)))


def _is_searched(option: Option) -> bool:
    return propose(option).section is not None


def read_function(path: Path, name: str) -> Script:
    """The options of a function in a module: its parameters except ``trial``.

    Raises:
        UnreadableScript: It cannot be read, or has no such function.
    """
    source = Source.load(path)
    function = source.function(name)
    if function is None:
        raise UnreadableScript(f"{path} has no function {name} at its top level")
    options = tuple(option for option in signature_options(source, function) if option.name != "trial")
    body = Source(path, ast.Module(body=[function], type_ignores=[]))
    metrics = reported_metrics(body)
    yields = any(_reports(body, node) for node in body.nodes)
    notes: tuple[str, ...] = ()
    if not metrics and (returned := returned_metric(body)) is not None:
        metrics = (returned,)
        notes = (f"{name} returns a number, which is called {returned.name}; its goal is a guess.",)
    return Script("function", options, metrics=metrics, notes=notes, yields=yields)


def _reports(source: Source, node: ast.AST) -> bool:
    """Whether a node reports an epoch: ``yield``, or ``trial.report(...)``."""
    is_report = isinstance(node, ast.Call) and source.called(node.func).endswith(".report")
    return is_report or isinstance(node, ast.Yield | ast.YieldFrom)


def _files(source: Source) -> tuple[str, ...]:
    """The files for metrics that a source opens for writing, if their names are literals."""
    found: list[str] = []
    for call in source.calls():
        name = source.called(call.func)
        if name.rpartition(".")[2] == "open":
            mode = source.value(call.args[1]) if len(call.args) > 1 else source.value(keyword(call, "mode"))
            if isinstance(call.func, ast.Attribute) and not name.startswith("io."):
                mode = source.value(call.args[0]) if call.args else mode
            if isinstance(mode, str) and mode[:1] in ("w", "a", "x"):
                found.extend(_METRICS_FILE.findall(ast.unparse(call)))
        elif name.rpartition(".")[2] in ("CSVLogger", "to_csv", "write_text"):
            found.extend(_METRICS_FILE.findall(ast.unparse(call)))
        elif name.rpartition(".")[2] == "SummaryWriter":
            found.append("events")
    return tuple(dict.fromkeys(Path(text).name for text in found))
