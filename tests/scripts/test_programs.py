"""Ten kinds of programs, from the script to a leaderboard: init, try, run."""

import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hpsearch.cli.program import exit_code
from hpsearch.store import Run
from hpsearch.trial import Status, Value

PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True)
class Program:
    """A program and its expected results.

    Attributes:
        name: Its directory.
        metric: The metric that the config proposes, or that the user writes.
        expected: The value of a trial, computed independently.
        epochs: The number of epochs of each trial.
        source: The argument of init.
        options: Further arguments of init.
        edits: Lines of the config that a user has to replace, by how they begin.
        digits: The number of digits to which the program prints its metric.
    """

    name: str
    metric: str
    expected: Callable[..., float]
    epochs: int
    source: str = "train.py"
    options: tuple[str, ...] = ()
    edits: Mapping[str, str] = field(default_factory=dict)
    digits: int = 4


def log10(value: Any) -> float:
    """The decimal logarithm."""
    return math.log10(value)


def log2(value: Any) -> float:
    """The binary logarithm."""
    return math.log2(value)


CASES = [
    Program(
        "argparse_dashes",
        "val_loss",
        lambda learning_rate, hidden_size, weight_decay, optimizer, nesterov, bias: (
            (log10(learning_rate) + 2.5) ** 2 + abs(log2(hidden_size) - 7)
            + 0.1 * (optimizer == "sgd") - 0.05 * nesterov + 0.2 * (not bias) + 1 / 3
        ),
        3,
    ),
    Program(
        "configurator",
        "val_loss",
        lambda n_layer, n_embd, dropout, bias, learning_rate, beta2: (
            1 + abs(n_layer - 8) / 10 + dropout + 0.1 * bias + (1e3 * learning_rate - 1) ** 2
            + (beta2 - 0.99) ** 2 + 1 / 21
        ),
        5,
    ),
    Program(
        "hydra_csv",
        "val_loss",
        lambda **v: (
            (log10(v["optimizer.lr"]) + 2) ** 2 + v["model.dropout"] + abs(v["model.layers"] - 3) + 0.75
        ),
        4,
    ),
    Program(
        "svm",
        "cross_validation_accuracy",
        lambda cost, gamma: 100 / (1 + ((log2(cost) - 3) ** 2 + (log10(gamma) + 2) ** 2) / 20),
        1,
        source="svm-train",
        options=("--run-help",),
        edits={
            "metric:": "metric: {name: cross_validation_accuracy, goal: maximize}",
            "    run:": "    run: './svm-train -v 5 {args} data.txt'",
        },
        digits=3,
    ),
    Program(
        "constants",
        "val_loss",
        lambda LEARNING_RATE, DROPOUT, BATCH_SIZE, USE_BIAS: (
            (log10(LEARNING_RATE) + 1) ** 2 + DROPOUT + abs(log2(BATCH_SIZE) - 6) + 1 / 3 - 0.01 * USE_BIAS
        ),
        3,
    ),
    Program(
        "absl_stderr",
        "test_loss",
        lambda learning_rate, momentum, batch_size, nesterov: (
            (log10(learning_rate) + 1.5) ** 2 + (10 * momentum - 9.5) ** 2 + abs(log2(batch_size) - 6)
            - 0.1 * nesterov + 1 / 3
        ),
        3,
    ),
    Program(
        "progress",
        "val_loss",
        lambda lr, batch_size: (log10(lr) + 2) ** 2 + abs(log2(batch_size) - 4) + 1 / 3,
        3,
    ),
    Program(
        "json_end",
        "valid.rmse",
        lambda lr, n_estimators, max_depth, subsample: (
            (log10(lr) + 1) ** 2 + abs(log2(n_estimators) - 8) + abs(max_depth - 5) + 1 - subsample + 0.1
        ),
        1,
    ),
    Program("tensorboard", "val/loss", lambda lr, dropout: (log10(lr) + 2) ** 2 + dropout + 1 / 3, 3),
    Program(
        "two_commands",
        "P@1",
        lambda lr: 1 / (1 + (log10(lr) + 0.5) ** 2),
        1,
        edits={
            "metric:": "metric: {name: P@1, goal: maximize}",
            "    run:": "    shell: true\n    run: 'python train.py --output-dir {trial_dir} {args} && "
            "python evaluate.py {trial_dir}'",
        },
    ),
]  # fmt: skip

