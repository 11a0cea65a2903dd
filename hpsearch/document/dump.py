"""Writes plain data as YAML that is read back unchanged."""

from collections.abc import Mapping
from typing import Any

import yaml

from hpsearch.document.nodes import JSON
from hpsearch.document.scalars import AmbiguousScalar, resolve


class _Dumper(yaml.SafeDumper):
    """Quotes text that would be read as something else, and escapes unprintable characters."""

    def ignore_aliases(self, data: Any) -> bool:
        """Whether to write a value out at every occurrence, instead of an alias: always."""
        return True

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        """Escapes everything outside ASCII, such as marks that change the writing direction."""
        self.allow_unicode = False
        super().write_double_quoted(text, split)
        self.allow_unicode = True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    try:
        is_safe = text.isprintable() and resolve(text) == text
    except AmbiguousScalar:
        is_safe = False
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_safe else '"')


_Dumper.add_representer(str, _text)


class _ShortDumper(_Dumper):
    """Writes lists and small sections on one line."""

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        """The node of a section; on one line if it has its own values, nests at most once, and fits."""
        nested = [value for value in mapping.values() if not _is_flat(value)]
        simple = len(nested) < len(mapping) and all(
            isinstance(each, Mapping) and all(map(_is_flat, each.values())) for each in nested
        )
        return super().represent_mapping(tag, mapping, flow_style=simple and len(str(mapping)) <= _LINE)

    def represent_sequence(
        self, tag: str, sequence: Any, flow_style: bool | None = None
    ) -> yaml.SequenceNode:
        """The node of a list, in which sections and long texts get their own lines."""
        simple = all(_is_flat(each) and len(str(each)) <= _LINE for each in sequence)
        return super().represent_sequence(tag, sequence, flow_style=simple)


_LINE = 96


def _is_flat(value: object) -> bool:
    """Whether a value is neither a section nor a list that contains one."""
    return not isinstance(value, Mapping) and not (isinstance(value, list) and not all(map(_is_flat, value)))


def _folded(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = (
        text.isascii() and text.isprintable() and len(text) > _LINE and " " in text and text == text.strip()
    )
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=">") if plain else _text(dumper, text)


_ShortDumper.add_representer(str, _folded)


def dump(data: Mapping[str, JSON], *, short: bool = False) -> str:
    """JSON data as YAML text that is read back unchanged.

    Args:
        data: The data.
        short: Whether lists and small sections are written on one line.
    """
    dumper = _ShortDumper if short else _Dumper
    return yaml.dump(dict(data), Dumper=dumper, sort_keys=False, allow_unicode=True, width=100)
