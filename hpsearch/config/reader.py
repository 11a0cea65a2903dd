"""Reading the tree against the schema: pydantic's errors and ours become Problems with their places."""

import re
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from hpsearch.config.document import Entry, Items, Leaf, Location, Place, Table, dotted, find, in_error, plain
from hpsearch.config.schema import Document
from hpsearch.config.spelling import suggest_key, suggest_value
from hpsearch.errors import Problem

T = TypeVar("T")

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


class Reader:
    """A tree being read, and the problems found in it so far.

    Args:
        root: The whole config.
        problems: Where problems go.
    """

    def __init__(self, root: Table, problems: list[Problem]) -> None:
        self.root = root
        self.problems = problems

    def report(
        self, at: Location, rule: str, *, found: str | None = None, hint: str = "", key: bool = False
    ) -> None:
        """Adds a problem.

        Args:
            at: The key concerned.
            rule: What has to hold.
            found: The value, as text to show; what stands in the tree when None.
            hint: What to write instead.
            key: Whether the key itself is wrong, rather than its value.
        """
        place, standing = self.place(at, key=key)
        self.problems.append(
            Problem(
                place.path,
                place.line,
                place.column,
                dotted(at),
                rule,
                standing if found is None else found,
                hint,
            )
        )

    def place(self, at: Location, *, key: bool = False) -> tuple[Place, str]:
        """Where a key or its value stands, and the value as text to show.

        A key that is absent has the place of the closest section around it.
        """
        while (node := find(self.root, at)) is None:
            at, key = at[:-1], True
        if not at:
            return Place(node.place.path), ""
        parent = find(self.root, at[:-1])
        named = isinstance(parent, Table)
        place = (
            parent.entries[str(at[-1])].place if named and (key or not isinstance(node, Leaf)) else node.place
        )
        if isinstance(node, Leaf):
            return place, "" if key else node.written
        return place, "" if key else ("a list" if isinstance(node, Items) else "a section")

    def read(self, at: Location, kind: type[T] | Any) -> T | None:
        """What stands at ``at``, checked against a model or type; None when anything is wrong with it."""
        node = find(self.root, at)
        data: Any = {} if node is None else plain(node)
        try:
            value: T = TypeAdapter(kind).validate_python(data)
        except ValidationError as error:
            for details in error.errors(include_url=False, include_input=False):
                self._explain((*at, *details["loc"]), details["type"], details.get("ctx", {}), kind)
            return None
        return None if node is not None and in_error(node) else value

    def setting(self, key: str) -> Any:
        """A section or setting at the top of the config, or its default; None when anything is wrong."""
        about = Document.model_fields[key]
        if key not in self.root.entries:
            return about.get_default()
        return self.read((key,), about.rebuild_annotation())

    def _explain(self, at: Location, error: str, context: dict[str, Any], kind: Any) -> None:
        node = find(self.root, at)
        if isinstance(node, Leaf) and node.error:
            return  # reported when it was composed
        if error == "missing":
            section = find(self.root, at[:-1])
            if not (isinstance(section, Table) and section.error):
                self.report(at, "is missing", found="")
            return
        if error == "extra_forbidden":
            self.unknown_key(at, known_keys(kind, at))
            return
        hint = str(context.get("hint", ""))
        if error == "literal_error":
            options = re.findall(r"'([^']*)'", context["expected"])
            context = {"expected": either(options)}
            hint = suggest_value(plain(node) if isinstance(node, Leaf) else "", options)
        elif isinstance(node, Leaf) and isinstance(node.value, str) and error in ("int_type", "float_type"):
            hint = (
                f"Write {node.value}, without quotes"
                if re.fullmatch(r"-?\d{1,15}(\.\d+)?", node.value)
                else ""
            )
        self.report(at, _RULES[error].format(**context), hint=hint)

    def unknown_key(self, at: Location, known: list[str]) -> None:
        """Reports a key that its section does not have."""
        section = f"a key of {dotted(at[:-1])}" if len(at) > 1 else "a section of a config"
        self.report(at, f"is not {section}", found="", hint=suggest_key(at, known), key=True)

    def entry(self, at: Location) -> Entry | None:
        """The key and value at a location."""
        parent = find(self.root, at[:-1])
        return parent.entries.get(str(at[-1])) if isinstance(parent, Table) else None


def known_keys(kind: Any, at: Location) -> list[str]:
    """The keys of the section in which ``at`` stands, where ``kind`` is the model of that section or one around it."""
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return []
    for key in at[1:-1]:
        inner = kind.model_fields.get(str(key))
        models = [m for m in _models(inner.annotation)] if inner else []
        kind = models[0] if models else kind
    return list(kind.model_fields)


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models(part)]


def either(options: list[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    return " or ".join(filter(None, [", ".join(options[:-1]), options[-1]]))
