"""Reads a tree against the schema, and turns pydantic's errors into problems with positions."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from hpsearch.config.schema import Document
from hpsearch.config.suggestions import suggest_key, suggest_value
from hpsearch.document import fixes
from hpsearch.document.nodes import (
    Location,
    MappingNode,
    Node,
    Position,
    ScalarNode,
    SequenceNode,
    dotted,
    find,
    in_error,
    plain,
)
from hpsearch.document.problems import Problems
from hpsearch.document.scalars import quoted, shown

_RULES = {
    "missing": "is missing",
    "model_type": "must be a section of keys",
    "dict_type": "must be a section of keys",
    "list_type": "must be a list",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "rule": "{rule}",
}
"""The broken rule by pydantic's name of the error."""


class Reader:
    """A tree that is being read, and the problems found in it.

    Args:
        root: The whole config.
        problems: Collects the problems.
    """

    def __init__(self, root: MappingNode, problems: Problems) -> None:
        self.root = root
        self.problems = problems

    def report(
        self, at: Location, rule: str, *, found: str | None = None, hint: str = "", key: bool = False
    ) -> None:
        """Adds a problem.

        Args:
            at: The key concerned.
            rule: The broken rule.
            found: The value, safe to show; None for the value in the config.
            hint: What to write instead.
            key: Whether the key itself is wrong, rather than its value.
        """
        if found is None:
            found = "" if key else self._found(at)
        self.problems.add(self.position(at, key=key), at, rule, found, hint)

    def position(self, at: Location, *, key: bool = False) -> Position:
        """The position of a value or of its key; if it is absent, of the closest section around it."""
        while (node := find(self.root, at)) is None:
            at, key = at[:-1], True
        parent = find(self.root, at[:-1])
        if not at or not isinstance(parent, MappingNode):
            return node.position
        return (
            parent.entries[str(at[-1])].position if key or not isinstance(node, ScalarNode) else node.position
        )

    def _found(self, at: Location) -> str:
        node = find(self.root, at)
        if isinstance(node, ScalarNode):
            return node.written
        return "" if node is None else "a list" if isinstance(node, SequenceNode) else "a section"

    def setting(self, key: str) -> Any:
        """The value of a key at the top of the config, or its default; None if anything is wrong with it."""
        field = Document.model_fields[key]
        if key not in self.root.entries:
            return field.get_default()
        return self.read((key,), field.rebuild_annotation())

    def read(self, at: Location, kind: Any) -> Any:
        """The value at a location, checked against a model or type; None if anything is wrong with it."""
        node = find(self.root, at)
        assert node is not None  # noqa: S101 -- for the type checker; callers have checked
        try:
            value = TypeAdapter(kind).validate_python(plain(node))
        except ValidationError as error:
            for details in error.errors(include_url=False, include_input=False):
                self._explain(at, details, kind)
            return None
        return None if in_error(node) else value

    def _explain(self, base: Location, error: ErrorDetails, kind: object) -> None:
        """Reports pydantic's error about the value at ``base``, which was checked against ``kind``."""
        loc: Location = error["loc"]
        at = (*base, *loc)
        around = find(self.root, at[:-1])
        if isinstance(around, ScalarNode | SequenceNode) and isinstance(at[-1], str):
            at = at[:-1]  # this value is short for a section with one key
        node = find(self.root, at)
        if isinstance(node, ScalarNode) and node.error:
            return
        if error["type"] == "extra_forbidden":
            self.unknown_key(at, _valid_keys(kind, loc[:-1]))
        elif error["type"] != "missing":
            rule = _RULES.get(error["type"], error["msg"])
            context = error.get("ctx", {})
            if error["type"] == "literal_error":
                context = {"expected": either(_options(context))}
            self.report(at, rule.format(**context), hint=self._hint(at, error, kind))
        elif not (isinstance(around, MappingNode) and around.error):
            field = _field(kind, loc)
            self.report(at, "is missing", hint=f"Write {field.description}" if field else "")

    def _hint(self, at: Location, error: ErrorDetails, kind: object) -> str:
        """What to write instead of a wrong value, as a sentence."""
        node = find(self.root, at)
        context = error.get("ctx", {})
        value = node.value if isinstance(node, ScalarNode) else None
        if error["type"] == "literal_error":
            hint = suggest_value(value, _options(context))
        elif error["type"] == "model_type":
            hint = f"Write {at[-1]}: {_section_like(value, kind, error['loc'])}"
        else:
            hint = str(context.get("hint", "")) or _fixed(node, error["type"])
        return hint or ("Remove it" if isinstance(at[-1], int) else _default(at, kind, error["loc"]))

    def unknown_key(self, at: Location, valid: list[str]) -> None:
        """Reports a key that its section cannot have.

        Args:
            at: The key.
            valid: The keys that the section can have.
        """
        rule = f"is not a key of {dotted(at[:-1])}" if len(at) > 1 else "is not a section of a config"
        self.report(at, rule, hint=suggest_key(at, valid), key=True)


