"""What the rows of a run's database say, checked before anything is made of it.

A checksum shows that a row is as somebody wrote it. Whether it is what hpsearch writes is checked here: the
type of every column, the shape of every JSON text.
"""

import itertools
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from hpsearch.standing import Place, Standing
from hpsearch.trial import WORST_TIE, Epoch, Metric, Result, Rung, Status, Trial, Value

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
    return type(value) is int and 0 <= value < below


def is_number(value: object) -> bool:
    """Whether a value is a finite number, and one that a float can hold."""
    if type(value) is float:
        return math.isfinite(value)
    return type(value) is int and abs(value) < _LARGEST


def is_figures(value: object) -> bool:
    """Whether a value is a mapping to numbers, or to None where a number was not finite."""
    return isinstance(value, dict) and all(map(_is_figure, value.values()))


def _is_figure(value: object) -> bool:
    return value is None or is_number(value)


def _holds_numbers(value: object) -> bool:
    """Whether all numbers in JSON data are such as :func:`is_number` takes."""
    if isinstance(value, dict):
        return all(map(_holds_numbers, value.values()))
    if isinstance(value, list):
        return all(map(_holds_numbers, value))
    return not isinstance(value, float | int) or isinstance(value, bool) or is_number(value)


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
"""What the entries of ``meta`` have to be, as far as they are known."""

NEEDED = frozenset({"config", "created", "data", "kernels", "prior_observations", "source", "versions"})
"""The entries that every run has."""


def read_json(text: object) -> Any:
    """The data of a JSON text.

    Numbers in it may be too large for a float, so whoever takes some checks them.

    Raises:
        Malformed: It is none.
    """
    if not isinstance(text, str):
        raise Malformed(f"it is not text but {type(text).__name__}")
    return _decoded(_DECODER.decode, text)


def _decoded(decode: Callable[..., Any], *arguments: object) -> Any:
    try:
        return decode(*arguments)
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
    if not _holds_numbers(value) or (key in _META and not _META[key](value)):
        raise Malformed("it has not the form that it needs")
    return value


class ValueCheck:
    """Checks that values are of a space.

    Args:
        space: The section ``space`` of a stored config; None if it has none, and all values are right.
    """

    def __init__(self, space: Mapping[str, Any] | None) -> None:
        self._space = space
        self._checks: list[tuple[str, bool, Check]] = []
        for name, parameter in (space or {}).items():
            if not isinstance(parameter, dict):  # a constant
                self._checks.append((name, False, _holds_numbers))
                continue
            choices = parameter.get("values")
            check = _is_one_of(choices) if isinstance(choices, list) else is_number
            self._checks.append((name, "when" in parameter, check))

    def __call__(self, values: Mapping[str, object]) -> None:
        """Check the values of a trial.

        Raises:
            Malformed: They are not of the space.
        """
        if self._space is None:
            _need(_holds_numbers(values), "numbers")
            return
        known = 0
        for name, optional, check in self._checks:
            value = values.get(name, _ABSENT)
            if value is not _ABSENT:
                known += 1
            if not (optional if value is _ABSENT else check(value)):
                raise Malformed(f"its value of {name} is wrong")
        if known < len(values):
            name = min(values.keys() - self._space.keys())
            raise Malformed(f"it has a value of {name!r:.100}, which is not in the space")


def _is_one_of(choices: Sequence[object]) -> Check:
    """Whether a value is one of some choices, where 1, 1.0 and true differ."""
    plain = {(type(choice), choice) for choice in choices if not isinstance(choice, _NESTED)}
    nested = {json.dumps(choice, sort_keys=True) for choice in choices if isinstance(choice, _NESTED)}

    def check(value: object) -> bool:
        if isinstance(value, _NESTED):
            return json.dumps(value, sort_keys=True) in nested
        return (type(value), value) in plain

    return check


def read_values(text: object, check_values: ValueCheck) -> Mapping[str, Value]:
    """The values in a row of the table ``trials``, of which nothing else is looked at.

    Args:
        text: What is tried, as JSON.
        check_values: Knows the space.

    Raises:
        Malformed: There are none, or they are not of the space.
    """
    if not (isinstance(text, str) and text.startswith(_VALUES)):
        raise Malformed("its form is wrong")
    values: Mapping[str, Value]
    values, _ = _decoded(_DECODER.raw_decode, text, len(_VALUES))  # half as long as all of it
    _need(isinstance(values, dict), "form")
    check_values(values)
    return values


