"""The program in this process, and example runs for it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hpsearch.cli.program import exit_code
from hpsearch.store import Run
from hpsearch.trial import Epoch, Result, Rung, Status, Trial
from tests.runs import meta_of

CONFIG = """\
name: example
seed: 3
objective: {network: {data: digits, epochs: 4}}
space:
  learning_rate: {prior: log, min: 1e-4, max: 1}
  hidden_layers: {type: int, min: 1, max: 3}
  optimizer: {values: [momentum, adam]}
  beta2: {prior: reverse_log, min: 0.9, max: 0.9999, when: {optimizer: adam}}
search: {trials: 8}
"""


@dataclass(frozen=True)
class Done:
    """The exit code of a command, and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def hpsearch(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs the program in this process."""

    def run(*arguments: object) -> Done:
        code = exit_code([str(argument) for argument in arguments])
        return Done(code, *capsys.readouterr())

    return run


def curve(*errors: float | None) -> tuple[Epoch, ...]:
    """A learning curve of two metrics."""
    return tuple(
        Epoch(number, {"val_error": error, "val_loss": None if error is None else 2 * error}, number / 8)
        for number, error in enumerate(errors, 1)
    )


def trial(number: int, **values: object) -> Trial:
    """A trial of the example."""
    return Trial(number, values, 1000 + number, (Rung(2, 0.25),) if number > 3 else (), {"phase": "coarse"})


def answer(
    number: int, status: Status, errors: tuple[Epoch, ...], test: float | None, reason: str = ""
) -> Result:
    """A result of the example."""
    value = errors[-1].metrics["val_error"] if status.ranked else None
    return Result(number, status, value, errors, {} if test is None else {"test_error": test}, reason, 0.5)


HOSTILE = "RuntimeError: \x1b[31mred\x1b[0m <b>|\nTraceback (most recent call last):\n  File"
TRIALS = [
    trial(0, learning_rate=0.01, hidden_layers=2, optimizer="adam", beta2=0.99),
    trial(1, learning_rate=0.9, hidden_layers=1, optimizer="momentum"),
    trial(2, learning_rate=0.0316, hidden_layers=3, optimizer="momentum"),
    trial(3, learning_rate=0.00025, hidden_layers=1, optimizer="adam", beta2=0.9987654321),
    trial(4, learning_rate=0.0005, hidden_layers=1, optimizer="momentum"),
    trial(5, learning_rate=0.002, hidden_layers=2, optimizer="momentum"),
]
RESULTS = [
    answer(0, Status.DONE, curve(0.5, 0.25, 0.1875, 0.125), 0.15625),
    answer(1, Status.DIVERGED, curve(0.5, None), None, "val_error was not finite after epoch 2"),
    answer(2, Status.DONE, curve(0.25, 0.125, 0.125, 0.0625), 0.078125),
    answer(3, Status.FAILED, (), None, HOSTILE),
    answer(
        4,
        Status.STOPPED,
        curve(0.75, 0.375),
        0.5,
        "stopped early after epoch 2: val_error 0.375, needed at most 0.25",
    ),
]


@pytest.fixture
def example(in_tmp: Path) -> Path:
    """A run of five results and one trial in flight, with fixed times."""
    path = in_tmp / "example.yaml"
    path.write_text(CONFIG)
    meta = meta_of(path) | {"rows": {"train": 60, "validation": 16, "test": 20}}
    with Run.create_numbered(Path("runs"), "example", CONFIG, meta) as run:
        run.record(TRIALS, RESULTS)
        run.set_meta(created="2026-01-02T03:04:05.678+00:00")
    return Path("runs/example-001")
