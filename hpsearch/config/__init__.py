"""From YAML text to a frozen :class:`Config`; the only room that knows YAML and pydantic."""

from hpsearch.config.code_objectives import CommandObjective, FunctionObjective
from hpsearch.config.config import Config, Difference, load, parse_space
from hpsearch.config.json_schema import json_schema
from hpsearch.config.objectives import NetworkObjective
from hpsearch.config.writing import trial_config

__all__ = [
    "CommandObjective",
    "Config",
    "Difference",
    "FunctionObjective",
    "NetworkObjective",
    "json_schema",
    "load",
    "parse_space",
    "trial_config",
]
