"""Arithmetic over parameter values: ``2**k``, ``hidden_units * 2``, ``hidden_1 >= hidden_2``.

A small part of Python's expressions: numbers, texts, ``true``, ``false`` and ``null``, names of parameters
(with dots), ``+ - * / // % **``, comparisons, ``in``, ``and or not``, ``a if condition else b`` and the
functions in :data:`FUNCTIONS`. Nothing else is evaluated, and nothing takes long: length, depth and the size
of integers are limited.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

Value = Any
"""The value of a parameter: JSON data; only numbers, texts, true and false can be used in expressions."""

LONGEST = 1000
"""The largest number of characters in an expression."""

DEEPEST = 40
"""The largest depth of nested operations."""

LARGEST_BITS = 1024
"""The largest number of bits in an integer result."""

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "ceil": math.ceil,
    "exp": math.exp,
    "float": float,
    "floor": math.floor,
    "int": int,
    "log": math.log,
    "log10": math.log10,
    "log2": math.log2,
    "max": max,
    "min": min,
    "round": round,
    "sqrt": math.sqrt,
}
"""The functions in expressions; all take numbers."""

_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}

_ARITHMETIC: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
    ast.Pow: ("**", operator.pow),
}
_ORDER: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], bool]]] = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
}


class ExpressionError(ValueError):
    """An expression cannot be read, or has no value.

    Attributes:
        column: The place in its text, counted from 1.
    """

    def __init__(self, message: str, column: int) -> None:
        self.column = column
        super().__init__(message)


@dataclass(frozen=True)
class Expression:
    """An expression over parameter values.

    Attributes:
        text: As the user wrote it.

    Raises:
        ExpressionError: It is not an expression of this language.
    """

    text: str

    def __post_init__(self) -> None:
        self._check(self._tree, 1)

    @cached_property
    def names(self) -> frozenset[str]:
        """The parameters it uses."""
        return frozenset(_names(self._tree))

    def evaluate(self, values: Mapping[str, Value]) -> Value:
        """Its value.

        Args:
            values: Values by name, with all names that the evaluation needs.

        Raises:
            ExpressionError: It has no value: division by zero, a text in arithmetic, a number too large.
        """
        result: Value = self._evaluate(self._tree, values)
        return result

    def column(self, name: str) -> int:
        """The column where a name is first used, counted from 1."""
        nodes = [node for node in ast.walk(self._tree) if _dotted(node) == name]
        return min(map(self._column, nodes), default=1)

    @cached_property
    def _tree(self) -> ast.expr:
        if len(self.text) > LONGEST:
            raise ExpressionError(f"must have at most {LONGEST} characters", 1)
        try:
            return ast.parse(self._line, mode="eval").body
        except SyntaxError as error:
            column = self._indent + min(error.offset or len(self._line) + 1, len(self._line) + 1)
            raise ExpressionError(f"is not an expression: {error.msg}", column) from None
        except (ValueError, MemoryError, RecursionError):
            raise ExpressionError("is not an expression", 1) from None

    @property
    def _line(self) -> str:
        return self.text.replace("\n", " ").lstrip()

    @property
    def _indent(self) -> int:
        return len(self.text) - len(self._line)

    def _column(self, node: ast.AST) -> int:
        """The column where a node starts, in characters; Python counts bytes."""
        before = self._line.encode()[: getattr(node, "col_offset", 0)]
        return self._indent + len(before.decode()) + 1

    def _refuse(self, node: ast.AST, message: str) -> NoReturn:
        raise ExpressionError(message, self._column(node))

    def _check(self, node: ast.expr, depth: int) -> None:
        """Refuse everything that is not in the language."""
        if depth > DEEPEST:
            self._refuse(node, f"must have at most {DEEPEST} operations within one another")
        match node:
            case ast.Constant(value=bool() | int() | float() | str()) | ast.Name():
                return
            case ast.Attribute() if _dotted(node):
                return
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                parts = [left, right]
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not(), operand=operand):
                parts = [operand]
            case ast.BoolOp(values=parts):
                pass
            case ast.Compare(left=left, ops=ops, comparators=others):
                self._check_compared(node, ops, others)
                parts = [left, *(element for other in others for element in _elements(other))]
            case ast.IfExp(test=test, body=body, orelse=orelse):
                parts = [test, body, orelse]
            case ast.Call(func=ast.Name(id=name), args=parts, keywords=[]) if parts:
                if name not in FUNCTIONS:
                    self._refuse(node, f"has no function {name}; the functions are {', '.join(FUNCTIONS)}")
            case _:
                self._refuse(node, "can only compute and compare numbers, texts, true and false")
        for part in parts:
            self._check(part, depth + 1)

    def _check_compared(self, node: ast.expr, ops: list[ast.cmpop], others: list[ast.expr]) -> None:
        for op, other in zip(ops, others, strict=True):
            if isinstance(op, ast.Is | ast.IsNot):
                self._refuse(node, "compares with == and !=, not with is")
            if isinstance(op, ast.In | ast.NotIn) != isinstance(other, ast.List | ast.Tuple):
                self._refuse(other, "can have a list only after in: x in [1, 2]")

    def _evaluate(self, node: ast.expr, values: Mapping[str, Value]) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name() | ast.Attribute():
                return self._named(node, values)
            case ast.BinOp(left=left, op=op, right=right):
                return self._arithmetic(node, op, self._number(left, values), self._number(right, values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not self._truth(operand, values)
            case ast.UnaryOp(op=op, operand=operand):
                number = self._number(operand, values)
                return -number if isinstance(op, ast.USub) else number
            case ast.BoolOp(op=op, values=parts):
                together = all if isinstance(op, ast.And) else any
                return together(self._truth(part, values) for part in parts)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._evaluate(body if self._truth(test, values) else orelse, values)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._called(node, name, [self._number(part, values) for part in arguments])
            case ast.Compare():
                return self._compared(node, values)
        raise AssertionError(ast.dump(node))  # _check() allows nothing else

    def _named(self, node: ast.expr, values: Mapping[str, Value]) -> Value:
        name = _dotted(node)
        if name in values:
            return values[name]
        if name not in _CONSTANTS:
            self._refuse(node, f"needs {name}, which has no value here")
        return _CONSTANTS[name]

    def _arithmetic(self, node: ast.expr, op: ast.operator, left: Any, right: Any) -> Any:
        symbol, function = _ARITHMETIC[type(op)]
        power = isinstance(op, ast.Pow) and isinstance(left, int) and isinstance(right, int)
        if power and left.bit_length() * right > LARGEST_BITS:
            self._refuse(node, f"is too large: {left} ** {right}")
        try:
            value = function(left, right)
        except (ArithmeticError, ValueError) as error:
            self._refuse(node, f"has no value: {left} {symbol} {right}: {error}")
        return self._bounded(node, value)

    def _called(self, node: ast.expr, name: str, arguments: list[Any]) -> Any:
        if name in ("max", "min") and len(arguments) == 1:
            return arguments[0]
        try:
            value = FUNCTIONS[name](*arguments)
        except (ArithmeticError, ValueError, TypeError) as error:
            self._refuse(node, f"has no value: {name}({', '.join(map(str, arguments))}): {error}")
        return self._bounded(node, value)

    def _bounded(self, node: ast.expr, value: Any) -> Any:
        if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
            self._refuse(node, f"is not a finite number: {value}")
        if isinstance(value, int) and value.bit_length() > LARGEST_BITS:
            self._refuse(node, f"is too large: an integer of {value.bit_length()} bits")
        return value

    def _compared(self, node: ast.Compare, values: Mapping[str, Value]) -> bool:
        left_node = node.left
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            if not self._holds(left_node, op, right_node, values):
                return False
            left_node = right_node
        return True

    def _holds(self, left: ast.expr, op: ast.cmpop, right: ast.expr, values: Mapping[str, Value]) -> bool:
        if type(op) in _ORDER:
            return _ORDER[type(op)][1](self._number(left, values), self._number(right, values))
        value = self._evaluate(left, values)
        among = [self._evaluate(element, values) for element in _elements(right)]
        # 1 and true are not the same value of a parameter.
        found = any(value == other and isinstance(value, bool) == isinstance(other, bool) for other in among)
        return found == isinstance(op, ast.Eq | ast.In)

    def _number(self, node: ast.expr, values: Mapping[str, Value]) -> Any:
        value = self._evaluate(node, values)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._refuse(node, f"computes with numbers only; found {value!r}")
        return value

    def _truth(self, node: ast.expr, values: Mapping[str, Value]) -> bool:
        value = self._evaluate(node, values)
        if not isinstance(value, bool):
            self._refuse(node, f"needs a comparison, true or false here; found {value!r}")
        return value


def _dotted(node: ast.AST) -> str:
    """The name of a parameter, such as ``model.lr``; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (inner := _dotted(node.value)):
        return f"{inner}.{node.attr}"
    return ""


def _names(node: ast.AST) -> list[str]:
    if name := _dotted(node):
        return [] if name in _CONSTANTS else [name]
    children = node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
    return [name for child in children for name in _names(child)]


def _elements(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
