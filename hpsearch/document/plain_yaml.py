"""YAML of other programs, as plain data; nothing in it is executed."""

from typing import Any

import yaml


class BadYaml(ValueError):
    """A text is not YAML."""


def load_yaml(text: str) -> Any:
    """The data of a text, by the rules of YAML 1.1.

    Raises:
        BadYaml: It is not YAML, or has tags.
    """
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadYaml(" ".join(str(error).split())) from None


def dump_yaml(data: Any) -> str:
    """The text of some data, with keys in their original order."""
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
