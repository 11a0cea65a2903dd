"""A condition that every configuration must satisfy: ``hidden_1 >= hidden_2``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from hpsearch.expressions import Expression, ExpressionError
from hpsearch.trial import Value


@dataclass(frozen=True)
class Constraint:
    """An expression over parameters that must be true for every configuration.

    It does not apply to configurations in which one of its parameters is inactive.

    Attributes:
        text: As the user wrote it.

    Raises:
        ExpressionError: It is not an expression.
    """

    text: str

    def __post_init__(self) -> None:
        self._expression.names  # noqa: B018 -- refuses what is not an expression

    @cached_property
    def _expression(self) -> Expression:
        return Expression(self.text)

    @property
    def names(self) -> frozenset[str]:
        """The parameters it is about."""
        return self._expression.names

    def column(self, name: str) -> int:
        """The column where its text first names a parameter, counted from 1."""
        return self._expression.column(name)

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Whether it is true for a configuration, or does not apply to it.

        Args:
            values: The values of the active parameters and the constants, by name.

        Raises:
            ExpressionError: It is neither true nor false, or has no value, for example because of a division
                by zero.
        """
        if not self.names <= values.keys():
            return True
        value = self._expression.evaluate(values)
        if not isinstance(value, bool):
            raise ExpressionError(f"must be true or false, such as a comparison, not {value!r}", 1)
        return value

    def allows(self, values: Mapping[str, Value]) -> bool:
        """Whether a configuration may be tried; False if the expression has no value."""
        try:
            return self.holds(values)
        except ExpressionError:
            return False
