"""The pages that are generated from the code: the schema, the names of the package, and the manual page."""

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

import hpsearch
from hpsearch.cli.program import program
from hpsearch.config import json_schema
from hpsearch.machine.versions import VERSION

WIDTH: dict[str, Any] = {"terminal_width": 78, "max_content_width": 78, "resilient_parsing": True}
MADE = "`tests/docs/test_references.py` writes and checks this page."
_SECTIONS = {
    "MetricSection": "metric",
    "NetworkSection": "objective.network",
    "FunctionSection": "objective.function",
    "CommandSection": "objective.command",
    "ParameterSection": "space.PARAMETER",
    "SearchSection": "search",
    "RunSection": "run",
}


def schema_page() -> str:
    """Every key of a config with its type, default and meaning, from the schema for editors."""
    schema = json_schema()
    about = (
        "What `hpsearch schema` prints, as tables. [The config](config.md) has the same keys with examples."
    )
    parts = [f"# The schema of a config\n\n{about} {MADE}\n"]
    sections: dict[str, Mapping[str, Any]] = {"": schema}
    sections |= {path: schema["$defs"][name] for name, path in _SECTIONS.items()}
    early = schema["$defs"]["SearchSection"]["properties"]["early_stopping"]
    (sections["search.early_stopping"],) = (each for each in early["anyOf"] if "properties" in each)
    for path, section in sections.items():
        parts.append(f"## {f'`{path}`' if path else 'The whole file'}\n")
        if about := section.get("description"):
            parts.append(f"{_cell(about)}\n")
        parts.append("| key | type | default | meaning |\n|---|---|---|---|")
        required = section.get("required", [])
        for key, value in section["properties"].items():
            default = "required" if key in required else _default(value)
            parts.append(f"| `{key}` | {_type(value)} | {default} | {_cell(value.get('description', ''))} |")
        parts.append("")
    return "\n".join(parts)


def _cell(text: str) -> str:
    return re.sub(
        r"\{[^}]*\}|<[^>]*>", lambda match: f"`{match[0]}`", text.replace("|", "\\|").replace("\n", " ")
    )


def _default(value: Mapping[str, Any]) -> str:
    default = value.get("default")
    if default is None or default == [] or isinstance(default, dict):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _type(value: Mapping[str, Any]) -> str:
    if "$ref" in value:
        return "a section"
    if "enum" in value:
        return " or ".join(
            f"`{str(each).lower() if isinstance(each, bool) else each}`" for each in value["enum"]
        )
    if "const" in value:
        return f"`{value['const']}`"
    for union in ("anyOf", "oneOf"):
        if union in value:
            return " or ".join(dict.fromkeys(_type(each) for each in value[union]))
    names = {"object": "a section", "array": "a list", "integer": "a whole number", "string": "text"}
    kind = value.get("type", "anything")
    kinds = kind if isinstance(kind, list) else [kind]
    bounds = {
        "minimum": "at least",
        "exclusiveMinimum": "above",
        "maximum": "at most",
        "exclusiveMaximum": "below",
    }
    limits = [f"{words} {value[bound]:.10g}" for bound, words in bounds.items() if bound in value]
    return " ".join([" or ".join(names.get(each, each) for each in kinds), " and ".join(limits)]).rstrip()


def names_page() -> str:
    """The public names, with their arguments and docstrings."""
    about = "What `import hpsearch` has; [From Python](python.md) shows how it is used."
    parts = [f"# Python names\n\n{about} {MADE}\n"]
    for name in hpsearch.__all__:
        found = getattr(hpsearch, name)
        if inspect.ismodule(found):
            continue
        parts.append(
            f"## {name}\n\n```text\n{_signature(name, found)}\n```\n\n{_prose(inspect.getdoc(found) or '')}\n"
        )
        for method, function in _methods(found):
            about = (inspect.getdoc(function) or "").partition("\n\n")[0].replace("\n", " ")
            parts.append(f"`{name}.{method}` — {_inline(about)}\n")
    return "\n".join(parts)


def man_page() -> str:
    """hpsearch(1): the help of the program and of every command."""
    context = program.make_context("hpsearch", [], **WIDTH)
    parts = [
        f'.TH HPSEARCH 1 "" "hpsearch {VERSION}"',
        ".SH NAME\nhpsearch \\- search for good hyperparameters",
        f".SH SYNOPSIS\n.nf\n{_roff(program.get_help(context))}\n.fi",
    ]
    for name, command in program.commands.items():
        inner = command.make_context(name, [], parent=context, **WIDTH)
        parts.append(f".SH HPSEARCH {name.upper()}\n.nf\n{_roff(command.get_help(inner))}\n.fi")
    return "\n".join(parts) + "\n"


def _roff(text: str) -> str:
    """A text shown line by line: no line begins a request, and hyphens can be copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^(?=[.'])", r"\\&", text, flags=re.MULTILINE)


def _methods(found: Any) -> Iterator[tuple[str, Any]]:
    if inspect.isclass(found) and not issubclass(found, Exception):
        for name, value in vars(found).items():
            if not name.startswith("_") and (callable(value) or isinstance(value, property | classmethod)):
                yield name, value


def _signature(name: str, found: Any) -> str:
    try:
        parameters = [
            each for each in inspect.signature(found).parameters.values() if not each.name.startswith("_")
        ]
    except ValueError:
        return name
    words, keyword = [], False
    for each in parameters:
        if each.kind is each.KEYWORD_ONLY and not keyword:
            keyword = True
            words += ["*"] if not any(other.kind is other.VAR_POSITIONAL for other in parameters) else []
        star = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
        shown = "…" if "<" in repr(each.default) else repr(each.default)
        words.append(f"{star}{each.name}" + ("" if each.default is each.empty else f"={shown}"))
    line = f"{name}({', '.join(words)})"
    return line if len(line) <= 100 else f"{name}(\n    " + ",\n    ".join(words) + ",\n)"


def _prose(text: str) -> str:
    """A docstring as Markdown: sections become lists, and examples code."""
    lines: list[str] = []
    section = False
    for line in text.split("\n"):
        if line.strip() == "::":
            continue
        if re.fullmatch(r"(Args|Attributes|Returns|Raises):", line):
            lines += [f"**{line.removesuffix(':')}**", ""]
            section = True
        elif section and (entry := re.fullmatch(r"    (\w+): (.*)", line)):
            lines.append(f"- `{entry[1]}`: {_inline(entry[2])}")
        elif section and line.startswith("    "):
            lines.append(f"  {_inline(line.strip())}")
        elif line.startswith("    "):
            lines.append(line)
        else:
            section = section and not line
            lines.append(_inline(line))
    return "\n".join(lines)


def _inline(line: str) -> str:
    line = re.sub(r":\w+:`~?([^`]+)`", lambda match: f"`{match[1].rpartition('.')[2]}`", line)
    return line.replace("``", "`")
