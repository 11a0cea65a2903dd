"""Which choices are the same: any JSON value can be one, so 1, 1.0 and true have to stay apart."""

import copy
from collections.abc import Hashable, Mapping, Sequence
from numbers import Integral, Real

from hpsearch.trial import Value

_PLAIN = {str, int, float, bool}


def identity(value: Value) -> Hashable:
    """Equal for two values if they are the same choice: of the same type, and equal at every level.

    The order of a mapping's keys does not matter.
    """
    return _key(value, exact=True)


def meaning(value: Value) -> Hashable:
    """Equal for two values that people may write for each other: 1 and 1.0, but not 1 and true."""
    return _key(value, exact=False)


def _key(value: Value, *, exact: bool) -> Hashable:
    if isinstance(value, list | tuple):
        return "list", tuple(_key(each, exact=exact) for each in value)
    if isinstance(value, Mapping):
        return "mapping", frozenset((name, _key(each, exact=exact)) for name, each in value.items())
    if isinstance(value, bool) or not isinstance(value, Real):
        return type(value).__name__, value if isinstance(value, Hashable) else repr(value)
    return "number" if not exact else "integer" if isinstance(value, Integral) else "fraction", value


class Choices:
    """Listed values, with a lookup by value.

    Args:
        values: All different.
    """

    def __init__(self, values: Sequence[Value]) -> None:
        self._values = values
        self._exact = {identity(value): index for index, value in enumerate(values)}
        self._plain = {(type(value), value): index for index, value in enumerate(values) if is_plain(value)}
        self._meant: dict[Hashable, int | None] = {}
        for index, value in enumerate(values):
            key = meaning(value)
            self._meant[key] = None if key in self._meant else index  # None: it could mean several

    def find(self, value: Value) -> int | None:
        """The index of a value, or else of the only value that it can mean; None if there is none."""
        if is_plain(value):  # most values are, and their lookup is fast
            index = self._plain.get((type(value), value))
            if index is not None:
                return index
        index = self._exact.get(identity(value))
        return self._meant.get(meaning(value)) if index is None else index

    def own(self, index: int) -> Value:
        """A value, which callers may change without changing the choice."""
        value = self._values[index]
        return copy.deepcopy(value) if isinstance(value, list | dict) else value


def is_plain(value: Value) -> bool:
    """Whether a value is exactly of the type of text, a number or a truth value."""
    return type(value) in _PLAIN


def is_nested(value: Value) -> bool:
    """Whether a value is a list or a mapping."""
    return isinstance(value, list | tuple | Mapping)
