"""YAML's syntax errors, in the words of somebody who writes a config."""

import re

import yaml

_BRACKETS = "a list in [ ] or section in { } has commas between its values and a closing bracket"

_RULES: tuple[tuple[str, str, str], ...] = (
    ("unexpected end of stream", "text in quotes ends with the same quote", "Close the quote opened here"),
    ("',' or", _BRACKETS, "Close the bracket opened here"),
    (
        "mapping values are not allowed",
        "one line holds one `key: value`",
        "Put the inner key on a line of its own, indented, or quote a value that contains a colon",
    ),
    (
        "could not find expected ':'",
        "a key is followed by a colon and a space",
        "Write `key: value`",
    ),
    (
        "unknown escape character",
        "a backslash in double quotes begins an escape such as \\n",
        "Use single quotes, which take everything as it is",
    ),
    ("entries are not allowed", "a list begins on the line below its key", "Or write it as [a, b]"),
    (
        "cannot start any token",
        "text that begins with one of % @ ` needs quotes",
        "Put the value in quotes",
    ),
    (
        "expected key",
        "the keys of one section begin in the same column",
        "Check the indentation here and above, and for text after a closing quote",
    ),
    (
        "<block end>",
        "the keys of one section begin in the same column",
        "Check the indentation here and above, and for text after a closing quote",
    ),
    ("'-' indicator", "a section is either a list of - items or of `key: value` lines", ""),
    ("node content", "a closing bracket closes one opened before", "Remove it"),
    ("<document start>", "nothing follows the end of the config", "Remove this"),
)


_AMISS = {
    "": (_BRACKETS, "Close the bracket that is still open"),
    ",": ("one comma stands between two values", "Remove this one"),
}
"""Rule and hint where a value was looked for, by what stands there instead."""


def explain_syntax(error: yaml.YAMLError, text: str) -> tuple[int, int, str, str]:
    """Where a syntax error is, what has to hold there and what to do.

    Args:
        error: What PyYAML raised, with or without libyaml.
        text: The text it was reading.

    Returns:
        Line and column, counted from 1, rule and hint.
    """
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return 1, 1, "a config is valid YAML", ""
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    indentation = re.match(r"\s*", line)
    if indentation and "\t" in indentation.group() and mark.column <= indentation.end():
        column = line.index("\t") + 1
        return mark.line + 1, column, "YAML is indented with spaces, not tabs", "Write two spaces for the tab"
    problem = str(getattr(error, "problem", None) or "")
    if "node content" in problem and (fault := _AMISS.get(line[mark.column : mark.column + 1])):
        return mark.line + 1, mark.column + 1, *fault
    for fragment, rule, hint in _RULES:
        if fragment in problem:
            opened = getattr(error, "context_mark", None) if hint.endswith("opened here") else None
            position = opened or mark
            return position.line + 1, position.column + 1, rule, hint
    return mark.line + 1, mark.column + 1, "a config is valid YAML", f"YAML's parser says: {problem}"
