"""Runs to export."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hpsearch.config import Config
from hpsearch.exchange.run_export import RunExport
from hpsearch.store import Run
from hpsearch.trial import Epoch, Result, Status, Trial

CONFIG = """\
name: example
metric: {name: val/loss, goal: maximize}
objective: {command: "true {args}"}
space:
  lr: {prior: log, min: 1e-4, max: 1}
  momentum: {prior: reverse_log, min: 0.9, max: 0.999}
  dropout: {min: 0, max: 0.55, step: 0.1}
  units: {type: int, prior: log, min: 2, max: 9, step: 2}
  layers: {type: int, min: 1, max: 4}
  optimizer: {values: [sgd, adam], probabilities: [0.25, 0.75]}
  nesterov: {values: [true, false], when: {optimizer: sgd}}
  epochs: 3
search: {trials: 9}
"""

SGD = {
    "lr": 0.01,
    "momentum": 0.9,
    "dropout": 0.5,
    "units": 4,
    "layers": 2,
    "optimizer": "sgd",
    "nesterov": True,
}
ADAM = {"lr": 0.5, "momentum": 0.99, "dropout": 0.1, "units": 8, "layers": 4, "optimizer": "adam"}


def _result(number: int, status: Status) -> Result:
    value = 0.25 * number if status.ranked else None
    last = None if status is Status.DIVERGED else 0.25 * number
    curve = (
        Epoch(1, {"val/loss": 0.125, "acc@5": 0.5}, 0.5),
        Epoch(2, {"val/loss": last, "acc@5": 1.0}, 1.5),
    )
    reason = "" if status is Status.DONE else f"it was {status}"
    return Result(number, status, value, curve, {"test/loss": 0.75, "other": None}, reason, 2.0)


@pytest.fixture
def run(tmp_path: Path, in_tmp: Path) -> Iterator[Run]:
    """A trial with every status, alternating between two optimizers, and one without a result."""
    path = tmp_path / "config.yaml"
    config = Config.parse(CONFIG, path)
    values = [{"epochs": 3, **(ADAM if number % 2 else SGD)} for number in range(len(Status) + 1)]
    trials = [Trial(number, each, 100 + number) for number, each in enumerate(values)]
    meta = {"config": config.resolved()}
    with Run.create(tmp_path / "runs" / "example-001", CONFIG, meta) as made:
        made.record(trials, [_result(number, status) for number, status in enumerate(Status)])
        yield made


@pytest.fixture
def export(run: Run) -> RunExport:
    """The run, ready to export."""
    return RunExport.of(run)


def is_recent(time: datetime) -> bool:
    """Whether a time is close to the present, in any time zone."""
    return abs(datetime.now(UTC) - time.astimezone(UTC)) < timedelta(minutes=10)
