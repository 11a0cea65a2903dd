"""Tests of the commands that start from a script: init and try."""

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hpsearch.config import load
from tests.cli.conftest import Done

Program = Callable[..., Done]

SCRIPT = """import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--epochs", type=int, default=2)
args = parser.parse_args()
for epoch in range(args.epochs):
    print(f"val_loss: {args.lr + 1 / (epoch + 1)}")
"""


@pytest.fixture(autouse=True)
def python_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts this Python on the path as ``python``."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")


def test_init_proposes_a_config_for_a_script(hpsearch: Program, in_tmp: Path) -> None:
    """It says what is searched and what to type next; the config is valid."""
    Path("train.py").write_text(SCRIPT)
    done = hpsearch("init", "train.py", "-o", "c.yaml")
    assert done.out == "Wrote c.yaml, which searches lr. Next: hpsearch try c.yaml, hpsearch run c.yaml\n"
    assert load(Path("c.yaml")).space.names == ("lr",)


def test_init_reads_a_function(hpsearch: Program, in_tmp: Path) -> None:
    """It uses the function's signature and the metrics that it yields."""
    Path("train.py").write_text("def fit(lr=0.1, *, trial=None):\n    yield {'val_loss': lr}\n")
    assert hpsearch("init", "train.py:fit").code == 0
    config = load(Path("config.yaml"))
    assert (config.metric.name, config.space.names) == ("val_loss", ("lr",))
    assert hpsearch("check", "config.yaml").code == 0


@pytest.mark.parametrize(
    ("head", "row", "label"),
    [
        ("a,Target,b", "{n},{c},0", "Target"),  # a common name
        ("kind,a,b", "{t},{n},1", "kind"),  # the only text column
        ("a,b,c", "{n},2,{c}", "c"),  # the last column
    ],
)
def test_init_sets_up_the_network_for_a_data_file(
    hpsearch: Program, in_tmp: Path, head: str, row: str, label: str
) -> None:
    """The column with the class is found; a mini-batch is not larger than the training rows."""
    rows = [row.format(n=n, c=n % 2, t="uv"[n % 2]) for n in range(100)]
    Path("flowers.csv").write_text("\n".join([head, *rows]))
    assert hpsearch("init", "--data", "flowers.csv").code == 0
    assert hpsearch("check", "config.yaml").code == 0
    text = Path("config.yaml").read_text()
    assert f"label: '{label}'" in text
    assert "batch_size:    {values: [16, 32]}" in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1.5,2\n3,4\n", "d.csv:1: must start with a line of column names; found the number 1.5"),
        ("a;b\n3;4\n", "d.csv:1: columns must be separated by commas; found semicolons"),
        ("", "d.csv: must start with a line of column names; the file is empty"),
        ("a,price\n1,2.5\n2,3.5\n", "d.csv: column price: labels must be whole numbers"),
    ],
)
def test_data_that_the_network_cannot_learn_are_explained(
    hpsearch: Program, in_tmp: Path, text: str, message: str
) -> None:
    """The mistake is explained at once, and nothing is written."""
    Path("d.csv").write_text(text)
    done = hpsearch("init", "--data", "d.csv")
    assert (done.code, message in done.err) == (2, True), done.err
    assert not Path("config.yaml").exists()


