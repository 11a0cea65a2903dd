"""Tests of ``import`` and ``export``."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done

Program = Callable[..., Done]
SWEEP = """\
program: train.py
method: bayes
project: things
metric: {name: val/loss, goal: minimize}
parameters: {lr: {distribution: log_uniform_values, min: 0.001, max: 1}}
command: [/usr/bin/env, "${program}", "${args}"]
run_cap: 3
"""


@pytest.fixture
def sweep(in_tmp: Path) -> Path:
    """A sweep file."""
    (in_tmp / "sweep.yaml").write_text(SWEEP)
    return Path("sweep.yaml")


def test_import_prints_the_config(hpsearch: Program, sweep: Path) -> None:
    """The config goes to stdout; notes on changed keys go to stderr with their lines."""
    done = hpsearch("import", sweep)
    assert done.code == 0
    assert done.out.startswith("# Made from sweep.yaml")
    assert "note: sweep.yaml:3:1: project: " in done.err
    assert "there is no train.py in" in done.err
    assert 'print(json.dumps({"val/loss": value}), flush=True)' in done.err


def test_import_writes_a_valid_config(hpsearch: Program, sweep: Path) -> None:
    """A second import does not change the file."""
    done = hpsearch("import", sweep, "-o", "config.yaml")
    assert (done.code, done.out) == (0, "")
    assert "Wrote config.yaml. Next: hpsearch check config.yaml" in done.err
    assert hpsearch("check", "config.yaml").code == 0
    before = Path("config.yaml").read_text()
    done = hpsearch("import", sweep, "-o", "config.yaml")
    assert done.code == 2
    assert "config.yaml already exists and was not changed" in done.err
    assert Path("config.yaml").read_text() == before


def test_an_imported_search_runs(hpsearch: Program, sweep: Path) -> None:
    """The search runs as soon as the program prints its metrics."""
    hpsearch("import", sweep, "-o", "config.yaml")
    program = Path("train.py")
    program.write_text(f"#!{sys.executable}\nprint('{{\"val/loss\": 0.5}}')\n")
    program.chmod(0o755)
    text = Path("config.yaml").read_text().replace(", train.py", ", ./train.py")
    Path("config.yaml").write_text(text)
    done = hpsearch("run", "config.yaml", "-q", "run.strategy=panda")
    assert done.code == 0
    assert "3 done" in hpsearch("leaderboard", done.out.strip()).out


def test_a_program_that_cannot_run_is_reported(hpsearch: Program, sweep: Path) -> None:
    """The message has the position in the config, which is written nevertheless."""
    sweep.write_text(SWEEP.replace("/usr/bin/env", "no-such-program"))
    done = hpsearch("import", sweep, "-o", "config.yaml")
    assert done.code == 0
    assert "must name a program that can be run, not no-such-program" in done.err
    assert Path("config.yaml").exists()


def test_a_wrong_sweep_writes_nothing(hpsearch: Program, sweep: Path) -> None:
    """All mistakes are reported, and no file is created."""
    sweep.write_text(SWEEP.replace("bayes", "bays").replace("0.001", "-1"))
    done = hpsearch("import", sweep, "-o", "config.yaml")
    assert done.code == 2
    assert "sweep.yaml:2:9: method: must be random, bayes, grid or custom" in done.err
    assert "parameters.lr.min: must be above 0; found -1" in done.err
    assert not Path("config.yaml").exists()


def test_a_study_is_imported(hpsearch: Program, in_tmp: Path, example: Path) -> None:
    """Import reads what export wrote."""
    pytest.importorskip("optuna", reason="optuna is not installed")
    done = hpsearch("export", example, "--to", "optuna", "-o", "s.journal", "--name", "s")
    assert done.code == 0
    assert "note: beta2: is uniform in Optuna" in done.err
    done = hpsearch("import", "--optuna", "s.journal", "s", "-o", "config.yaml")
    assert done.code == 0
    done = hpsearch("check", "config.yaml")
    assert done.code == 2
    assert "there is no module train" in done.err


def test_packages_that_are_missing_are_named(
    hpsearch: Program, example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message contains the command that installs them."""
    for name in ("optuna", "tensorboardX", "mlflow"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    for arguments, extra in (
        (["import", "--optuna", "x", "y"], "optuna"),
        (["export", example, "--to", "optuna", "-o", "x"], "optuna"),
        (["export", example, "--to", "tensorboard", "-o", "x"], "tensorboard"),
        (["export", example, "--to", "mlflow", "--tracking-uri", "file:x"], "mlflow"),
    ):
        done = hpsearch(*arguments)
        assert done.code == 2
        assert f"Install it with `pip install 'hpsearch[{extra}]'`" in done.err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["import"], "import needs either a FILE or --optuna URL STUDY"),
        (["import", "sweep.yaml", "--optuna", "a", "b"], "import needs either"),
        (["import", "nothing.yaml"], "nothing.yaml: there is no such file"),
        (["import", "sweep.yaml", "-o", "no/where.yaml"], "no/where.yaml cannot be written"),
        (["export", "runs/example-001", "--to", "optuna"], "--to optuna needs -o FILE"),
        (["export", "runs/example-001", "--to", "tensorboard"], "--to tensorboard needs -o DIR"),
        (["export", "runs/example-001", "--to", "mlflow"], "--to mlflow needs --tracking-uri URI"),
        (
            ["export", "runs/example-001", "--to", "csv", "--tracking-uri", "x"],
            "--tracking-uri is only for --to mlflow",
        ),
        (
            ["export", "runs/example-001", "--to", "csv", "--name", "x"],
            "--name is only for --to optuna and --to mlflow",
        ),
    ],
)
def test_wrong_usage(hpsearch: Program, sweep: Path, example: Path, arguments: list[str], text: str) -> None:
    """The exit code is 2, and the message says what to type instead."""
    done = hpsearch(*arguments)
    assert (done.code, done.out) == (2, "")
    assert text in done.err


def test_no_control_character_reaches_the_terminal(hpsearch: Program, sweep: Path) -> None:
    """Texts from a sweep are made harmless."""
    text = (
        SWEEP.replace("val/loss", '"\\e[31mred"')
        .replace("things", '"\\e]0;x"')
        .replace("train.py", '"\\e[2J"')
    )
    sweep.write_text(text)
    done = hpsearch("import", sweep)
    assert done.code == 0
    assert "\x1b" not in done.out + done.err
