"""One parameter of a sweep as a constant, a list of values, or a range."""

import math
import sys
from collections.abc import Hashable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from hpsearch.document.nodes import Location, ScalarNode
from hpsearch.exchange.draft import choices
from hpsearch.exchange.foreign_document import ForeignDocument, as_python
from hpsearch.exchange.wandb.distributions import NORMAL, QUANTIZED, RANGES, Range
from hpsearch.space.choices import identity
from hpsearch.trial import Value

_LISTED = ("constant", "categorical", "categorical_w_probabilities")
_LARGEST_EXPONENT = math.log(sys.float_info.max)
_DISTRIBUTIONS = (*_LISTED, *RANGES, "normal", "log_normal", *(f"q_{name}" for name in QUANTIZED))


def read_parameter(sweep: ForeignDocument, at: Location) -> Any:
    """A parameter of a sweep as a section of a config, or the value of a constant.

    None if anything is wrong with it, which is reported.
    """
    table = sweep.section(at)
    if table is None:
        return None
    distribution = sweep.text((*at, "distribution"), _DISTRIBUTIONS)
    keys = table.entries.keys()
    kinds = [key for key in ("value", "values", "min") if key in keys or (key == "min" and "max" in keys)]
    if len(kinds) > 1:
        sweep.report(at, "must have one of value, values, and min with max", found=" and ".join(kinds))
        return None
    if "distribution" in keys and distribution is None:
        return None
    if distribution in _LISTED or (distribution is None and kinds in (["value"], ["values"])):
        return _listed(sweep, at, distribution, keys)
    if distribution is None and not kinds:
        rule = "must have value, values, or min and max, or a distribution"
        sweep.report(at, rule, found="none of them", key=True)
        return None
    if distribution is not None and kinds not in ([], ["min"]):
        sweep.report((*at, kinds[0]), f"does not belong to the distribution {distribution}", key=True)
        return None
    if distribution is not None and distribution.endswith("normal"):
        return _normal(sweep, at, distribution)
    return _range(sweep, at, distribution or _inferred(sweep, at))


def _listed(sweep: ForeignDocument, at: Location, distribution: str | None, keys: Any) -> Any:
    """The parameter of a value or a list of values."""
    wanted = "value" if distribution == "constant" or (distribution is None and "value" in keys) else "values"
    if wanted not in keys:
        rule = f"is missing: the distribution {distribution} needs {wanted}"
        sweep.report((*at, wanted), rule)
        return None
    if wanted == "value":
        return _constant(sweep, (*at, "value"))
    return _categorical(sweep, at, distribution)


def _inferred(sweep: ForeignDocument, at: Location) -> str:
    """The distribution if there are only bounds: of whole numbers if both are written as such."""
    ends = [sweep.get((*at, key)) for key in ("min", "max")]
    whole = all(isinstance(end, ScalarNode) and type(end.value) is int for end in ends)
    return "int_uniform" if whole else "uniform"


def _constant(sweep: ForeignDocument, at: Location) -> Any:
    node = sweep.take(at)
    return choices([as_python(node) if node else None])


def _categorical(sweep: ForeignDocument, at: Location, distribution: str | None) -> Any:
    nodes = sweep.items((*at, "values"))
    if nodes is None:
        return None
    if not nodes:
        sweep.report((*at, "values"), "must list at least one value", found="none")
        return None
    shares = _shares(sweep, at, len(nodes), needed=distribution == "categorical_w_probabilities")
    sweep.take((*at, "values"))
    weights = shares or [1.0] * len(nodes)
    possible = [(as_python(node), share) for node, share in zip(nodes, weights, strict=True) if share]
    together: dict[Hashable, tuple[Value, float]] = {}
    for value, share in possible:
        _, before = together.get(identity(value), (value, 0.0))
        together[identity(value)] = value, before + share
    if len(possible) < len(nodes):
        sweep.note((*at, "probabilities"), "values with probability 0 are dropped")
    if len(together) < len(possible):
        sweep.note((*at, "values"), "contains a value twice; the second is dropped")
    chosen = {"values": [value for value, _ in together.values()]}
    return chosen | ({"probabilities": [share for _, share in together.values()]} if shares else {})


def _shares(sweep: ForeignDocument, at: Location, count: int, *, needed: bool) -> list[float] | None:
    """The probabilities of the values; None if there are none or they are wrong."""
    where = (*at, "probabilities")
    nodes = sweep.items(where)
    if nodes is None:
        if needed:
            sweep.report(where, "is missing: one for each of the values")
        return None
    shares: list[float] = []
    for index in range(len(nodes)):
        share = sweep.number((*where, index))
        if share is not None and share < 0:
            sweep.report((*where, index), "must be at least 0")
        shares.append(share or 0)
    if len(shares) != count:
        sweep.report(where, f"must have one for each of the {count} values", found=str(len(shares)))
        return None
    if abs(math.fsum(shares) - 1) > 0.002:
        sweep.report(where, "must add up to 1", found=f"a sum of {math.fsum(shares):g}")
        return None
    return shares


