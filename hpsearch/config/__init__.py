"""What is a search? From YAML text to a frozen :class:`Config`."""

from hpsearch.config.config import Config, Difference, load, parse_space, trial_config
from hpsearch.config.json_schema import json_schema
from hpsearch.config.space_section import space_data
from hpsearch.config.special_types import name_like

__all__ = [
    "Config",
    "Difference",
    "json_schema",
    "load",
    "name_like",
    "parse_space",
    "space_data",
    "trial_config",
]
