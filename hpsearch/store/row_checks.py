"""The rows of trials, results and events, checked before use.

A checksum shows that a row is unchanged since somebody wrote it. Whether hpsearch could have written it is
checked here: the type of every column, the shape of every JSON text.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from hpsearch.standing import Place, Standing
from hpsearch.store.json_checks import (
    Check,
    Malformed,
    holds_numbers,
    is_figures,
    is_number,
    is_text,
    is_time,
    is_whole,
    read_json,
    read_json_at,
)
from hpsearch.trial import WORST_TIE, Epoch, Metric, Result, Rung, Status, Trial, Value


class ValueCheck:
    """Checks that values belong to a space.

    Args:
        space: The section ``space`` of a stored config; None if it has none, and all values are valid.
    """

    def __init__(self, space: Mapping[str, Any] | None) -> None:
        self._space = space
        self._checks: list[tuple[str, bool, Check]] = []
        for name, parameter in (space or {}).items():
            if not isinstance(parameter, dict):  # a constant
                self._checks.append((name, False, holds_numbers))
                continue
            choices = parameter.get("values")
            check = _is_one_of(choices) if isinstance(choices, list) else is_number
            self._checks.append((name, "when" in parameter, check))

    def __call__(self, values: Mapping[str, object]) -> None:
        """Check the values of a trial.

        Raises:
            Malformed: They do not belong to the space.
        """
        if self._space is None:
            _need(holds_numbers(values), "numbers")
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
    """The values in a row of the table ``trials``; nothing else in the row is read.

    Args:
        text: The trial, as JSON.
        check_values: Checks the values against the space.

    Raises:
        Malformed: There are none, or they do not belong to the space.
    """
    if not (isinstance(text, str) and text.startswith(_VALUES)):
        raise Malformed("its form is wrong")
    values: Mapping[str, Value]
    values = read_json_at(text, len(_VALUES))  # takes half the time of reading all of it
    _need(isinstance(values, dict), "form")
    check_values(values)
    return values


def read_trial(number: int, text: object, started: object, check_values: ValueCheck) -> Trial:
    """A row of the table ``trials``.

    Args:
        number: Its number.
        text: The trial, as JSON.
        started: When it started.
        check_values: Checks the values against the space.

    Raises:
        Malformed: It is not such a row, or its values do not belong to the space.
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
    values, origin = _with_shared_names(data["values"]), _with_shared_names(data["origin"])
    return Trial(number, values, seed, rungs, origin, more_seeds, below)


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
    "origin": lambda value: isinstance(value, dict) and holds_numbers(value),
    "more_seeds": lambda value: isinstance(value, list) and all(map(_is_seed, value)),
    "repeat_below": is_number,
}
"""The keys of a trial's JSON."""
_VALUES = '{"values":'
"""The beginning of a trial's JSON."""
_OPTIONAL = {"repeat_below"}
_ABSENT = object()
_NESTED = (list, dict)  # built once rather than for every value


def read_curve(text: object) -> tuple[Epoch, ...]:
    """The learning curve in a row of the table ``curves``.

    Raises:
        Malformed: It is not such a row.
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
    return tuple(Epoch(number, _with_shared_names(metrics), seconds) for number, metrics, seconds in curve)


def read_standing(row: Sequence[Any], place: Place, values: Mapping[str, Value], metric: Metric) -> Standing:
    """A row of the table ``results``, without its checksum.

    Args:
        row: Its columns.
        place: The trial's place.
        values: The values that the trial tried.
        metric: The search's metric.

    Raises:
        Malformed: It is not such a row.
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
        values: The values that the trial tried.
        metric: The search's metric.

    Raises:
        Malformed: It is not such a row, or does not agree with the curve.
    """
    number, _, value, _, tie, *_ = row
    standing = read_standing(row, Place(number), values, metric)
    _need(standing.epochs == len(curve), "number of epochs")
    final = _with_shared_names(standing.final)
    result = Result(number, standing.status, value, curve, final, standing.reason, standing.seconds, values)
    try:
        _need(tie == (None if value is None else metric.order(result)[1]), "tie")
        _need(standing.standard_error == metric.standard_error(result), "standard error")
    except ValueError as error:
        raise Malformed(str(error)) from None
    return result


def read_event(at: object, kind: object, text: object) -> tuple[str, str, str]:
    """A row of the table ``events``.

    Raises:
        Malformed: It is not such a row.
    """
    _need(is_time(at), "time")
    if not (isinstance(at, str) and isinstance(kind, str) and isinstance(text, str)):
        raise Malformed("its text is wrong")
    return at, kind, text


def _with_shared_names(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same, with one string for each name: those of each row would take a seventh of the memory."""
    return dict(zip(map(sys.intern, data), data.values(), strict=True))


def _need(holds: bool, what: str) -> None:
    if not holds:
        raise Malformed(f"its {what} is wrong")


_STATUSES = {str(status): status for status in Status}
