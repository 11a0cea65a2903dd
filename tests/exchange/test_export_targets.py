"""Tests of the table of export targets: each has its writer, its docs and its test."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from hpsearch.errors import UsageError
from hpsearch.exchange.export_targets import TARGETS
from hpsearch.exchange.exporting import export
from hpsearch.store import Run
from hpsearch.trial import Status

ROOT = Path(__file__).parents[2]
TOOLS = [name for name, target in TARGETS.items() if target.destination != "stdout"]


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_has_a_writer(name: str) -> None:
    """Its function can be imported without the package of the other tool."""
    assert TARGETS[name].load_writer().__doc__


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_is_documented(name: str) -> None:
    """docs/cli.md and docs/moving-in.md list it with its summary."""
    help_line = next(
        line for line in (ROOT / "docs/cli.md").read_text().splitlines() if line.startswith(f"  {name} ")
    )
    assert help_line.endswith(TARGETS[name].summary)
    assert f"| `{name}` | {TARGETS[name].summary} |" in (ROOT / "docs/moving-in.md").read_text()


@pytest.mark.parametrize("name", TOOLS)
def test_every_tool_has_a_test_and_an_extra(name: str) -> None:
    """A test module is named after its module, and pyproject.toml has the extra."""
    target = TARGETS[name]
    *folders, module = target.writer.partition(":")[0].split(".")
    assert Path(__file__).parent.joinpath(*folders, f"test_{module}.py").exists()
    assert f"\n{target.extra} = [" in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("name", TARGETS)
def test_what_a_target_writes_is_said_at_the_end(name: str) -> None:
    """Every tool has a closing message; text has none."""
    target = TARGETS[name]
    filled = target.done.format(trials=3, to="there", name="digits")
    assert ("there" in filled) == (name in TOOLS)
    assert ("digits" in filled) == target.named


def test_text_is_returned_or_written(run: Run, tmp_path: Path) -> None:
    """Without an output it is returned; with one, the file has the same text."""
    text = export(run, "csv").text
    assert text.startswith("trial,status,value,epoch,")
    assert export(run, "csv", tmp_path / "all.csv").text == ""
    assert (tmp_path / "all.csv").read_text() == text


def test_only_trials_that_match_are_exported(run: Run, tmp_path: Path) -> None:
    """This is true for text, for the best config and for tools; a message says if none has a value."""
    done = [result.number for result in run.results() if result.status is Status.DONE]
    lines = export(run, "jsonl", where="status=done").text.splitlines()
    assert [json.loads(line)["number"] for line in lines] == done
    message = export(run, "optuna", tmp_path / "j", where=f"trial={done[0]}").message
    assert message.startswith("Exported 1 trials")
    with pytest.raises(UsageError, match="no trial with a value that matches status=failed"):
        export(run, "config", where="status=failed, value>1")


def test_a_tool_gets_the_run_under_its_name(run: Run, tmp_path: Path) -> None:
    """The message names the study, the number of trials and the next command."""
    pytest.importorskip("optuna", reason="optuna is not installed")
    exported = export(run, "optuna", tmp_path / "j", name="mine")
    assert exported.message == (
        f"Exported {len(run.trials())} trials to {tmp_path}/j as study mine."
        f" Next: optuna-dashboard {tmp_path}/j"
    )
    assert exported.text == ""
    assert len(exported.notes) == 3


def test_an_unknown_target_is_refused(run: Run) -> None:
    """The message lists the targets."""
    assert find_spec("hpsearch.exchange.sacred") is None
    with pytest.raises(UsageError, match=r"must be one of csv, json, .* mlflow; found 'sacred'"):
        export(run, "sacred")
