"""Sections: dataclasses whose fields are settings, read from the tree; every problem has its line."""

from __future__ import annotations  # types are imported for annotations only

from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, overload

from hpsearch.config.setting_types import OneOf, SettingType, Text, Wrong, scalar
from hpsearch.document import fixes
from hpsearch.document.nodes import MappingNode, Node, ScalarNode, SequenceNode, is_reported
from hpsearch.document.scalars import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hpsearch.config.reader import Reader
    from hpsearch.document.nodes import JSON, Location

T = TypeVar("T")
Default = TypeVar("Default")


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One key of a section.

    Attributes:
        type: The type of its values.
        meaning: Its meaning, as a phrase.
        default: Its value if it is left out; ``dataclasses.MISSING`` if it is required.
    """

    type: SettingType[T]
    meaning: str
    default: Any

    @property
    def required(self) -> bool:
        """Whether it is required."""
        return self.default is MISSING

    @property
    def advice(self) -> str:
        """What to do about a wrong value, as a sentence, if there is no better advice."""
        if self.required:
            return ""
        if not isinstance(self.default, str | bool | int | float):
            return "Correct it or leave it out"
        default = str(self.default)
        return f"The default is {default.lower() if isinstance(self.default, bool) else default}"


@overload
def setting(type_: SettingType[T], meaning: str) -> T: ...


@overload
def setting(type_: SettingType[T], meaning: str, *, default: Default) -> T | Default: ...


def setting(type_: SettingType[Any], meaning: str, *, default: Any = MISSING) -> Any:
    """A field of a section: a setting with its type, its meaning and, if it has one, its default."""
    metadata = {"setting": Setting(type_, meaning, default)}
    if isinstance(default, list | dict):
        return field(default_factory=default.copy, metadata=metadata)
    return field(default=default, metadata=metadata)


class Section:
    """Base of all sections, which are frozen dataclasses.

    Attributes:
        has_other_keys: Whether there may be keys that are not settings, and are read elsewhere.
    """

    has_other_keys: ClassVar[bool] = False

    @classmethod
    def settings(cls) -> Mapping[str, Setting[Any]]:
        """The settings by key, in the order in which they are shown."""
        if "_settings" not in cls.__dict__:
            cls._settings = {each.name: each.metadata["setting"] for each in fields(cls)}  # type: ignore[arg-type] # every subclass is a dataclass
        return cls._settings

    _settings: ClassVar[Mapping[str, Setting[Any]]]

    def to_json(self) -> dict[str, JSON]:
        """The settings as in a config; None is left out, because a config cannot express it."""
        written = {key: each.type.to_json(getattr(self, key)) for key, each in self.settings().items()}
        return {key: value for key, value in written.items() if value is not None}


S = TypeVar("S", bound=Section, covariant=True)


class SectionOf(SettingType[S]):
    """A section.

    Args:
        section: Its class.
        short: The key whose text or list may be written in place of the section; "" if none may.
    """

    def __init__(self, section: type[S], short: str = "") -> None:
        self.section = section
        self.short = short

    def read(self, node: Node, at: Location, reader: Reader) -> S | None:
        """The section; None if anything in it is wrong."""
        settings = self.section.settings()
        if isinstance(node, MappingNode):
            return self._read_keys(node, at, reader)
        if self.short and (isinstance(node, SequenceNode) or isinstance(scalar(node), str)):
            only = settings[self.short]
            return self.section(**{self.short: reader.read(at, only.type, only.advice)})
        raise Wrong("must be a section of keys", f"Write {at[-1]}: {_like(node, settings)}")

    def _read_keys(self, node: MappingNode, at: Location, reader: Reader) -> S | None:
        settings, before, values = self.section.settings(), len(reader.problems), {}
        for key, each in settings.items():
            if key in node.entries:
                values[key] = reader.read((*at, key), each.type, each.advice)
            elif each.required and not node.error:  # a wrong key may be this one
                reader.report((*at, key), "is missing", hint=f"Write {each.meaning}")
        if not self.section.has_other_keys:
            for key, entry in node.entries.items():
                if key not in settings and not is_reported(entry.node):
                    reader.unknown_key((*at, key), list(settings))
        return None if node.error or len(reader.problems) > before else self.section(**values)

    def schema(self) -> dict[str, JSON]:
        """A reference to the section's definition."""
        return {"$ref": f"#/$defs/{self.section.__name__}"}

    def to_json(self, value: Any) -> JSON:
        """The section as a mapping."""
        return None if value is None else value.to_json()


class SwitchableSection(SectionOf[S]):
    """A section that may be written as true, for its defaults, or false, for None."""

    def read(self, node: Node, at: Location, reader: Reader) -> S | None:
        """The section; None for false, or if anything in it is wrong."""
        if isinstance(node, MappingNode):
            return self._read_keys(node, at, reader)
        if isinstance(value := scalar(node), bool):
            return self.section() if value else None
        keys = ", ".join(f"{key}: …" for key in self.section.settings())
        raise Wrong(f"must be false, true or {{{keys}}}")

    def schema(self) -> dict[str, JSON]:
        """A boolean, or the section itself."""
        return {"anyOf": [{"type": "boolean"}, definition(self.section)]}

    def to_json(self, value: Any) -> JSON:
        """False, or the section as a mapping."""
        return False if value is None else value.to_json()


def definition(section: type[Section]) -> dict[str, JSON]:
    """A section in JSON Schema."""
    settings = section.settings()
    required = [key for key, each in settings.items() if each.required]
    return {
        **({} if section.has_other_keys else {"additionalProperties": False}),
        "description": section.__doc__,
        "properties": {key: _property(each) for key, each in settings.items()},
        **({"required": required} if required else {}),
        "type": "object",
    }


def _property(each: Setting[Any]) -> dict[str, JSON]:
    optional = each.required or each.default is None
    default = {} if optional else {"default": each.type.to_json(each.default)}
    return {**default, "description": each.meaning, **each.type.schema()}


def _like(node: Node, settings: Mapping[str, Setting[Any]]) -> str:
    """The section that a value probably means: ``{name: accuracy}`` for ``metric: accuracy``."""
    value = node.value if isinstance(node, ScalarNode) else None
    if isinstance(value, str) and (meant := fixes.assigned(value, list(settings))):
        return meant
    first, each = next(iter(settings.items()))
    accepted = isinstance(each.type, Text) or (isinstance(each.type, OneOf) and value in each.type.words)
    return f"{{{first}: {shown(value) if isinstance(value, str) and accepted else '…'}}}"
