"""What does a training script take, and what is usual for it? Nothing of it is executed."""

from hpsearch.scripts.help_text import read_help
from hpsearch.scripts.proposal import Draft, propose_config
from hpsearch.scripts.reading import read_function, read_script
from hpsearch.scripts.script import UNKNOWN, Option, PrintedMetric, Script
from hpsearch.scripts.source_tree import UnreadableScript

__all__ = [
    "UNKNOWN",
    "Draft",
    "Option",
    "PrintedMetric",
    "Script",
    "UnreadableScript",
    "propose_config",
    "read_function",
    "read_help",
    "read_script",
]
