"""YAML's syntax errors, explained for someone who writes a config."""

import re

import yaml

_BRACKETS = "a list in [ ] or a section in { } needs commas between its values and a closing bracket"
_ONE_COLUMN = "the keys of a section must start in the same column"
_CHECK_INDENTATION = "Check the indentation here and above, and look for text after a closing quote"

_RULES: tuple[tuple[str, str, str], ...] = (
    (
        "unexpected end of stream",
        "quoted text must end with the quote it starts with",
        "Close the quote opened here",
    ),
    ("',' or", _BRACKETS, "Close the bracket opened here"),
    (
        "mapping values are not allowed",
        "a line can hold only one `key: value`",
        "Put the inner key on a line of its own and indent it, or quote a value that contains a colon",
    ),
    ("could not find expected ':'", "a colon and a space must follow a key", "Write `key: value`"),
    (
        "unknown escape character",
        "a backslash in double quotes must begin an escape such as \\n",
        "Use single quotes, in which a backslash is just a backslash",
    ),
    ("entries are not allowed", "a list must start on the line below its key", "Or write it as [a, b]"),
    (
        "cannot start any token",
        "text that starts with one of % @ ` must be quoted",
        "Put the value in quotes",
    ),
    ("expected key", _ONE_COLUMN, _CHECK_INDENTATION),
    ("<block end>", _ONE_COLUMN, _CHECK_INDENTATION),
    ("'-' indicator", "a section must consist of either `- item` or `key: value` lines", ""),
    ("node content", "a closing bracket must have an opening one", "Remove it"),
    ("<document start>", "nothing may follow the end of the config", "Remove this"),
)
"""A fragment of PyYAML's message, the broken rule, and what to do."""

_UNEXPECTED = {
    "": (_BRACKETS, "Close the bracket that is still open"),
    ",": ("values must be separated by a single comma", "Remove this one"),
}
"""Rule and hint, by the text found in place of a value."""


def explain_syntax(error: yaml.YAMLError, text: str) -> tuple[int, int, str, str]:
    """Where a syntax error is, which rule it breaks, and what to do.

    Args:
        error: The error that PyYAML raised, with or without libyaml.
        text: The text that it was reading.

    Returns:
        Line and column, counted from 1, rule and hint.
    """
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return 1, 1, "a config must be valid YAML", ""
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    indentation = re.match(r"\s*", line)
    if indentation and "\t" in indentation.group() and mark.column <= indentation.end():
        column = line.index("\t") + 1
        rule, hint = "YAML must be indented with spaces, not tabs", "Replace the tab with two spaces"
        return mark.line + 1, column, rule, hint
    problem = str(getattr(error, "problem", None) or "")
    if "node content" in problem and (fault := _UNEXPECTED.get(line[mark.column : mark.column + 1])):
        return mark.line + 1, mark.column + 1, *fault
    for fragment, rule, hint in _RULES:
        if fragment in problem:
            opened = getattr(error, "context_mark", None) if hint.endswith("opened here") else None
            position = opened or mark
            return position.line + 1, position.column + 1, rule, hint
    return (
        mark.line + 1,
        mark.column + 1,
        "a config must be valid YAML",
        f"The YAML parser reports: {problem}",
    )
