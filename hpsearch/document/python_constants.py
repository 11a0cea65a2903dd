"""The settings in a Python file, by dotted name, with their positions; nothing is executed.

``LR = 0.1`` is ``LR``. An attribute of a class, an entry of a dictionary or of a namespace, a keyword of an
optimizer, and a default or a variable of a function are prefixed with the name of their container:
``CFG.lr``, ``config.lr``, ``main.lr``.
"""

import ast
import re
from collections.abc import Iterator

_NAMESPACE = re.compile(
    r"dict$|namespace|config|cfg|params|arguments|munch|^(args|opt|hps|hparams|box)$", re.IGNORECASE
)
_MADE = re.compile(
    r"(^|\.)(optim|optimizers?|optax)\.\w+$|(^|\.)(SGD|Adam|AdamW|RMSprop|Adagrad)$"
    r"|(^|\.)(SVC|SVR|Ridge|Lasso|ElasticNet)$|(Classifier|Regressor|Regression)$"
)
"""Optimizers and estimators, whose keywords are hyperparameters."""


def constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """The names and the values, in the order of the source; a name occurs once per assignment."""
    yield from _of_block(tree.body, "", _given(tree))


def _given(tree: ast.Module) -> dict[str, set[str]]:
    """The arguments in the calls of functions and classes, by keyword or position, by the function's name."""
    signatures = {
        node.name: [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    given: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            names = given.setdefault(node.func.id, set())
            names |= {part.arg for part in node.keywords if part.arg}
            names |= set(signatures.get(node.func.id, [])[: len(node.args)])
    return given


def _of_block(
    body: list[ast.stmt], prefix: str, given: dict[str, set[str]], hidden: frozenset[str] = frozenset()
) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
            yield from _of_block(node.body, prefix, given)
        elif isinstance(node, ast.ClassDef):
            inside = frozenset(given.get(node.name, ()))
            yield from _of_block(node.body, f"{prefix}{node.name}.", {}, inside)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _of_function(node, given[node.name]) if node.name in given and not prefix else ()
        else:
            yield from (
                pair for pair in _of_statement(node, prefix) if pair[0].removeprefix(prefix) not in hidden
            )


def _of_function(
    node: ast.FunctionDef | ast.AsyncFunctionDef, given: set[str]
) -> Iterator[tuple[str, ast.expr]]:
    """The defaults that its calls do not override, and the literals that it assigns."""
    arguments = [*node.args.posonlyargs, *node.args.args]
    defaults = node.args.defaults
    pairs = [*zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True)]
    keyword_only = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    pairs += [(argument, default) for argument, default in keyword_only if default is not None]
    for argument, default in pairs:
        if argument.arg not in given:
            yield f"{node.name}.{argument.arg}", default
    for statement in node.body:
        for name, value in _of_statement(statement, f"{node.name}."):
            if is_written_out(value):
                yield name, value


def _of_statement(node: ast.stmt, prefix: str) -> Iterator[tuple[str, ast.expr]]:
    """The values that a statement assigns, and the keywords of optimizers and estimators that it makes."""
    seen: set[ast.AST] = set()
    for name, value in _assigned(node):
        yield f"{prefix}{name}", value
        yield from _entries(f"{prefix}{name}.", value)
        seen.add(value)
    if isinstance(node, ast.Assign | ast.Expr | ast.Return):
        for each in ast.walk(node):
            if isinstance(each, ast.Call) and each not in seen and _MADE.search(ast.unparse(each.func)):
                yield from _entries(f"{prefix}{ast.unparse(each.func).rpartition('.')[2]}.", each)


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            pairs = zip(names, values, strict=False)
            yield from ((name.id, value) for name, value in pairs if isinstance(name, ast.Name))
        case ast.Assign(targets=[target], value=value):
            yield from ((name, value) for name in _target(target))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, _field_default(value)


def _target(node: ast.expr) -> Iterator[str]:
    """The name that an assignment gives: ``lr``, ``config.lr``, ``config["lr"]`` as ``config.lr``."""
    match node:
        case ast.Name(id=name):
            yield name
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name != "self":
            yield f"{name}.{attribute}"
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
            yield f"{name}.{key}"


def _field_default(value: ast.expr) -> ast.expr:
    """The default in ``field(default=0.1)``; any other value unchanged."""
    if isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] == "field":
        return next((part.value for part in value.keywords if part.arg == "default"), value)
    return value


def _entries(prefix: str, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """The entries of a literal dictionary or namespace, and the keywords of an optimizer."""
    pairs: list[tuple[str, ast.expr]] = []
    if isinstance(value, ast.Dict):
        keys = zip(value.keys, value.values, strict=True)
        pairs = [
            (key.value, each)
            for key, each in keys
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        ]
    elif isinstance(value, ast.Call):
        called = ast.unparse(value.func)
        if _NAMESPACE.search(called.rpartition(".")[2]) or _MADE.search(called):
            pairs = [(part.arg, part.value) for part in value.keywords if part.arg]
            for argument in value.args:  # EasyDict({...})
                yield from _entries(prefix, argument) if isinstance(argument, ast.Dict) else ()
    for name, each in pairs:
        if is_written_out(each) or isinstance(each, ast.Call):
            yield f"{prefix}{name}", each
        yield from _entries(f"{prefix}{name}.", each)


def is_written_out(node: ast.expr) -> bool:
    """Whether a value is a literal, or computed from literals: it contains no name."""
    return not any(isinstance(each, ast.Name | ast.Call | ast.Attribute) for each in ast.walk(node))
