"""The entries of the table ``meta``, checked before use."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hpsearch.store.json_checks import (
    Check,
    Malformed,
    holds_numbers,
    is_number,
    is_text,
    is_texts,
    is_time,
    is_whole,
    read_json,
)


def _is_metric(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() <= {"name", "goal", "at", "ties"}
        and is_text(value.get("name"))
        and value.get("goal", "minimize") in ("minimize", "maximize")
        and value.get("at", "last") in ("last", "best")
        and (
            value.get("ties", "none") == "none" or (_is_metric(value["ties"]) and "ties" not in value["ties"])
        )
    )


def _is_versions(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    names = ("hpsearch", "python", "numpy", "arithmetic")
    blas = value.get("blas")
    return (
        all(is_text(value.get(name)) for name in names)
        and isinstance(blas, list)
        and all(
            isinstance(each, dict) and all(part is None or is_text(part) for part in each.values())
            for each in blas
        )
    )


def _is_kernels(value: object) -> bool:
    return isinstance(value, dict) and all(
        each is None or (is_text(each) and re.fullmatch(r"[\w ,]*", each)) for each in value.values()
    )


def _is_observations(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, list) and len(each) == 2 and isinstance(each[0], dict) and is_number(each[1])
        for each in value
    )


def _is_sizes(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, list) and len(each) == 2 and is_text(each[0]) and is_whole(each[1]) for each in value
    )


def _is_config(value: object) -> bool:
    return (
        isinstance(value, dict)
        and _is_metric(value.get("metric"))
        and isinstance(value.get("space", {}), dict)
    )


def _is_absolute(value: object) -> bool:
    return is_text(value) and Path(str(value)).is_absolute()


_META: Mapping[str, Check] = {
    "algorithm": lambda value: value is None or is_whole(value),
    "base": is_text,
    "config": _is_config,
    "created": is_time,
    "data": is_text,
    "earlier": _is_sizes,
    "holder": lambda value: (
        isinstance(value, dict) and is_whole(value.get("pid")) and is_text(value.get("host"))
    ),
    "kernels": _is_kernels,
    "overrides": is_texts,
    "prior_observations": _is_observations,
    "rows": lambda value: value is None or (isinstance(value, dict) and all(map(is_whole, value.values()))),
    "portfolio": lambda value: isinstance(value, list) and all(isinstance(each, dict) for each in value),
    "place": lambda value: (
        isinstance(value, dict) and _is_absolute(value.get("run")) and _is_absolute(value.get("base"))
    ),
    "source": is_text,
    "versions": _is_versions,
}
"""The check of each known entry of ``meta``."""

NEEDED = frozenset({"config", "created", "data", "kernels", "prior_observations", "source", "versions"})
"""The entries that every run has."""


def read_meta(key: str, text: object) -> Any:
    """The entry ``key`` of the table ``meta``.

    Raises:
        Malformed: It is not a valid value of that entry.
    """
    value = read_json(text)
    if not holds_numbers(value) or (key in _META and not _META[key](value)):
        raise Malformed("its form is wrong")
    return value
