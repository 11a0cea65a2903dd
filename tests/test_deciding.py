"""Tests of the decision regions of the best network of a run."""

from pathlib import Path

import numpy as np
import pytest

from hpsearch.config import load
from hpsearch.deciding import decision_regions
from hpsearch.errors import UsageError
from hpsearch.reports.figures.figure import Dots, Lines
from hpsearch.reports.figures.region_panel import boundaries
from hpsearch.starting.start import start
from hpsearch.store import Run
from tests.conftest import Recorder

CONFIG = """
objective: {{network: {{data: {data}, epochs: 4, hidden_units: 8}}}}
space: {{learning_rate: {{prior: log, min: 1e-2, max: 1e-1}}}}
search: {{trials: 1}}
run: {{strategy: panda}}
"""


def run_of(data: str) -> Run:
    """A run of one trial."""
    Path("c.yaml").write_text(CONFIG.format(data=data), encoding="utf-8")
    return Run.read(start(load(Path("c.yaml")), Recorder()))


def test_the_boundary_of_moons_lies_between_them(in_tmp: Path) -> None:
    """All test rows are drawn at their coordinates, and a line separates the two classes."""
    with run_of("moons") as run:
        (panel,) = decision_regions(run).panels
    *dots, lines = panel.marks
    assert isinstance(lines, Lines)
    assert lines.lines
    assert all(isinstance(each, Dots) for each in dots)
    upper, lower = (np.mean(each.y) for each in dots if isinstance(each, Dots))
    assert upper > lower + 0.3


def test_data_with_other_features_have_no_plane(in_tmp: Path) -> None:
    """The digits have 64 features."""
    with (
        run_of("digits") as run,
        pytest.raises(UsageError, match=r"two features;.* has 64 features$"),
    ):
        decision_regions(run)


def test_boundaries_lie_between_classes() -> None:
    """A class in one corner of a grid is separated by two edges, half a step from its point."""
    classes = np.array([[1, 0, 0], [0, 0, 0], [0, 0, 0]])
    right, above = boundaries(classes, np.arange(3.0), np.arange(0.0, 30.0, 10.0))
    assert [part.tolist() for part in right] == [[0.5, 0.5], [-5.0, 5.0]]
    assert [part.tolist() for part in above] == [[-0.5, 0.5], [5.0, 5.0]]