def _fixed(node: Node | None, wrong: str) -> str:
    """What to write instead of a value of the wrong type; ``wrong`` is pydantic's name of the error."""
    value = node.value if isinstance(node, ScalarNode) else None
    if wrong == "string_type" and isinstance(node, ScalarNode):
        return f"Write {quoted(node.written)}, in quotes"
    if wrong in ("int_type", "float_type") and isinstance(value, str) and (meant := fixes.number(value)):
        return f"Write {meant}, without quotes" if meant == value else f"Write {meant}"
    if wrong == "int_type" and isinstance(value, float) and value.is_integer():
        return f"Write {value:.0f}"
    if wrong == "bool_type" and str(value).lower() in ("true", "false", "0", "1"):
        return f"Write {str(str(value).lower() in ('true', '1')).lower()}, without quotes"
    if wrong == "list_type":
        meant = fixes.listed(str(value)) if isinstance(node, ScalarNode) else "[{…}]"
        return f"Write {meant or '[…]'}"
    if wrong == "float_type":
        return "Write a number such as 0.1"
    if wrong == "dict_type":
        return f"Write {fixes.assigned(str(value)) or '{KEY: VALUE}'}"
    return ""


def _section_like(value: object, kind: object, loc: Location) -> str:
    """The section that a value is meant to be: ``{name: accuracy}`` for ``metric: accuracy``."""
    keys = _valid_keys(kind, loc)
    if isinstance(value, str) and (meant := fixes.assigned(value, keys)):
        return meant
    first = _field(kind, (*loc, keys[0]))
    takes_text = isinstance(value, str) and first is not None and first.annotation in (str, str | None)
    return f"{{{keys[0]}: {shown(str(value)) if takes_text else '…'}}}"


def _default(at: Location, kind: object, loc: Location) -> str:
    """The default of a setting, as a sentence; "" if the setting is required."""
    field = _field(kind, loc) if loc else Document.model_fields.get(str(at[0])) if len(at) == 1 else None
    if field is None or field.is_required():
        return ""
    default = field.default
    if not isinstance(default, str | bool | int | float):
        return "Correct it or leave it out"
    return f"The default is {str(default).lower() if isinstance(default, bool) else default}"


def _options(context: dict[str, Any]) -> list[str]:
    """The values that a literal_error allows."""
    return re.findall("'([^']*)'", context["expected"])


def _field(kind: object, loc: Location) -> FieldInfo | None:
    """The field of a model for the key at ``loc``."""
    for model in _models(kind):
        if (field := model.model_fields.get(str(loc[0]))) is not None:
            return field if len(loc) == 1 else _field(field.annotation, loc[1:])
    return None


def _valid_keys(kind: object, loc: Location) -> list[str]:
    """The keys of the section at ``loc`` in a model."""
    field = _field(kind, loc) if loc else None
    models = _models(field.annotation if field else kind)
    return [key for model in models for key in model.model_fields]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models among the parts of a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models(part)


def either(options: list[str]) -> str:
    """``a``, ``a or b``, or ``a, b or c``."""
    return " or ".join(filter(None, [", ".join(options[:-1]), options[-1]]))
