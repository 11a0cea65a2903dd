"""What the rows of a run's database say, checked before anything is made of it.

A checksum shows that a row is as somebody wrote it. Whether it is what hpsearch writes is checked here: the
type of every column, the shape of every JSON text.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

from hpsearch.trial import Epoch, Metric, Result, Rung, Status, Trial, Value

Check = Callable[[Any], bool]

_LARGEST = 2**1023
"""Whole numbers below it have a float."""


class Malformed(ValueError):
    """A row is not one that hpsearch writes; the message says what is wrong."""


def is_text(value: object) -> bool:
    """Whether a value is text."""
    return isinstance(value, str)


def is_whole(value: object, below: int = 2**63) -> bool:
    """Whether a value is a whole number from 0 up to a limit."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < below


def is_number(value: object) -> bool:
    """Whether a value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_figures(value: object) -> bool:
    """Whether a value is a mapping to numbers, or to None where a number was not finite."""
    return isinstance(value, dict) and all(each is None or is_number(each) for each in value.values())


def is_time(value: object) -> bool:
    """Whether a value is a time as ISO 8601, with its zone."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def is_texts(value: object) -> bool:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(map(is_text, value))


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
        isinstance(value, dict) and is_text(value.get("run")) and is_text(value.get("base"))
    ),
    "source": is_text,
    "versions": _is_versions,
}
"""What the entries of ``meta`` have to be, as far as they are known."""

NEEDED = frozenset({"config", "created", "data", "kernels", "prior_observations", "source", "versions"})
"""The entries that every run has."""


def read_json(text: object) -> Any:
    """The data of a JSON text.

    Raises:
        Malformed: It is none, or holds a number that is not finite or that no float can hold.
    """
    if not isinstance(text, str):
        raise Malformed(f"it is not text but {type(text).__name__}")
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite, parse_int=_moderate)
    except RecursionError:
        raise Malformed("it is nested too deeply") from None
    except ValueError as error:
        raise Malformed(f"it is not JSON ({error})") from None


def read_meta(key: str, text: object) -> Any:
    """The entry ``key`` of the table ``meta``.

    Raises:
        Malformed: It is not what that entry has to be.
    """
    value = read_json(text)
    if key in _META and not _META[key](value):
        raise Malformed("it has not the form that it needs")
    return value


def read_trial(number: object, text: object, started: object, space: Mapping[str, Any] | None) -> Trial:
    """A row of the table ``trials``.

    Args:
        number: Its number.
        text: What is tried, as JSON.
        started: When.
        space: The section ``space`` of the stored config, if it has one.

    Raises:
        Malformed: It is not one, or its values are not of the space.
    """
    data = read_json(text)
    _need(is_whole(number), "number")
    _need(is_time(started), "time")
    _need(isinstance(data, dict) and data.keys() == _TRIAL.keys(), "form")
    for key, check in _TRIAL.items():
        _need(check(data[key]), key)
    if space is not None:
        _check_values(data["values"], space)
    rungs = tuple(Rung(*rung) for rung in data["rungs"])
    values: Mapping[str, Value] = data["values"]
    return Trial(number, values, data["seed"], rungs, data["origin"], tuple(data["more_seeds"]))  # type: ignore[arg-type] # a whole number, as was checked


def _check_values(values: Mapping[str, object], space: Mapping[str, Any]) -> None:
    for name, parameter in space.items():
        if name not in values:
            _need(isinstance(parameter, dict) and "when" in parameter, f"value of {name}")
        elif isinstance(parameter, dict) and isinstance(choices := parameter.get("values"), list):
            text = _canonical(values[name])
            _need(any(_canonical(each) == text for each in choices), f"value of {name}")
        elif isinstance(parameter, dict):
            _need(is_number(values[name]), f"value of {name}")
    for name in values.keys() - space.keys():
        raise Malformed(f"it has a value of {name!r:.100}, which is not in the space")


def _canonical(value: object) -> str:
    """The JSON of a value, which tells 1, 1.0 and true apart."""
    return json.dumps(value, sort_keys=True)


def _is_seed(value: object) -> bool:
    return is_whole(value, 2**32)


def _is_rung(value: object) -> bool:
    return (
        isinstance(value, list) and len(value) in (2, 3) and is_whole(value[0]) and all(map(is_number, value))
    )


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict)


_TRIAL: Mapping[str, Check] = {
    "values": _is_mapping,
    "seed": _is_seed,
    "rungs": lambda value: isinstance(value, list) and all(map(_is_rung, value)),
    "origin": _is_mapping,
    "more_seeds": lambda value: isinstance(value, list) and all(map(_is_seed, value)),
}
"""What a trial's JSON holds."""


def read_curve(rows: Sequence[tuple[Any, Any, Any]]) -> tuple[Epoch, ...]:
    """Rows of the table ``epochs``, of one trial, in their order.

    Raises:
        Malformed: One is none, or is missing.
    """
    curve = []
    for number, text, seconds in rows:
        metrics = read_json(text)
        _need(is_whole(number) and number > 0, "epoch")
        _need(is_figures(metrics), "metrics")
        _need(is_number(seconds), "seconds")
        curve.append(Epoch(number, metrics, seconds))
    return tuple(curve)


def read_result(
    row: Sequence[Any], curve: tuple[Epoch, ...], values: Mapping[str, Value], metric: Metric
) -> Result:
    """A row of the table ``results``, without its checksum.

    Args:
        row: Its columns.
        curve: The learning curve that belongs to it.
        values: What the trial tried.
        metric: What the search optimizes.

    Raises:
        Malformed: It is not one, or does not agree with the curve.
    """
    number, status, value, loss, tie, epochs, final, reason, seconds, finished = row
    figures = read_json(final)
    _need(status in Status.__members__.values(), "status")
    _need(value is None or is_number(value), "value")
    _need(loss == (None if value is None else metric.loss(value)), "loss")
    _need(epochs == len(curve), "number of epochs")
    _need(is_figures(figures), "final figures")
    _need(is_text(reason), "reason")
    _need(is_number(seconds), "seconds")
    _need(is_time(finished), "time")
    try:
        result = Result(number, Status(status), value, curve, figures, reason, seconds, values)
        _need(tie == (None if value is None else metric.order(result)[1]), "tie")
        return result
    except ValueError as error:
        raise Malformed(str(error)) from None


def read_event(at: object, kind: object, text: object) -> tuple[str, str, str]:
    """A row of the table ``events``.

    Raises:
        Malformed: It is not one.
    """
    _need(is_time(at), "time")
    if not (isinstance(at, str) and isinstance(kind, str) and isinstance(text, str)):
        raise Malformed("its text is wrong")
    return at, kind, text


def _need(holds: bool, what: str) -> None:
    if not holds:
        raise Malformed(f"its {what} is wrong")


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text:.20} is too large")
    return number


def _moderate(text: str) -> int:
    number = int(text)
    if abs(number) >= _LARGEST:
        raise ValueError(f"{text:.20}… is too large")
    return number
