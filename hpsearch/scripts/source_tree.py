"""A Python file as a tree, and the values of its constants; nothing is executed."""

import ast
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hpsearch.scripts.script import UNKNOWN

LARGEST_SOURCE = 2**23
"""The largest size in bytes."""

MOST_FILES = 30
"""How many files imported by a script are also read."""

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}
ENVIRONMENT_READS = ("os.environ.get", "os.getenv")
_NUMBERS = {"int": int, "float": float, "str": str}
_CONTAINERS = {"list", "tuple", "sorted", "set"}


class UnreadableScript(ValueError):
    """A script is not Python source, or cannot be read; the message says where and why."""


@dataclass(frozen=True)
class Source:
    """The tree of a Python file.

    Attributes:
        path: The file.
        tree: Its syntax.
    """

    path: Path
    tree: ast.Module

    @classmethod
    def load(cls, path: Path) -> "Source":
        """The tree of a file.

        Raises:
            UnreadableScript: It cannot be read, or is not Python.
        """
        try:
            if path.stat().st_size > LARGEST_SOURCE:
                raise UnreadableScript(f"{path} is larger than {LARGEST_SOURCE >> 20} MiB")
            return cls(path, ast.parse(path.read_bytes(), filename=str(path)))
        except OSError as error:
            raise UnreadableScript(f"{path} cannot be read: {error.strerror}") from error
        except SyntaxError as error:
            raise UnreadableScript(f"{path}:{error.lineno} is not Python: {error.msg}") from error
        except (ValueError, RecursionError, MemoryError) as error:
            raise UnreadableScript(f"{path} is not Python: {error}") from error

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes, in the order of the source if they have a position."""
        return tuple(sorted(ast.walk(self.tree), key=lambda node: getattr(node, "lineno", 0)))

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """The last values that the module assigns to names at its top level."""
        return {name: value for node in self.tree.body for name, value in assignments(node)}

    @cached_property
    def modules(self) -> dict[str, str]:
        """The targets of imported names: ``F`` → ``torch.nn.functional``, ``Net`` → ``model.Net``."""
        names: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.split(".")[0]
                    names[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    names[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
        return names

    def calls(self) -> Iterator[ast.Call]:
        """All calls."""
        return (node for node in self.nodes if isinstance(node, ast.Call))

    def function(self, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The function with a name, at the top level."""
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
                return node
        return None

    def imported(self) -> Iterator["Source"]:
        """The files next to this one that it imports, and those that they import, each once."""
        seen, waiting = {self.path.resolve()}, [self]
        while waiting and len(seen) <= MOST_FILES:
            for path in waiting.pop(0)._imported_paths():
                if path.resolve() not in seen:
                    seen.add(path.resolve())
                    try:
                        waiting.append(Source.load(path))
                    except UnreadableScript:
                        continue
                    yield waiting[-1]

    def _imported_paths(self) -> Iterator[Path]:
        for full in self.modules.values():
            parts = full.strip(".").split(".")
            for count in range(len(parts), 0, -1):
                place = self.path.parent.joinpath(*parts[:count])
                found = [path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()]
                if found:
                    yield found[0]
                    break

    def class_of(self, name: str) -> tuple["Source", ast.ClassDef] | None:
        """The class with a name, here or in a file next to this one that it is imported from."""
        for node in self.tree.body:
            if isinstance(node, ast.ClassDef) and node.name == name:
                return self, node
        module, _, original = self.modules.get(name, "").rpartition(".")
        if module:
            place = self.path.parent.joinpath(*module.split("."))
            for path in (place.with_suffix(".py"), place / "__init__.py"):
                if path.is_file() and path != self.path:
                    return Source.load(path).class_of(original)
        return None

    def called(self, node: ast.expr) -> str:
        """The full name of a function or object: ``torch.nn.ReLU``; "" if it has none."""
        if isinstance(node, ast.Name):
            return self.modules.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            inner = self.called(node.value)
            return f"{inner}.{node.attr}" if inner else node.attr
        return ""

    def reads_environment(self, node: ast.AST) -> bool:
        """Whether an expression is an environment variable."""
        return isinstance(node, ast.Attribute) and self.called(node) in ("os.environ", "os.getenv")

    def value(self, node: ast.expr | None, depth: int = 0) -> Any:
        """The value of an expression, or ``UNKNOWN``."""
        if node is None or depth > 10:
            return UNKNOWN
        match node:
            case ast.Constant(value=value):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self.value(operand, depth + 1)
                return -inner if isinstance(inner, int | float) else UNKNOWN
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                values = [self.value(element, depth + 1) for element in elements]
                return UNKNOWN if UNKNOWN in values else values
            case ast.Dict(keys=keys):
                names = [self.value(key, depth + 1) for key in keys]
                return UNKNOWN if UNKNOWN in names else names
            case ast.BinOp(left=left, op=op, right=right):
                return self._computed(op, self.value(left, depth + 1), self.value(right, depth + 1))
            case ast.Name(id=name) if name in self.constants:
                return self.value(self.constants[name], depth + 1)
            case ast.Call(func=function, args=arguments):
                return self._returned(function, arguments, depth)
        return UNKNOWN

    def _computed(self, op: ast.operator, left: Any, right: Any) -> Any:
        if not (isinstance(left, int | float) and isinstance(right, int | float)):
            return UNKNOWN
        if isinstance(op, ast.Pow):
            return left**right if abs(right) <= 64 and abs(left) <= 1024 and left != 0 else UNKNOWN
        try:
            return _ARITHMETIC[type(op)](left, right)
        except (KeyError, ArithmeticError):
            return UNKNOWN

    def _returned(self, function: ast.expr, arguments: list[ast.expr], depth: int) -> Any:
        """The results of some calls: ``float("inf")``, ``list(MODELS)``, ``MODELS.keys()``."""
        if isinstance(function, ast.Attribute) and function.attr == "keys":
            return self.value(function.value, depth + 1)
        name = self.called(function)
        if name in ENVIRONMENT_READS and len(arguments) == 2:
            return self.value(arguments[1], depth + 1)
        inner = self.value(arguments[0], depth + 1) if len(arguments) == 1 else UNKNOWN
        if name in _CONTAINERS and isinstance(inner, list):
            return sorted(inner, key=str) if name == "sorted" else inner
        if name in _NUMBERS and isinstance(inner, int | float | str):
            try:
                return _NUMBERS[name](inner)
            except ValueError:
                return UNKNOWN
        if name.endswith("Path") and isinstance(inner, str):
            return inner
        return UNKNOWN


def assignments(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The plain names that a statement assigns, with their values: ``a = 1``, ``a, b = 1, 2``."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            if len(names) == len(values):
                pairs = zip(names, values, strict=True)
                yield from ((name.id, value) for name, value in pairs if isinstance(name, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The argument of a keyword."""
    return next((argument.value for argument in call.keywords if argument.arg == name), None)
