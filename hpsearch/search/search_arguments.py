"""The arguments of ``Search``, checked before anything uses them."""

import math
from collections.abc import Sequence
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


def check_metric(found: object) -> None:
    """Check a description of the values.

    Raises:
        UsageError: It is none.
    """
    if not isinstance(found, Metric):
        raise _wrong("metric", f"a Metric, such as hpsearch.Metric({str(found)!r:.80})", found)


def check_early_stopping(found: object) -> None:
    """Check the rungs.

    Raises:
        UsageError: They are none.
    """
    if not isinstance(found, Halving):
        example = "a Halving of hpsearch.searchers.stopping, such as Halving(min_epochs=1, reduction=2)"
        raise _wrong("early_stopping", example, found)
    whole_number("early_stopping.min_epochs", found.min_epochs, 1)
    whole_number("early_stopping.reduction", found.reduction, 2)


def check_list(name: str, found: object, kind: type, example: str) -> None:
    """Check that an argument is a list, and what is in it.

    Args:
        name: The argument's.
        found: What was passed.
        kind: The type of its items.
        example: A right one.

    Raises:
        UsageError: It is none, or an item is of another type.
    """
    listed = () if isinstance(found, str) or not isinstance(found, Sequence) else found
    if listed is not found or not all(isinstance(each, kind) for each in listed):
        raise _wrong(name, f"a list, such as {example}", found)


def _wrong(name: str, rule: str, found: object) -> UsageError:
    return UsageError(f"{name} must be {rule}; found {found!r:.80}")
