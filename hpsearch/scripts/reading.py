"""Reading a script: whichever library its options are made with."""

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hpsearch.scripts.absl_flags import read_absl
from hpsearch.scripts.argparse_options import read_argparse
from hpsearch.scripts.click_options import read_click, read_typer
from hpsearch.scripts.constants import read_configurator, read_constants, read_environment, read_settings
from hpsearch.scripts.hydra_options import read_hydra
from hpsearch.scripts.printed_metrics import printed_metrics, reported_metrics
from hpsearch.scripts.script import Script
from hpsearch.scripts.signature_options import read_signature, signature_options
from hpsearch.scripts.source_tree import Source, UnreadableScript, keyword

_READERS: tuple[Callable[[Source], Script | None], ...] = (
    read_hydra,
    read_signature,
    read_absl,
    read_click,
    read_typer,
    read_argparse,
    read_configurator,
    read_settings,
    read_environment,
    read_constants,
)
_METRICS_FILE = re.compile(r"[\w./{}-]*\.(?:csv|tsv|jsonl|ndjson|json)")


def read_script(path: Path) -> Script:
    """What a Python script takes and reports; it is not executed.

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
    return replace(script, metrics=printed_metrics(source), files=_files(source))


def read_function(path: Path, name: str) -> Script:
    """What a function of a module takes: its parameters but ``trial``.

    Raises:
        UnreadableScript: It cannot be read, or has no such function.
    """
    source = Source.load(path)
    function = source.function(name)
    if function is None:
        raise UnreadableScript(f"{path} has no function {name} at its top level")
    options = tuple(option for option in signature_options(source, function) if option.name != "trial")
    metrics = reported_metrics(Source(path, ast.Module(body=[function], type_ignores=[])))
    return Script("function", options, metrics=metrics)


def _files(source: Source) -> tuple[str, ...]:
    """The files for metrics that a source opens to write, as far as their names are written out."""
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
