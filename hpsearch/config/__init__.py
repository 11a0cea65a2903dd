"""What is a search? From YAML text to a frozen :class:`Config`."""

from hpsearch.config.config import Config, load
from hpsearch.config.differences import Difference
from hpsearch.config.json_schema import json_schema
from hpsearch.config.single_space import parse_space
from hpsearch.config.space_section import space_data
from hpsearch.config.special_types import name_like
from hpsearch.config.trial_config import trial_config

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
