"""What number does a line say?"""

from hpsearch.metrics.patterns import BadPattern, MisreadNumber, Pattern
from hpsearch.metrics.reader import LineReader, MetricReader, PatternReader, Sighting

__all__ = [
    "BadPattern",
    "LineReader",
    "MetricReader",
    "MisreadNumber",
    "Pattern",
    "PatternReader",
    "Sighting",
]
