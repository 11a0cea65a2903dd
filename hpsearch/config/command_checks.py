"""Checks of a command's placeholders, flags, variables and files."""

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from hpsearch.config.reader import Reader
from hpsearch.config.schema import CommandSection
from hpsearch.config.suggestions import suggest_name
from hpsearch.document.nodes import Entry, Location, MappingNode, ScalarNode, SequenceNode, entries_at, find
from hpsearch.document.scalars import shown
from hpsearch.invocation.flags import BadFlag, check_flag, check_style, expression_names
from hpsearch.invocation.placeholders import SPECIAL, is_args, placeholders

LITERAL_BRACES = "Write {{ and }} for literal braces"

_FOREIGN = re.compile(r"\$\{?(\w+)\}?|%\((\w+)\)s?")
"""Placeholders in the style of a shell or of Python."""

_NAME = re.compile(r"[A-Za-z_][\w.-]*")


def check_placeholders(
    part: str, at: Location, section: CommandSection, reader: Reader, *, alone: bool, word: bool = True
) -> None:
    """Reports placeholders that cannot be filled in.

    Args:
        part: A word of the command, or another text with placeholders.
        at: Where it is.
        section: The command's section.
        reader: The config.
        alone: Whether it may contain ``{args}``.
        word: Whether it is a word of the command, and not a variable or a path.
    """
    try:
        names = placeholders(part)
    except ValueError:
        reader.report(at, "must close its braces", hint=LITERAL_BRACES)
        return
    parameters = entries_at(reader.root, ("space",))
    foreign = [found for found in _FOREIGN.finditer(part) if (found[1] or found[2]) in parameters]
    for found in [] if section.shell else foreign:
        hint = f"Write {{{found[1] or found[2]}}}"
        reader.report(at, "placeholders must be in braces", found=shown(found[0]), hint=hint)
    for name in names:
        if is_args(name):
            _check_args(name, at, reader, alone=alone)
        else:
            _check_name(name.strip(), at, section, parameters, reader, optional=not (word and section.shell))


def _check_args(name: str, at: Location, reader: Reader, *, alone: bool) -> None:
    try:
        check_style(name)
    except BadFlag as error:
        reader.report(at, str(error), found=f"{{{shown(name)}}}")
    if not alone:
        rule = "{args} becomes several words, so it must be a word of its own"
        reader.report(at, rule, hint="Put spaces around it")


def _check_name(
    name: str,
    at: Location,
    section: CommandSection,
    parameters: Mapping[str, Entry],
    reader: Reader,
    *,
    optional: bool,
) -> None:
    """Reports a placeholder that is neither a parameter, nor an expression over them, nor built in."""
    valid = [*parameters, *(each for each in SPECIAL if each != "epochs" or section.epochs is not None)]
    if name in valid:
        used = frozenset({name})
    else:
        try:
            used = frozenset() if _NAME.fullmatch(name) else expression_names(name)
        except BadFlag:
            used = frozenset()
    if not used or used - parameters.keys() - set(valid):
        unknown = next(iter(sorted(used - set(valid))), name)
        meant = suggest_name(unknown, valid) or f"Possible: {', '.join(valid)}"
        hint = meant if _NAME.fullmatch(name) or used else LITERAL_BRACES
        rule = f"{{{name}}} is neither a parameter nor a built-in placeholder"
        if used:
            rule = f"{{{shown(name)}}} uses {shown(unknown)}, which is not a parameter"
        reader.report(at, rule, found="", hint=hint)
        return
    for each in sorted(used):
        entry = parameters.get(each)
        conditional = entry and isinstance(entry.node, MappingNode) and "when" in entry.node.entries
        if conditional and not optional:
            hint = "Use {args} or {json}, which leave it out of those trials"
            reader.report(at, f"{{{name}}} has no value in some trials", found="", hint=hint)


def check_flags(flags: Mapping[str, tuple[str, Location]], reader: Reader) -> None:
    """Reports flags that cannot pass their parameters.

    Args:
        flags: By parameter, the flag and where it is.
        reader: The config.
    """
    parameters = entries_at(reader.root, ("space",))
    for name, (flag, at) in flags.items():
        if name not in parameters:
            hint = suggest_name(name, list(parameters)) or f"Possible: {', '.join(parameters)}"
            reader.report(at, "is not a parameter of this space", hint=hint, key=True)
            continue
        try:
            names = check_flag(flag, is_switch=_is_switch(parameters[name]))
        except BadFlag as error:
            reader.report(at, str(error), hint="For example: --lr {}")
            continue
        for unknown in sorted(names - parameters.keys()):
            hint = suggest_name(unknown, list(parameters)) or "Write {} for the parameter's own value"
            reader.report(at, f"uses {shown(unknown)}, which is not a parameter", found="", hint=hint)


def check_targets(section: CommandSection, directory: Path | None, at: Location, reader: Reader) -> None:
    """Reports files for trials that cannot be written, and templates that are missing."""
    for target, template in section.files.items():
        path = PurePosixPath(target)
        if path.is_absolute() or ".." in path.parts or not path.name:
            rule = "must be the path of a file within the trial's directory"
            reader.report((*at, target), rule, hint=f"Write {path.name or 'config.yaml'}", key=True)
        elif directory is not None and not (directory / template).is_file():
            hint = f"There is no {directory / template}"
            reader.report((*at, target), "must name an existing template", hint=hint)


def _is_switch(entry: Entry) -> bool:
    """Whether a parameter is true or false."""
    node = entry.node
    values = find(node, ("values",)) if isinstance(node, MappingNode) else node
    nodes = values.nodes if isinstance(values, SequenceNode) else (values,)
    return all(isinstance(each, ScalarNode) and isinstance(each.value, bool) for each in nodes)
