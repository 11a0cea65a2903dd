"""Tests of scripts with sub-commands."""

from pathlib import Path

import pytest

from hpsearch.scripts import propose_config
from tests.scripts.test_reading import read

ARGPARSE = """
import argparse
def common(p):
    p.add_argument("--width", type=int, default=32)
def of_test(p):
    p.add_argument("--file", required=True)
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--seed", type=int, default=1)
commands = parser.add_subparsers()
p = commands.add_parser("test")
of_test(p)
p = commands.add_parser("train")
g = p.add_argument_group("more")
g.add_argument("--epochs", type=int, default=2)
g.add_argument("--nesterov", action="store_true")
common(p)
"""
CLICK = """
import click
@click.group()
@click.option("--seed", type=int, default=0)
def cli(seed): ...
@cli.command()
@click.option("--file", required=True)
def test(file): ...
def common(f):
    return click.option("--width", default=32)(f)
@cli.command("train")
@common
@click.option("--lr", default=0.1)
@click.option("--epochs", default=2)
def run_it(**values): ...
"""
ADDED = """
import click
@click.group()
def cli(): ...
@click.command()
@click.option("--lr", default=0.1)
def fit_it(lr): ...
@click.command()
def test(): ...
cli.add_command(test)
cli.add_command(fit_it)
"""
TYPER = """
import typer
app = typer.Typer()
@app.callback()
def main(ctx: typer.Context, seed: int = 0): ...
@app.command()
def test(file: str): ...
@app.command()
def train_model(lr: float = 0.1, epochs: int = 2): ...
"""


@pytest.mark.parametrize(
    ("code", "words", "searched"),
    [
        (
            ARGPARSE,
            "python train.py --seed {seed} --lr {lr} train --epochs {epochs} --width {width}",
            ("lr", "width"),
        ),
        (CLICK, "python train.py --seed {seed} train --epochs {epochs} {args}", ("width", "lr")),
        (ADDED, "python train.py fit-it {args}", ("lr",)),
        (TYPER, "python train.py --seed {seed} train-model --epochs {epochs} {args}", ("lr",)),
    ],
    ids=["argparse", "click", "click.add_command", "typer"],
)
def test_options_are_where_their_parser_expects_them(
    tmp_path: Path, code: str, words: str, searched: tuple[str, ...]
) -> None:
    """Program options come before the sub-command that trains, its own after it; there are no others."""
    script = read(tmp_path, f"{code}print('loss:', x)\n")
    draft = propose_config(script, ["python", "train.py"], made_from="train.py", name="train")
    assert f"    run: '{words}'\n" in draft.text
    assert sorted(draft.searched) == sorted(searched)
    assert draft.edits == ()
