"""Runs with many trials, and with hostile texts."""

import math
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from hpsearch.store import Run
from hpsearch.trial import Epoch, Result, Rung, Status, Trial
from tests.runs import meta_of, write_nulls

HOSTILE = (
    "<script>window.harmed = 1</script>",
    "<img src=x onerror='window.harmed = 2'>",
    "javascript:window.harmed=3",
    "</script><script>window.harmed = 4</script>",
    "../../../../etc/passwd",
    '" onmouseover="window.harmed = 5',
)
ANSI = "\x1b[31mred\x1b[0m"

CONFIG = """\
name: large
seed: 3
metric: {name: val_error, goal: minimize}
objective: {command: "python train.py {args}"}
space:
  learning_rate: {prior: log, min: 1e-4, max: 1}
  momentum: {prior: reverse_log, min: 0.9, max: 0.999}
  hidden_units: {type: int, prior: log, min: 16, max: 256}
  optimizer: {values: [sgd, rmsprop, adam]}
  beta2: {prior: reverse_log, min: 0.9, max: 0.9999, when: {optimizer: [rmsprop, adam]}}
  data: {values: [%s]}
search: {trials: %d}
"""


def write_run(directory: Path, trials: int, seed: int = 0) -> Path:
    """A run whose errors depend on the learning rate; every fiftieth trial fails with a hostile reason."""
    directory.mkdir(exist_ok=True)
    (directory / "train.py").write_text("")
    path = directory / "large.yaml"
    quoted = ", ".join("'" + text.replace("'", "''") + "'" for text in HOSTILE)
    path.write_text(CONFIG % (quoted, trials))
    rng = random.Random(seed)
    records = [_record(rng, number, trials) for number in range(trials)]
    with Run.create(directory / "run", path.read_text(), meta_of(path)) as run:
        run.record([trial for trial, _ in records], [result for _, result in records])
    return directory / "run"


def _record(rng: random.Random, number: int, trials: int) -> tuple[Trial, Result]:
    spread = 1.0 - 0.9 * number / trials
    rate = 10 ** max(-4.0, min(0.0, -2 + rng.gauss(0, 1.2 * spread)))
    values = {
        "learning_rate": rate,
        "momentum": 1 - 10 ** rng.uniform(-3, -1),
        "hidden_units": rng.randint(16, 256),
        "optimizer": rng.choice(["sgd", "rmsprop", "adam"]),
        "data": HOSTILE[number % len(HOSTILE)],
    }
    if values["optimizer"] != "sgd":
        values["beta2"] = 1 - 10 ** rng.uniform(-4, -1)
    phase = "coarse" if number < 12 else ("global", "zoom", "fine")[number % 3]
    rungs = (Rung(1, 0.9), Rung(2, 0.7), Rung(4, 0.5)) if number > 12 else ()
    trial = Trial(number, values, number, rungs, {"phase": phase})
    if number % 50 == 49:
        reason = f"{HOSTILE[number // 50 % len(HOSTILE)]} {ANSI}\nTraceback:\n  {HOSTILE[3]}"
        return trial, Result(number, Status.FAILED, reason=reason, seconds=1.0)
    final = 0.02 + 0.1 * (math.log10(rate) + 2) ** 2 + abs(rng.gauss(0, 0.01))
    errors = [final + (1 - final) * 0.5**epoch for epoch in range(1, 9 if number % 4 else 3)]
    return trial, Result(
        number, Status.DONE if number % 4 else Status.STOPPED, errors[-1], _curve(errors), {}, "", 1.0
    )


def _curve(errors: Sequence[float]) -> tuple[Epoch, ...]:
    return tuple(Epoch(number, {"val_error": error}, number / 8) for number, error in enumerate(errors, 1))


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 5,000 trials."""
    return write_run(tmp_path_factory.mktemp("large"), 5000)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same kind of run, with 120 trials."""
    return write_run(tmp_path_factory.mktemp("small"), 120)


@pytest.fixture(scope="session")
def nulls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with null, texts that look like it, unused parameters and missing values."""
    return write_nulls(tmp_path_factory.mktemp("nulls"))