def read_trial(number: int, text: object, started: object, check_values: ValueCheck) -> Trial:
    """A row of the table ``trials``.

    Args:
        number: Its number.
        text: What is tried, as JSON.
        started: When.
        check_values: Knows the space.

    Raises:
        Malformed: It is not one, or its values are not of the space.
    """
    data = read_json(text)
    _need(is_whole(number), "number")
    _need(is_time(started), "time")
    if not isinstance(data, dict) or data.keys() | _OPTIONAL != _TRIAL.keys():
        raise Malformed("its form is wrong")
    for key in data:
        _need(_TRIAL[key](data[key]), key)
    check_values(data["values"])
    rungs = tuple(Rung(*rung) for rung in data["rungs"])
    seed, more_seeds, below = data["seed"], tuple(data["more_seeds"]), data.get("repeat_below")
    return Trial(number, data["values"], seed, rungs, data["origin"], more_seeds, below)


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
    "origin": lambda value: isinstance(value, dict) and _holds_numbers(value),
    "more_seeds": lambda value: isinstance(value, list) and all(map(_is_seed, value)),
    "repeat_below": is_number,
}
"""What a trial's JSON holds."""
_VALUES = '{"values":'
"""What it begins with."""
_OPTIONAL = {"repeat_below"}
_ABSENT = object()
_NESTED = (list, dict)  # built once, not for every value


def read_curve(text: object) -> tuple[Epoch, ...]:
    """The learning curve in a row of the table ``curves``.

    Raises:
        Malformed: It is none.
    """
    curve = read_json(text)
    _need(isinstance(curve, list) and bool(curve), "form")
    last = 0
    for epoch in curve:
        if not isinstance(epoch, list) or len(epoch) != 3:
            raise Malformed("its form is wrong")
        number, metrics, seconds = epoch
        if not (is_whole(number) and number > last):
            raise Malformed("its epoch is wrong")
        if not is_figures(metrics):
            raise Malformed("its metrics are wrong")
        if not is_number(seconds):
            raise Malformed("its seconds are wrong")
        last = number
    return tuple(itertools.starmap(Epoch, curve))


def read_standing(row: Sequence[Any], place: Place, values: Mapping[str, Value], metric: Metric) -> Standing:
    """A row of the table ``results``, without its checksum.

    Args:
        row: Its columns.
        place: The trial's place.
        values: What the trial tried.
        metric: What the search optimizes.

    Raises:
        Malformed: It is not one.
    """
    _, status, value, loss, tie, error, epochs, final, reason, seconds, finished = row
    figures = read_json(final)
    _need(status in _STATUSES, "status")
    _need(is_number(value) if _STATUSES[status].ranked else value is None, "value")
    _need(loss == (None if value is None else metric.loss(value)), "loss")
    _need(is_number(tie) if value is not None else tie is None, "tie")
    _need(error is None or is_number(error), "standard error")
    _need(is_whole(epochs), "number of epochs")
    _need(is_figures(figures), "final figures")
    _need(is_text(reason), "reason")
    _need(is_number(seconds), "seconds")
    _need(is_time(finished), "time")
    shown = None if metric.ties is None or tie is None or tie == WORST_TIE else metric.ties.loss(tie)
    return Standing(place, _STATUSES[status], value, shown, error, epochs, figures, reason, seconds, values)


def read_result(
    row: Sequence[Any], curve: tuple[Epoch, ...], values: Mapping[str, Value], metric: Metric
) -> Result:
    """A row of the table ``results``, without its checksum, and the learning curve that belongs to it.

    Args:
        row: Its columns.
        curve: The learning curve.
        values: What the trial tried.
        metric: What the search optimizes.

    Raises:
        Malformed: It is not one, or does not agree with the curve.
    """
    number, _, value, _, tie, *_ = row
    standing = read_standing(row, Place(number), values, metric)
    _need(standing.epochs == len(curve), "number of epochs")
    result = Result(
        number, standing.status, value, curve, standing.final, standing.reason, standing.seconds, values
    )
    try:
        _need(tie == (None if value is None else metric.order(result)[1]), "tie")
        _need(standing.standard_error == metric.standard_error(result), "standard error")
    except ValueError as error:
        raise Malformed(str(error)) from None
    return result


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


_DECODER = json.JSONDecoder(parse_constant=_refuse)
_STATUSES = {str(status): status for status in Status}