LINES_TO_EDIT = {case.name: sum(text.count("\n") + 1 for text in case.edits.values()) for case in CASES}


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def program(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Sets up a program in the current directory, and its interpreter on the PATH."""
    case: Program = request.param
    shutil.copytree(PROGRAMS / case.name, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    return case


def edit(case: Program) -> None:
    """Replace the lines that a user has to edit."""
    config = Path("config.yaml")
    lines = config.read_text().splitlines()
    for start, text in case.edits.items():
        (index,) = [number for number, line in enumerate(lines) if line.startswith(start)]
        lines[index] = text
    config.write_text("\n".join(lines) + "\n")


def test_a_program_is_tuned_as_it_is(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    """The leaderboard agrees with the program's own formula for every trial."""
    assert exit_code(["init", program.source, *program.options]) == 0
    edit(program)
    assert exit_code(["check", "config.yaml"]) == 0
    assert "does not reach" not in capsys.readouterr().err
    assert exit_code(["try", "config.yaml"]) == 0
    shown = capsys.readouterr().out
    assert program.metric in shown
    assert (
        exit_code(
            ["run", "config.yaml", "-q", "-o", "out", "--trials", "5", "-j", "2", "--strategy", "caviar"]
        )
        == 0
    )
    with Run.read(Path("out")) as run:
        ranking, trials = run.ranking(None), {trial.number: trial for trial in run.trials()}
        curves = {result.number: len(run.result(result.number).curve) for result in ranking}
    assert {str(result.status) for result in ranking} <= {str(Status.DONE), str(Status.STOPPED)}
    done = [result for result in ranking if result.status is Status.DONE]
    assert {curves[result.number] for result in done} == {program.epochs}
    for result in done:
        expected = program.expected(**trials[result.number].values)
        assert result.value == pytest.approx(expected, abs=0.51 * 10**-program.digits, rel=1e-6)
    values = [result.value for result in ranking]
    worst_first = "accuracy" in program.metric or program.metric == "P@1"
    assert values == sorted(values, reverse=worst_first)


def test_few_lines_are_left_to_the_user() -> None:
    """Eight of the ten need no edits, the others at most three lines."""
    counts = sorted(LINES_TO_EDIT.values())
    assert counts[:8] == [0] * 8
    assert counts[-1] <= 3


def test_the_first_trial_has_the_scripts_own_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The best trial's command can be pasted into a shell."""
    shutil.copytree(PROGRAMS / "argparse_dashes", tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert exit_code(["init", "train.py"]) == 0
    assert exit_code(["run", "config.yaml", "-q", "-o", "out", "--trials", "1"]) == 0
    with Run.read(Path("out")) as run:
        values: Mapping[str, Value] = run.trial(0).values
        value = run.result(0).value
    assert values["learning_rate"] == 0.01
    capsys.readouterr()
    assert exit_code(["show", "out", "best", "--command"]) == 0
    line = capsys.readouterr().out
    assert line.startswith("python train.py --epochs 3 --seed ")
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=True)  # noqa: S602 -- pasted
    printed = done.stdout.splitlines()[-1]
    assert float(printed.rpartition(" ")[2]) == value


def test_sample_prints_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each draw is one line, quoted for a shell."""
    shutil.copytree(PROGRAMS / "configurator", tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    assert exit_code(["init", "train.py"]) == 0
    capsys.readouterr()
    assert exit_code(["sample", "config.yaml", "--commands", "-n", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all("train.py --out_dir=" in line and " --bias=" in line for line in lines)
