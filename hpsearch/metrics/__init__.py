"""What number does a line say?"""

from hpsearch.metrics.metric_reader import LineReader, MetricReader, PatternReader, Sighting
from hpsearch.metrics.patterns import BadPattern, MisreadNumber, Pattern

__all__ = [
    "BadPattern",
    "LineReader",
    "MetricReader",
    "MisreadNumber",
    "Pattern",
    "PatternReader",
    "Sighting",
]
