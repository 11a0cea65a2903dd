"""The JSON Schema of a config, which lets editors complete and check configs."""

from hpsearch.config.schema import (
    CommandSection,
    Document,
    FunctionSection,
    MetricSection,
    NetworkSection,
    ObjectiveSection,
    OrderOfTies,
    ParameterSection,
    PythonSection,
    RunSection,
    SearchSection,
)
from hpsearch.config.sections import definition
from hpsearch.config.space_section import SPELLINGS
from hpsearch.document.nodes import JSON
from hpsearch.network.hyperparameters import HYPERPARAMETERS, Hyperparameter

_SECTIONS = (
    *(CommandSection, FunctionSection, MetricSection, NetworkSection, ObjectiveSection, OrderOfTies),
    *(PythonSection, RunSection, SearchSection),
)
_VALUE = {"type": ["string", "number", "boolean", "null"]}
_TYPES = {"float": "number", "int": "integer", "bool": "boolean", "str": "string"}


def json_schema() -> dict[str, JSON]:
    """The schema. It accepts more than :func:`hpsearch.config.load`, which also checks combinations."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "hpsearch config",
        "$defs": {section.__name__: definition(section) for section in _SECTIONS},
        **definition(Document),
    }
    hyperparameters = {name: _hyperparameter(found) for name, found in HYPERPARAMETERS.items()}
    network = schema["$defs"]["NetworkSection"]
    network["properties"] |= hyperparameters
    network["additionalProperties"] = False
    network["patternProperties"] = {"^hidden_units_[1-9][0-9]*$": hyperparameters["hidden_units"]}
    objective = schema["$defs"]["ObjectiveSection"]["properties"]
    words = [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
    objective["function"] = {"anyOf": [words[0], objective["function"]]}
    objective["command"] = {"anyOf": [*words, objective["command"]]}
    schema["$defs"]["ParameterSection"] = _parameter()
    anything = {"anyOf": [_VALUE, {"$ref": "#/$defs/ParameterSection"}]}
    schema["properties"]["space"] |= {"minProperties": 1, "additionalProperties": anything}
    return schema | _space_of_the_network()


def _space_of_the_network() -> dict[str, JSON]:
    """With the network as the objective, the space may contain only its hyperparameters, within limits."""
    searched = {name: _searched(found) for name, found in HYPERPARAMETERS.items()}
    space = {
        "properties": searched,
        "patternProperties": {"^hidden_units_[1-9][0-9]*$": searched["hidden_units"]},
        "additionalProperties": False,
    }
    network = {"properties": {"objective": {"type": "object", "required": ["network"]}}}
    return {"if": network, "then": {"properties": {"space": space}}}


def _searched(found: Hyperparameter) -> dict[str, JSON]:
    """A hyperparameter in the space: a constant, or a section whose values or bounds are possible values."""
    constant = _hyperparameter(found)
    del constant["default"]
    description = constant.pop("description")
    ends = dict.fromkeys(("min", "max", "low", "high", "lower", "upper"), constant)
    lists = {key: {"items": constant} for key in ("values", "choices")}
    section = {"allOf": [{"$ref": "#/$defs/ParameterSection"}, {"properties": ends | lists}]}
    return {"description": description, "anyOf": [constant, section]}


def _hyperparameter(found: Hyperparameter) -> dict[str, JSON]:
    bounds = {
        "exclusiveMinimum" if found.open_min else "minimum": found.min,
        "exclusiveMaximum" if found.open_max else "maximum": found.max,
        "enum": list(found.choices) or None,
    }
    limits = {key: bound for key, bound in bounds.items() if bound is not None}
    return {"type": _TYPES[found.kind], "default": found.default, "description": found.help} | limits


def _parameter() -> dict[str, JSON]:
    """A parameter, with keys in any accepted spelling."""
    schema = definition(ParameterSection)
    keys = schema["properties"]
    keys |= {other: keys[key] for other, key in SPELLINGS.items()}
    keys["log"] = {"type": "boolean", "description": "true for prior: log"}
    return schema
