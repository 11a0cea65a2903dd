"""Tests that every shipped config runs."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from hpsearch.cli.program import program
from hpsearch.config import load
from hpsearch.reports.figure_kinds import FIGURE_KINDS
from hpsearch.starting.start import start
from hpsearch.store import Run
from tests.conftest import Recorder

ROOT = Path(__file__).parent.parent
CONFIGS = sorted((ROOT / "configs").glob("*.yaml"))
NETWORK = ["search.trials=5", "objective.network.epochs=2"]
SHORT = {
    "fashion-mnist": ["search.trials=2", "objective.network.epochs=1", "space.hidden_units=64"],
    "command": ["search.trials=5", "objective.command.epochs=2"],
    "function": ["search.trials=2", "space.trees=5"],
    "nursed": ["search.trials=2", "objective.function.epochs=2"],
    "pytorch": ["search.trials=2", "objective.function.epochs=2"],
}
"""Settings that make a search short; NETWORK for the others."""

FILES = {"fashion-mnist": Path("/usr/share/datasets/fashion-mnist")}
MODULES = {"function": "sklearn", "pytorch": "torch"}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_config_runs(in_tmp: Path, path: Path) -> None:
    """A few short trials each have a value or diverge, if what the config needs is installed."""
    files = FILES.get(path.stem)
    if files is not None and not files.exists():
        pytest.skip(f"{files} is not installed")
    if find_spec(MODULES.get(path.stem, "hpsearch")) is None:
        pytest.skip(f"{MODULES[path.stem]} is not installed")
    config = load(path, [*SHORT.get(path.stem, NETWORK), "run.strategy=panda"])
    directory = start(config, Recorder())
    with Run.read(directory) as run:
        statuses = [result.status for result in run.results()]
    assert len(statuses) == config.search.trials
    assert set(statuses) <= {"done", "stopped", "diverged"}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_header_says_what_to_look_at_afterwards(path: Path) -> None:
    """It names commands and figures that exist, and the run that the config creates."""
    header, _, body = path.read_text(encoding="utf-8").partition("\nname: ")
    _, _, after = header.partition("Afterwards")
    commands = re.findall(r"^# {2,}hpsearch (\w+) (.+)$", after, re.MULTILINE)
    assert commands
    for command, arguments in commands:
        run, *others = arguments.split()
        assert command in program.commands
        assert run == f"runs/{body.split()[0]}-001"
        assert command != "plot" or others[0] in FIGURE_KINDS


def test_the_settings_of_the_field_are_in_the_configs() -> None:
    """They cover softmax regression, optional batch normalisation, random and coarse-to-fine search."""
    configs = {path.stem: load(path) for path in CONFIGS if path.stem not in FILES}
    assert configs["softmax"].objective.constants["hidden_layers"] == 0
    assert "batch_norm" in configs["batchnorm"].space.names
    for method in ("random", "coarse_to_fine"):
        path = ROOT / "configs" / "random-vs-coarse-to-fine.yaml"
        assert load(path, [f"search.method={method}"]).search.method == method
