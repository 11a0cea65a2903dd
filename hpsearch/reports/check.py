"""What ``check`` shows: the config with nothing left to defaults."""

import math

from hpsearch.config import Config
from hpsearch.reports.settings import config_lines
from hpsearch.reports.table import Details

__all__ = ["config_details"]


def config_details(config: Config) -> Details:
    """What a config would search."""
    size = config.space.size
    configurations = "endless" if math.isinf(size) else f"{size:,.0f}"
    return Details("config", config.resolved(), [*config_lines(config), ("configurations", configurations)])
