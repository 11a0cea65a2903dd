"""Tests of the sources of a command's metrics."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hpsearch.objectives.command import Command
from hpsearch.trial import Result, Status

Runner = Callable[..., Result]


@pytest.fixture
def shell(run_code: Runner) -> Runner:
    """Runs a text in a shell, with any settings of a command."""

    def run(text: str, metric: str = "value", **settings: Any) -> Result:
        return run_code(Command(text, **settings), metric=metric)

    return run


def curve(result: Result) -> list[Any]:
    """The metrics, epoch by epoch."""
    return [epoch.metrics for epoch in result.curve]


def test_metrics_are_found_without_patterns(shell: Runner) -> None:
    """Metrics after the last epoch are final."""
    result = shell("echo 'acc: 0.5'; echo value=1.5; echo 'value: 1.25'; echo 'test loss 1.64'")
    assert curve(result) == [{"acc": 0.5, "value": 1.5}, {"value": 1.25}]
    assert result.final == {"test_loss": 1.64}


def test_an_object_reports_its_epoch(shell: Runner) -> None:
    """A command that continues from its checkpoint can thus say where."""
    result = shell("""echo '{{"value": 2, "epoch": 7, "step": 90}}'""")
    assert curve(result) == [{"value": 2.0, "epoch": 7}]


def test_a_nan_that_a_pattern_does_not_take_diverges(shell: Runner) -> None:
    """The trial does not keep the value of the epoch before."""
    result = shell("echo value=2; echo value=nan", patterns={"value": "value=([0-9.eE+-]+)"})
    assert result.status is Status.DIVERGED


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (r"value=([\d.]+)", "value=1.1e-06"),
        ("value=([0-9.]+)", "value=1,980.02"),
        (r"value.*?([0-9.]+)", "value: -3.2"),
    ],
)
def test_a_pattern_that_cuts_a_number_fails_the_trial(shell: Runner, pattern: str, line: str) -> None:
    """The wrong number never becomes a value."""
    result = shell(f"echo '{line}'", patterns={"value": pattern})
    assert (result.status, result.value) == (Status.FAILED, None)
    assert result.reason.startswith("it captures")


def test_stderr_is_read_and_its_progress_bars_are_not(shell: Runner) -> None:
    """Progress bars are read only if the metric is nowhere else."""
    log = "echo 'INFO value: 1' >&2; echo 'INFO value: 2' >&2"
    assert curve(shell(log)) == [{"value": 1.0}, {"value": 2.0}]
    bar = "printf '50%%|##  | 1/2 [value=3]\\r100%%|####| 2/2 [value=2]\\n' >&2"
    assert curve(shell(f"{bar}; echo value=1")) == [{"value": 1.0}]
    assert curve(shell(bar)) == [{"value": 2.0}]


def test_a_metric_on_both_streams_has_to_be_chosen(shell: Runner) -> None:
    """The order of their lines is unknown."""
    both = "echo value=1; sleep 0.05; echo value=2 >&2"
    result = shell(both)
    assert result.status is Status.FAILED
    assert "is printed on stdout and on stderr. Write objective.command.output: stdout" in result.reason
    assert curve(shell(both, output="stderr")) == [{"value": 2.0}]


def test_a_name_that_is_like_the_metric_is_suggested(shell: Runner) -> None:
    """The suggestion has the line that it came from."""
    result = shell("echo 'validation loss: 0.5'", metric="val_loss")
    first, second, *_ = result.reason.splitlines()
    assert first.endswith("metrics found: validation_loss. Write metric.name: validation_loss")
    assert second == "The line of validation_loss: 'validation loss: 0.5'"


def test_a_file_of_metrics_is_followed(shell: Runner, directory: Path) -> None:
    """The file may be complete only at the end; the trial runs in its own directory."""
    writes = (
        "echo step,value > m.csv; echo 1,0.5 >> m.csv; echo 2,0.25 >> m.csv; printf 3,0.125 >> m.csv; pwd"
    )
    result = shell(writes, metrics_file="{trial_dir}/m.csv", in_trial_directory=True)
    assert curve(result) == [{"value": 0.5}, {"value": 0.25}, {"value": 0.125}]
    assert (directory / "stdout.log").read_text().strip() == str(directory)
    missing = shell("true", metrics_file="{trial_dir}/none.csv")
    assert missing.reason.startswith("it ended without reporting the metric 'value'")


def test_a_program_gets_its_files_and_variables(shell: Runner, run_code: Runner, tmp_path: Path) -> None:
    """Files and variables are filled in from templates, in addition to the words."""
    template = tmp_path / "template.json"
    template.write_text('{"x": 0, "y": "{2*x}"}')
    code = """import json, os, sys
d = json.load(open(sys.argv[1]))
print('value:', d['x'] + d['y'] + float(os.environ['X']))"""
    command = Command(
        (sys.executable, "-c", code.replace("{", "{{").replace("}", "}}"), "{trial_dir}/in/c.json"),
        environment={"X": "{x * 4}", "NONE": "{missing}"},
        templates={"in/c.json": str(template)},
    )
    assert run_code(command).value == 0.25 * 7
