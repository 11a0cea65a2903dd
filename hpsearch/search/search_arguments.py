"""The arguments of ``Search``, checked before anything uses them."""

import math
from collections.abc import Mapping, Sequence
from numbers import Integral

from hpsearch.errors import UsageError
from hpsearch.searchers.stopping import Halving
from hpsearch.trial import Metric, real_number


def whole_number(name: str, found: object, least: int) -> int:
    """A whole number, including NumPy's, as an int.

    Args:
        name: The argument's.
        found: What was passed.
        least: The smallest that is allowed.

    Raises:
        UsageError: It is none.
    """
    if isinstance(found, bool) or not isinstance(found, Integral) or found < least:
        raise _wrong(name, f"a whole number of at least {least}", found)
    return int(found)


def finite_number(name: str, found: object) -> float:
    """A finite number as a float.

    Args:
        name: The argument's.
        found: What was passed.

    Raises:
        UsageError: It is none.
    """
    try:
        number = real_number(found)
    except TypeError:
        number = math.nan
    if not math.isfinite(number):
        raise _wrong(name, "a finite number", found)
    return number


def check_types(metric: object, early_stopping: object, enqueue: object, constraints: object) -> None:
    """Check the types of the arguments that are not numbers.

    Raises:
        UsageError: One has another type, or the rungs would never end.
    """
    if metric is not None and not isinstance(metric, Metric):
        raise _wrong("metric", f"a Metric, such as hpsearch.Metric({str(metric)!r:.80})", metric)
    if isinstance(early_stopping, Halving):
        whole_number("early_stopping.min_epochs", early_stopping.min_epochs, 1)
        whole_number("early_stopping.reduction", early_stopping.reduction, 2)
    elif early_stopping:
        example = "a Halving of hpsearch.searchers.stopping, such as Halving(min_epochs=1, reduction=2)"
        raise _wrong("early_stopping", example, early_stopping)
    if not _is_list_of(enqueue, Mapping):
        raise _wrong("enqueue", 'a list of configurations, such as [{"learning_rate": 0.1}]', enqueue)
    if not _is_list_of(constraints, str):
        raise _wrong("constraints", 'a list of texts, such as ["a < b"]', constraints)


def _is_list_of(found: object, kind: type) -> bool:
    if isinstance(found, str) or not isinstance(found, Sequence):
        return False
    return all(isinstance(each, kind) for each in found)


def _wrong(name: str, rule: str, found: object) -> UsageError:
    return UsageError(f"{name} must be {rule}; found {found!r:.80}")
