"""Short variants of the ten kinds of programs: init's output passes check, and the first trial is right."""

import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from hpsearch.cli.program import exit_code
from hpsearch.store import Run


@dataclass(frozen=True)
class Variant:
    """A program, and the value that its first trial, with its own defaults, has to give.

    Attributes:
        name: Its peculiarity.
        code: The code of ``train.py``.
        metric: The metric that init proposes.
        value: The value of the first trial.
        epochs: The number of epochs that it reports.
        searched: The parameters that are searched.
        files: Other files, by name.
    """

    name: str
    code: str
    metric: str
    value: float
    epochs: int
    searched: tuple[str, ...]
    files: dict[str, str] = field(default_factory=dict)


VARIANTS = [
    Variant(
        "optparse, with types in quotes",
        """
        from optparse import OptionParser
        parser = OptionParser()
        parser.add_option("-l", "--learning-rate", dest="lr", type="float", default=0.05, help="[%default]")
        parser.add_option("--num-trees", type="int", default=100)
        parser.add_option("-q", action="store_false", dest="verbose", default=True)
        options, rest = parser.parse_args()
        print(f"mae={options.lr * options.num_trees:.3f}")
        """,
        "mae",
        5.0,
        1,
        ("lr", "num_trees"),
    ),
    Variant(
        "two switches, groups and a metavar",
        """
        import argparse
        def get_args():
            p = argparse.ArgumentParser()
            g = p.add_argument_group("optim")
            g.add_argument("--lr", "--learning-rate", dest="lr", type=float, default=3e-4, metavar="LR")
            g.add_argument("--amp", action=argparse.BooleanOptionalAction, default=True)
            p.add_argument("--dropout-rate", type=float, default=0.1)
            p.add_argument("--epochs", type=int, default=4)
            return p.parse_args()
        a = get_args()
        for e in range(1, a.epochs + 1):
            v = a.dropout_rate + 1 / e
            print(f"Epoch [{e}/{a.epochs}]  Train Loss: {v / 2:.4f}  Val Loss: {v:.4f}  Acc: {e}.5%  (1.2s)")
        """,
        "Val_Loss",
        0.35,
        4,
        ("lr", "dropout_rate"),
    ),
    Variant(
        "a dictionary that the command line changes",
        """
        import sys
        config = dict(lr=0.01, layers=3, steps=3)
        for argument in sys.argv[1:]:
            key, value = argument[2:].split("=", 1)
            if key not in config:
                sys.exit(f"unknown key {key}")
            config[key] = type(config[key])(value)
        for step in range(config["steps"]):
            print("step=%d loss=%.5f" % (step, 10 * config["lr"] + config["layers"] + 1 / (step + 1)))
        """,
        "loss",
        3.43333,
        3,
        ("lr", "layers"),
    ),
    Variant(
        "a Keras bar",
        r"""
        import argparse, sys
        p = argparse.ArgumentParser()
        p.add_argument("--lr", type=float, default=0.01)
        p.add_argument("--epochs", type=int, default=2)
        a = p.parse_args()
        for e in range(a.epochs):
            print(f"Epoch {e + 1}/{a.epochs}")
            for i in range(1, 4):
                bar = f"\r\x1b[1m{i}/3\x1b[0m \x1b[32m{'━' * i}\x1b[0m 0s 3ms/step"
                sys.stdout.write(f"{bar} - loss: {9 - i:.4f}")
            sys.stdout.write(f" - val_accuracy: 0.5000 - val_loss: {a.lr + 1 / (e + 1):.4f}\n")
        """,
        "val_loss",
        0.51,
        2,
        ("lr",),
    ),
    Variant(
        "a progress bar with a postfix on stderr",
        r"""
        import argparse, sys
        p = argparse.ArgumentParser()
        p.add_argument("--max_lr", type=float, default=0.001)
        p.add_argument("--max_epochs", type=int, default=2)
        a = p.parse_args()
        for e in range(a.max_epochs):
            bar = f"\rEpoch {e}: 100%|████| 4/4 [00:04<00:00,  9.51it/s, v_num=0, train_loss=0.9"
            sys.stderr.write(bar + "]" + bar + f", val_loss={a.max_lr + 1 / (e + 1):.3f}]\n")
        """,
        "val_loss",
        0.501,
        2,
        ("max_lr",),
    ),
    Variant(
        "nested JSON over lines, with its settings",
        """
        import argparse, json
        p = argparse.ArgumentParser()
        p.add_argument("--eta", type=float, default=0.3)
        p.add_argument("--max_depth", type=int, default=6)
        a = p.parse_args()
        print("loading 1000 rows from data-2.1.csv")
        print(json.dumps({"params": vars(a), "metrics": {"rmse": a.eta * a.max_depth}}, indent=2))
        """,
        "metrics.rmse",
        1.8,
        1,
        ("eta", "max_depth"),
    ),
    Variant(
        "constants below a docstring, with comments",
        '''
        """Train a model."""
        LR = 3e-3  # learning rate
        N_LAYERS = 2
        EPOCHS = 3
        DEVICE = "cpu"
        def train():
            for epoch in range(EPOCHS):
                print(f"epoch {epoch + 1}: loss {LR + N_LAYERS + 1 / (epoch + 1):.4f}")
        train()
        ''',
        "loss",
        2.3363,
        3,
        ("LR", "N_LAYERS"),
    ),
    Variant(
        "a CSV file where it runs",
        """
        import argparse, csv
        p = argparse.ArgumentParser()
        p.add_argument("--lr", type=float, default=0.01)
        a = p.parse_args()
        with open("metrics.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["epoch", "train/loss", "loss/val"])
            for epoch in range(3):
                writer.writerow([epoch, 9, a.lr + 1 / (epoch + 1)])
        """,
        "loss/val",
        0.34333,
        3,
        ("lr",),
    ),
    Variant(
        "variables of the environment",
        """
        import os
        lr = float(os.environ.get("LR", "0.01"))
        width = int(os.getenv("HIDDEN", "64"))
        for epoch in range(2):
            print({"epoch": epoch, "eval_loss": lr * width / (epoch + 1)})
        """,
        "eval_loss",
        0.32,
        2,
        ("LR", "HIDDEN"),
    ),
    Variant(
        "a word for what to do, and options before it",
        """
        import argparse
        p = argparse.ArgumentParser()
        p.add_argument("--lr", type=float, default=0.1)
        s = p.add_subparsers(dest="what")
        s.add_parser("eval").add_argument("file")
        t = s.add_parser("train")
        t.add_argument("--dropout", type=float, default=0.5)
        a = p.parse_args()
        print(f"val_loss: {a.lr + a.dropout}")
        """,
        "val_loss",
        0.6,
        1,
        ("lr", "dropout"),
    ),
    Variant(
        "a YAML file that an option names",
        """
        import argparse
        p = argparse.ArgumentParser()
        p.add_argument("-c", "--config", default="conf/base.yaml")
        lines = open(p.parse_args().config).read().replace(":", " ").split()
        print("valid_loss", 2 * float(lines[lines.index("lr") + 1]))
        """,
        "valid_loss",
        0.02,
        1,
        ("train.lr",),
        {"conf/base.yaml": "train:\n  lr: 0.01\n  name: x\n"},
    ),
    Variant(
        "a class of settings",
        """
        class CFG:
            lr = 0.01
            epochs = 2
        for epoch in range(CFG.epochs):
            print("epoch", epoch + 1, "avg_val_loss", CFG.lr + 1 / (epoch + 1))
        """,
        "avg_val_loss",
        0.51,
        2,
        ("CFG.lr",),
    ),
    Variant(
        "a metric on a table's line",
        """
        import argparse
        p = argparse.ArgumentParser()
        p.add_argument("--lr", type=float, default=0.1)
        a = p.parse_args()
        print(f"{'epoch':>5} {'train_loss':>12} {'valid_loss':>12}")
        for e in range(1, 4):
            print(f"{e:5d} {1 / e:12.6f} {a.lr + 1 / e:12.6f}")
        print("valid_loss after training: see the table")
        """,
        "valid_loss",
        0.433333,
        3,
        ("lr",),
    ),
]  # fmt: skip


