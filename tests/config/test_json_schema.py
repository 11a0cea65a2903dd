import json
import re

from hpsearch.config import json_schema
from hpsearch.config.schema import Document
from hpsearch.config.space_section import SPELLINGS
from hpsearch.network.hyperparameters import HYPERPARAMETERS


def test_has_every_key() -> None:
    """The schema has every section, every hyperparameter and every spelling."""
    schema = json_schema()
    assert set(schema["properties"]) == set(Document.settings())
    assert set(HYPERPARAMETERS) <= set(schema["$defs"]["NetworkSection"]["properties"])
    assert set(SPELLINGS) <= set(schema["$defs"]["ParameterSection"]["properties"])


def test_says_what_is_required() -> None:
    """The schema requires an objective and a space, and allows null only as a constant or a choice."""
    schema = json_schema()
    assert schema["required"] == ["objective", "space"]
    assert "null" in schema["properties"].pop("space")["additionalProperties"]["anyOf"][0]["type"]
    assert "null" not in json.dumps(schema)


def test_has_the_ranges_of_hyperparameters() -> None:
    """The range of a hyperparameter is the network's, including open ends."""
    dropout = json_schema()["$defs"]["NetworkSection"]["properties"]["dropout"]
    assert (dropout["type"], dropout["minimum"], dropout["exclusiveMaximum"]) == ("number", 0, 1)


def test_offers_and_checks_hyperparameters_in_the_space() -> None:
    """With the network the space has every hyperparameter, within its limits, and no other names."""
    schema = json_schema()
    assert schema["if"]["properties"]["objective"]["required"] == ["network"]
    space = schema["then"]["properties"]["space"]
    assert set(space["properties"]) == set(HYPERPARAMETERS)
    assert space["additionalProperties"] is False
    constant, section = space["properties"]["optimizer"]["anyOf"]
    assert "adam" in constant["enum"]
    assert section["allOf"][1]["properties"]["values"]["items"] == constant


def test_every_reference_leads_somewhere() -> None:
    """Each section that the schema refers to is among its definitions."""
    schema = json_schema()
    names = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema)))
    assert names
    assert names <= schema["$defs"].keys()
