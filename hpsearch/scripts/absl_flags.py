"""absl flags, and ml_collections config files."""

import ast
from collections.abc import Iterator

from hpsearch.scripts.script import UNKNOWN, Kind, Option, Script, kind_of, unique
from hpsearch.scripts.source_tree import Source, UnreadableScript, keyword

_KINDS: dict[str, Kind] = {
    "DEFINE_float": "float",
    "DEFINE_integer": "int",
    "DEFINE_string": "text",
    "DEFINE_bool": "bool",
    "DEFINE_boolean": "bool",
    "DEFINE_enum": "text",
    "DEFINE_list": "list",
    "DEFINE_spaceseplist": "list",
    "DEFINE_multi_integer": "list",
    "DEFINE_multi_float": "list",
    "DEFINE_multi_string": "list",
}


def read_absl(source: Source) -> Script | None:
    """The flags that a source defines; None if there are none."""
    options: list[Option] = []
    notes: list[str] = []
    for call in source.calls():
        function = source.called(call.func).rpartition(".")[2]
        if function in _KINDS:
            options.extend(_flag(source, call, _KINDS[function]))
        elif function in ("DEFINE_config_file", "DEFINE_config_dict") and call.args:
            found = list(_config_file(source, call))
            options.extend(found)
            if not found:
                notes.append(f"Line {call.lineno}: the settings of its config file are not written out.")
    return Script("absl", unique(options), notes=tuple(notes)) if options or notes else None


def _flag(source: Source, call: ast.Call, kind: Kind) -> Iterator[Option]:
    values = [source.value(argument) for argument in call.args]
    name = values[0] if values else source.value(keyword(call, "name"))
    if not isinstance(name, str):
        return
    default = values[1] if len(values) > 1 else source.value(keyword(call, "default"))
    rest = values[2:]
    choices = next((value for value in rest if isinstance(value, list)), None)
    if choices is None:
        choices = source.value(keyword(call, "enum_values"))
    text = next((value for value in rest if isinstance(value, str)), source.value(keyword(call, "help")))
    yield Option(
        name,
        f"--{name}={{}}",
        kind,
        default,
        tuple(choices) if isinstance(choices, list) and kind == "text" else (),
        " ".join(text.split()) if isinstance(text, str) else "",
        call.lineno,
        required=source.value(keyword(call, "required")) is True,
    )


def _config_file(source: Source, call: ast.Call) -> Iterator[Option]:
    """The settings ``config.NAME = VALUE`` in the file that is the default of a flag."""
    name = source.value(call.args[0])
    path = source.value(call.args[1] if len(call.args) > 1 else keyword(call, "default"))
    if not isinstance(name, str) or not isinstance(path, str):
        return
    try:
        file = Source.load(source.path.parent / path.partition(":")[0])
    except UnreadableScript:
        return
    for node in file.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            parts = ast.unparse(node.targets[0]).split(".")
            value = file.value(node.value)
            if parts[0] in ("config", "cfg", "c") and value is not UNKNOWN:
                setting = ".".join([name, *parts[1:]])
                yield Option(setting, f"--{setting}={{}}", kind_of(value), value, line=0)
