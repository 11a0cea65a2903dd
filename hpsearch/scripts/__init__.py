"""What options does a training script have, and what are usual values? Nothing in it is executed."""

from hpsearch.scripts.fixed_words import with_fixed_words
from hpsearch.scripts.help_text import read_help
from hpsearch.scripts.printed_metrics import likely_goal
from hpsearch.scripts.proposal import Draft, Wishes, propose_config
from hpsearch.scripts.ranges import Section
from hpsearch.scripts.reading import read_function, read_script
from hpsearch.scripts.script import UNKNOWN, Option, PrintedMetric, Script
from hpsearch.scripts.shell_script import metrics_of_text, read_shell, read_text_program
from hpsearch.scripts.source_tree import UnreadableScript

__all__ = [
    "UNKNOWN",
    "Draft",
    "Option",
    "PrintedMetric",
    "Script",
    "Section",
    "UnreadableScript",
    "Wishes",
    "likely_goal",
    "metrics_of_text",
    "propose_config",
    "read_function",
    "read_help",
    "read_script",
    "read_shell",
    "read_text_program",
    "with_fixed_words",
]