def names(space: Any) -> tuple[str, ...]:
    """The parameters of a space."""
    return tuple(space.names)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_a_script_needs_no_edit(
    variant: Variant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its first trial has its own defaults and gives the value that they give."""
    for name, text in {"train.py": variant.code, **variant.files}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(dedent(text))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    assert exit_code(["init", "train.py"]) == 0
    assert "to do" not in capsys.readouterr().err
    assert "EDIT_ME" not in Path("config.yaml").read_text()
    assert exit_code(["check", "config.yaml"]) == 0
    assert "does not reach" not in capsys.readouterr().err
    assert exit_code(["run", "config.yaml", "-q", "-o", "out", "--trials", "1"]) == 0
    with Run.read(Path("out")) as run:
        result, values = run.result(0), run.trial(0).values
    assert result is not None
    assert result.value == pytest.approx(variant.value, abs=1e-5)
    assert len(result.curve) == variant.epochs
    assert set(variant.searched) <= set(values)
    assert f"name: {variant.metric}," in Path("config.yaml").read_text()


@pytest.mark.skipif(shutil.which("awk") is None, reason="awk is not installed")
def test_a_program_of_a_shell_is_read_by_its_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its metric is found in its text, so nothing is left to the user."""
    program = tmp_path / "solver"
    program.write_text(
        """#!/bin/sh
c=1; g=0.1
while [ $# -gt 0 ]; do case "$1" in
  -c) c=$2; shift 2;; -g) g=$2; shift 2;;
  --help) printf 'Usage: solver [options]\\noptions:\\n-c cost : the penalty (default 1)\\n'
          printf -- '-g gamma : the width (default 0.1)\\n'; exit 0;;
  *) shift;; esac; done
echo 'obj = -12.5, rho = 0.3'
awk -v c=$c -v g=$g 'BEGIN { printf "Accuracy = %.4f%% (7/15) (classification)\\n", 50 + c + g }'
"""
    )
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    assert exit_code(["init", "./solver", "--run-help"]) == 0
    assert "to do" not in capsys.readouterr().err
    assert exit_code(["run", "config.yaml", "-q", "-o", "out", "--trials", "1"]) == 0
    with Run.read(Path("out")) as run:
        result = run.result(0)
    assert result is not None
    assert result.value == pytest.approx(51.1)
