"""The output of ``check``: the config with all defaults filled in."""

import math

from hpsearch.config import Config
from hpsearch.document.nodes import find
from hpsearch.reports.settings import config_lines
from hpsearch.reports.table import Details

__all__ = ["best_epoch_notes", "config_details"]


def config_details(config: Config) -> Details:
    """The search that a config describes."""
    size = config.space.size
    configurations = "endless" if math.isinf(size) else f"{size:,.0f}"
    return Details("config", config.resolved(), [*config_lines(config), ("configurations", configurations)])


def best_epoch_notes(config: Config) -> list[str]:
    """Whether trials may be better at their best epoch, as sentences, unless the config decides that."""
    objective = config.objective
    if (
        objective.kind == "network"
        or objective.epochs in (None, 1)
        or find(config.document, ("metric", "at"))
    ):
        return []
    text = (
        "a trial's value is that of its last epoch. If the code keeps the checkpoint of its best epoch, write"
    )
    return [f"metric.at: {text} metric: {{at: best}}"]
