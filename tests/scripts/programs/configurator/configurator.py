"""Replaces globals by command-line arguments of the same type."""

import sys
from ast import literal_eval

for argument in sys.argv[1:]:
    key, value = argument.removeprefix("--").split("=")
    if key not in globals():
        raise ValueError(f"unknown key: {key}")
    try:
        attempt = literal_eval(value)
    except (SyntaxError, ValueError):
        attempt = value
    assert type(attempt) is type(globals()[key]), (key, attempt)
    globals()[key] = attempt