def test_init_asks_if_it_may(hpsearch: Program, in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Enter accepts the proposal; after a wrong answer, the question is explained and asked again."""
    more = 'p.add_argument("data")\nparser.add_argument("--n", type=int, default=8)\nprint("acc: 1")\n'
    Path("train.py").write_text(SCRIPT.replace("args =", more.replace("p.", "parser.") + "args ="))
    answers = ["acc", "", "lr, x", "lr, n", "3 1", "log 1e-3 0.5", "4, 8", "a b.csv", "5"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\n".join(answers).encode())))
    done = hpsearch("init", "train.py", "-i")
    assert done.code == 0, done.err
    assert "x is not one of lr, n" in done.err
    assert "3 must be below 1" in done.err
    config = load(Path("config.yaml"))
    assert (config.metric.name, config.metric.goal, config.search.trials) == ("acc", "maximize", 5)
    assert config.resolved()["space"]["n"]["values"] == [4, 8]
    assert "run: 'python train.py --epochs {epochs} ''a b.csv'' {args}'" in Path("config.yaml").read_text()


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("none.py", "none.py cannot be read: No such file"),
        ("tool", "`hpsearch init tool --run-help` runs ./tool --help"),
        ("tol", "tol: there is no such file or program"),
        (".", ". is a directory; name the script in it"),
        ("nb.ipynb", "nb.ipynb is a notebook; export it first"),
        ("bad.py", "bad.py:1 is not Python"),
        ("bad.py:f", "bad.py:1 is not Python"),
        ("tool.R", "`hpsearch init tool.R --run-help` runs Rscript tool.R --help"),
    ],
)
def test_what_init_cannot_read_is_explained(
    hpsearch: Program, in_tmp: Path, source: str, message: str
) -> None:
    """The mistake is explained, and nothing is written."""
    for name in ("tool", "tool.R", "nb.ipynb"):
        Path(name).write_text("#!/bin/sh\n")
    Path("bad.py").write_text("x = (\n")
    done = hpsearch("init", source)
    assert (done.code, message in done.err) == (2, True), done.err
    assert not Path("config.yaml").exists()


def test_try_shows_one_trial(hpsearch: Program, in_tmp: Path) -> None:
    """It shows the command, the metrics with their lines, and the resources used; nothing is kept."""
    Path("train.py").write_text(SCRIPT)
    hpsearch("init", "train.py")
    done = hpsearch("try", "config.yaml", "-f", "json")
    shown = json.loads(done.out)
    assert shown["command"] == "python train.py --epochs 2 --lr 0.1"
    assert shown["metrics"] == {"val_loss": {"line": "val_loss: 1.1", "times": 2}}
    assert (shown["value"], len(shown["curve"]), shown["notes"]) == (0.6, 2, [])
    assert shown["memory"] > 1e6
    assert sorted(path.name for path in Path().glob("[!.]*")) == ["config.yaml", "train.py"]


def test_try_says_what_to_change(hpsearch: Program, in_tmp: Path) -> None:
    """It mentions missing epochs, a metric with another name, and the last words of a program that fails."""
    Path("train.py").write_text(SCRIPT.replace("val_loss:", "val loss of epoch") + "print('val_loss:', 3)\n")
    hpsearch("init", "train.py")
    done = hpsearch("try", "config.yaml", "metric.name=val_loss")
    assert "Trial 0 reported 1 of 2 epochs." in done.out
    Path("train.py").write_text(SCRIPT + "print('test: [1/2] val_loss 3')")
    assert (
        "val_loss is in lines of 2 kinds, such as 'val_loss: 1.1' and 'test:"
        in hpsearch("try", "config.yaml").out
    )
    Path("train.py").write_text(SCRIPT.replace("val_loss", "validation loss"))
    done = hpsearch("try", "config.yaml")
    assert done.code == 3
    assert "Write metric.name: validation_loss" in done.out
    Path("train.py").write_text("raise SystemExit('no GPU')")
    done = hpsearch("try", "config.yaml")
    assert (done.code, "exited with code 1: no GPU" in done.err) == (3, True)


def test_a_command_that_no_value_reaches_is_an_error(hpsearch: Program, in_tmp: Path) -> None:
    """A command that no value reaches is an error; a single parameter that does not reach it is a note."""
    Path("c.yaml").write_text(
        "objective: {command: 'true --lr 3'}\nspace: {lr: {min: 0, max: 1}, wd: {min: 0, max: 1}}\n"
    )
    done = hpsearch("check", "c.yaml")
    assert done.code == 2
    assert "c.yaml:1:13: objective.command.run: must be given the values of a trial" in done.err
    Path("c.yaml").write_text(
        "objective: {command: 'true {lr}'}\nspace: {lr: {min: 0, max: 1}, wd: {min: 0, max: 1}}\n"
    )
    done = hpsearch("check", "c.yaml")
    assert (done.code, "note: space.wd: does not reach the command" in done.err) == (0, True)


@pytest.mark.parametrize(
    ("space", "says"),
    [
        (
            "{s: {values: [null, 'null', a]}}",
            'c.yaml:3:28: space.s.values[1]: choices must differ in the command; null and "null" are',
        ),
        (
            "{s: {values: [true, 'true']}}",
            "both passed as true. Remove one of them, or write spelling: python, which passes True",
        ),
        ("{s: {values: [1, '1']}}", "both passed as 1. Remove one of them, or pass {json}"),
        ("{s: {values: [[1], '[1]']}}", "both passed as [1]."),
        ("{s: {values: [a, b], spelling: {a: x, b: x}}}", '"a" and "b" are both passed as x'),
        ("{s: {values: [x, y, b], spelling: {y: x, b: x}}}", '"x" and "b" are both passed as x'),
    ],
)
def test_choices_that_are_one_word_to_a_command_are_an_error(
    hpsearch: Program, in_tmp: Path, space: str, says: str
) -> None:
    """The search would treat them as two; functions, and commands that read JSON, can tell them apart."""
    config = "metric: {name: loss}\nobjective: {command: 'true %s'}\nspace: %s\n"
    Path("c.yaml").write_text(config % ("{args}", space))
    done = hpsearch("check", "c.yaml")
    assert (done.code, says in done.err) == (2, True), done.err
    Path("c.yaml").write_text(config % ("{json} {args}", space))
    assert hpsearch("check", "c.yaml").code == 0
    Path("template.json").write_text('{"s": 0}')
    command = "{run: 'true {args}', files: {out.json: template.json}}"
    Path("c.yaml").write_text(f"metric: {{name: loss}}\nobjective: {{command: {command}}}\nspace: {space}\n")
    done = hpsearch("check", "c.yaml")
    assert done.code == 0, done.err
    Path("template.json").rename("template.txt").write_text("s = {s}")
    Path("c.yaml").write_text(Path("c.yaml").read_text().replace("{args}", "").replace(".json", ".txt"))
    done = hpsearch("check", "c.yaml")
    assert (done.code, says in done.err) == (2, True), done.err


@pytest.mark.parametrize(
    "parameter",
    [
        "{values: [null, 'null'], spelling: python}",
        "{values: [null, ''], spelling: {'null': ''}}",
        "{values: [1, 1.0, '01']}",
        "{values: [true, false], flag: --s}",
    ],
)
def test_choices_of_different_words_are_none(hpsearch: Program, in_tmp: Path, parameter: str) -> None:
    """Choices may also differ by a spelling, or in that one of them is not passed."""
    Path("c.yaml").write_text(
        f"metric: {{name: loss}}\nobjective: {{command: 'true {{args}}'}}\nspace: {{s: {parameter}}}\n"
    )
    assert hpsearch("check", "c.yaml").code == 0


def test_show_has_the_command_of_a_trial(hpsearch: Program, in_tmp: Path) -> None:
    """Machine formats leave out the place of the run, so that equal searches print equal bytes."""
    Path("train.py").write_text(SCRIPT.replace('"--lr"', '"--out"); parser.add_argument("--lr"'))
    Path("c.yaml").write_text(
        "metric: {name: val_loss}\nobjective: {command: 'python train.py --out {trial_dir} {args}'}\n"
        "space: {lr: {values: [0.5, 0.25]}}\nsearch: {trials: 1}\n"
    )
    assert hpsearch("run", "c.yaml", "-q", "-o", "out").code == 0
    shown = json.loads(hpsearch("show", "out", "0", "-f", "json").out)
    line = f"python train.py --out TRIAL_DIR --lr {shown['values']['lr']}"
    assert shown["command"] == line
    exact = hpsearch("show", "out", "0", "--command").out
    assert exact == line.replace("TRIAL_DIR", str(Path("out/trials/00000").resolve())) + "\n"
    assert exact.strip() in " ".join(hpsearch("show", "out", "0").out.split())
    assert hpsearch("show", "out", "--command").code == 2


CURVE = """
def train(x):
    for loss in (3, 1, 2):
        yield {"loss": loss}
"""


def test_a_better_epoch_than_the_last_is_pointed_out(hpsearch: Program, in_tmp: Path) -> None:
    """`check` says that it may happen, `try` that it did; with metric.at in the config both say nothing."""
    Path("curve.py").write_text(CURVE)
    Path("c.yaml").write_text(
        "objective: {function: {name: 'curve:train', epochs: 3}}\n"
        "metric: {name: loss}\n"
        "space: {x: {min: 0, max: 1}}\n"
    )
    assert "a trial's value is that of its last epoch" in hpsearch("check", "c.yaml").err
    tried = hpsearch("try", "c.yaml", "-f", "json")
    (note,) = json.loads(tried.out)["notes"]
    assert note.startswith("loss was 1 after epoch 2, and 2 after the last.")
    for at in ("last", "best"):
        assert "metric.at" not in hpsearch("check", "c.yaml", f"metric.at={at}").err
    assert json.loads(hpsearch("try", "c.yaml", "metric.at=best", "-f", "json").out)["notes"] == []