def _normal(sweep: ForeignDocument, at: Location, name: str) -> Any:
    """The parameter of a normal or log-normal distribution; of one without spread, a constant."""
    prior = name.removeprefix("q_")
    numbers: dict[str, float] = {}
    for key, default in NORMAL.items():
        node = sweep.get((*at, key))
        number = default if node is None else sweep.number((*at, key))
        if number is not None:
            numbers[key] = number
    step = _step(sweep, at) if name != prior else None
    if numbers.keys() != NORMAL.keys() or (name != prior and step is None):
        return None
    mean, deviation = numbers.values()
    if deviation < 0:
        sweep.report((*at, "sigma"), "must be at least 0")
        return None
    _note_unknown_keys(sweep, at, name, {"distribution", *NORMAL, *(["q"] if step else [])})
    if prior == "log_normal" and mean > _LARGEST_EXPONENT:
        sweep.report((*at, "mu"), "must be smaller: e to this power is too large for a float")
        return None
    if deviation == 0:
        value = mean if prior == "normal" else math.exp(mean)
        value = value if step is None else _rounded(value, step)
        sweep.note(
            (*at, "sigma"), f"is 0, so the parameter has only one value, {value:g}; it becomes a constant"
        )
        return value
    section: dict[str, Any] = {"type": "int"} if isinstance(step, int) else {}
    section |= {"prior": prior, "mean": mean, "sd": deviation}
    return section if step is None or (step == 1 and isinstance(step, int)) else {**section, "step": step}


def _range(sweep: ForeignDocument, at: Location, name: str) -> Any:
    """The parameter of a distribution of numbers."""
    quantized, kind = name.startswith("q_"), name.removeprefix("q_")
    distribution = RANGES[kind]
    numbers = _numbers(sweep, at, name, distribution)
    step = _step(sweep, at) if quantized else None
    if numbers is None or (quantized and step is None):
        return None
    try:
        low, high = distribution.bounds(numbers)
    except OverflowError:
        sweep.report((*at, "max"), "must be smaller: e to this power is too large for a float")
        return None
    if distribution.text:
        key = "distribution"
        sweep.note(
            (*at, key), f"{name}: {distribution.text.format(low=low, high=high)}{_hint(kind, numbers)}"
        )
    _note_unknown_keys(
        sweep,
        at,
        name,
        {"distribution", "q", *distribution.keys} if quantized else {"distribution", *distribution.keys},
    )
    integer = kind == "int_uniform"
    if step is not None:
        integer = isinstance(step, int)
        low, high = _rounded(low, step), _rounded(high, step)
        if distribution.prior == "log" and low <= 0:
            sweep.note(
                (*at, "distribution"),
                f"{name}: its smallest values round to 0 in W&B; here the range starts at {step}",
            )
            low, high = step, max(high, step)
    if low == high:
        sweep.note((*at, "distribution"), f"{name}: has only one value, {low:g}; it becomes a constant")
        return low
    section: dict[str, Any] = {"type": "int"} if integer else {}
    section |= {"prior": distribution.prior} if distribution.prior != "linear" else {}
    section |= {"min": low, "max": high}
    return section if step in (None, 1) and (integer or step is None) else {**section, "step": step}


def _numbers(sweep: ForeignDocument, at: Location, name: str, distribution: Range) -> dict[str, float] | None:
    """The numbers of a distribution; None if anything is wrong with them."""
    numbers: dict[str, float] = {}
    table = sweep.section(at)
    for key, default in distribution.keys.items():
        if table is not None and default is None and key not in table.entries:
            ends = " and ".join(distribution.keys)
            sweep.report((*at, key), f"is missing: {name} needs {ends}")
            continue
        above = 0 if key in (*distribution.positive, "a", "b") else None
        number = sweep.number((*at, key), whole=name == "int_uniform", above=above)
        if number is not None:
            numbers[key] = number
        elif default is not None and (table is None or key not in table.entries):
            numbers[key] = default
    if numbers.keys() != distribution.keys.keys():
        return None
    if "min" in numbers and numbers["min"] > numbers["max"]:
        sweep.report((*at, "min"), f"must not be above max, {numbers['max']:g}", hint="Swap the two")
        return None
    return numbers


def _step(sweep: ForeignDocument, at: Location) -> int | float | None:
    """The step size; 1 if there is none, None if it is wrong."""
    table = sweep.section(at)
    if table is not None and "q" not in table.entries:
        return 1
    return sweep.number((*at, "q"), above=0)


def _rounded(x: float, step: int | float) -> int | float:
    """The multiple of the step nearest to x, as W&B rounds: ``round(x / q) * q``, without float's noise."""
    count = (Decimal(repr(x)) / Decimal(repr(step))).to_integral_value(ROUND_HALF_EVEN)
    multiple = count * Decimal(repr(step))
    return int(multiple) if isinstance(step, int) else float(multiple)


def _hint(kind: str, numbers: Mapping[str, float]) -> str:
    """A hint for exponents that look like values."""
    if kind == "log_uniform" and 0 < numbers["min"] < numbers["max"] <= 1:
        return f". If you meant the values {numbers['min']:g} to {numbers['max']:g}, set min and max to them"
    return ""


def _note_unknown_keys(sweep: ForeignDocument, at: Location, name: str, known: set[str]) -> None:
    table = sweep.section(at)
    for key in table.entries if table is not None else ():
        if key not in known:
            sweep.take((*at, key))
            sweep.note((*at, key), f"dropped: it has no meaning for {name}")
