"""Tests of finding a script's options in its source."""

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from hpsearch.scripts import UNKNOWN, Option, Script, UnreadableScript, read_function, read_script


def read(directory: Path, text: str, **others: str) -> Script:
    """What is found in a script that has other files next to it."""
    for name, content in others.items():
        path = directory / name.replace("__", "/").replace("_yaml", ".yaml").replace("_py", ".py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(dedent(content))
    path = directory / "train.py"
    path.write_text(dedent(text))
    return read_script(path)


def short(script: Script) -> dict[str, tuple[object, ...]]:
    """Each option's flag, kind and default, by name."""
    return {option.name: (option.flag, option.kind, option.default) for option in script.options}


def test_argparse(tmp_path: Path) -> None:
    """Types, defaults, choices, switches, the words of sub-commands and the values of constants are read."""
    script = read(
        tmp_path,
        """
        import argparse
        from pathlib import Path
        MODELS = {"small": 1, "large": 2}
        WIDTH = 2 * 32
        def str2bool(text): return text == "yes"
        parser = argparse.ArgumentParser()
        parser.add_argument("data", help="where it is")
        group = parser.add_argument_group("model")
        group.add_argument("-a", "--arch", choices=sorted(MODELS), default="small")
        group.add_argument("--width", type=int, default=WIDTH)
        group.add_argument("--lr", "--learning-rate", dest="rate", type=float, default=1e-3, help="the  rate")
        parser.add_argument("--amp", action="store_true")
        parser.add_argument("--no-cuda", action="store_false", dest="cuda")
        parser.add_argument("--ema", action=argparse.BooleanOptionalAction, default=True)
        parser.add_argument("--flip", type=str2bool, default=False)
        parser.add_argument("--odd", type=bool, default=True)
        parser.add_argument("--betas", nargs=2, type=float, default=(0.9, 0.99))
        parser.add_argument("--steps", type=lambda x: int(float(x)), default=100)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--version", action="version")
        parser.add_argument("more", nargs="?", default="x")
        parser.set_defaults(width=128)
        """,
    )
    assert script.style == "argparse"
    assert short(script) == {
        "data": ("{}", "text", UNKNOWN),
        "arch": ("--arch {}", "text", "small"),
        "width": ("--width {}", "int", 128),
        "rate": ("--lr {}", "float", 1e-3),
        "amp": ("--amp", "bool", False),
        "cuda": ("--no-cuda", "bool", True),
        "ema": ("--ema/--no-ema", "bool", True),
        "flip": ("--flip {}", "bool", False),
        "odd": ("--odd {}", "bool", True),
        "betas": ("--betas {}", "list", [0.9, 0.99]),
        "steps": ("--steps {}", "int", 100),
        "out": ("--out {}", "text", None),
        "more": ("{}", "text", "x"),
    }
    by_name = {option.name: option for option in script.options}
    assert by_name["arch"].choices == ("large", "small")
    assert (by_name["rate"].help, by_name["rate"].line) == ("the rate", 12)
    assert by_name["odd"].spelling == ("True", "")
    assert [name for name, option in by_name.items() if option.required] == ["data", "out"]


def test_the_sub_command_that_trains_is_taken(tmp_path: Path) -> None:
    """Its word comes before the options; a note names the other sub-commands."""
    script = read(
        tmp_path,
        """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--seed", type=int, default=0)
        commands = parser.add_subparsers()
        test = commands.add_parser("test")
        test.add_argument("--model")
        train = commands.add_parser("train")
        train.add_argument("--lr", type=float, default=0.1)
        for name in ("a", "b"):
            train.add_argument("--" + name)
        """,
    )
    assert (list(short(script)), script.words) == (["seed", "lr"], ("train",))
    assert script.notes == (
        "It has the sub-commands test, train; train is used.",
        "Line 11: the name of an argument is not a literal.",
    )


def test_click(tmp_path: Path) -> None:
    """Decorators, ranges, choices and switches are read."""
    script = read(
        tmp_path,
        """
        import click
        from click import option
        @click.command()
        @click.argument("path")
        @click.option("--lr", "-l", "rate", default=0.1, help="rate")
        @option("--depth", type=click.IntRange(1, 9), default=3)
        @click.option("--kind", type=click.Choice(["a", "b"]))
        @click.option("--amp/--no-amp", default=True)
        @click.option("--fast", is_flag=True)
        def main(**values): ...
        """,
    )
    assert short(script) == {
        "path": ("{}", "text", UNKNOWN),
        "rate": ("--lr {}", "float", 0.1),
        "depth": ("--depth {}", "int", 3),
        "kind": ("--kind {}", "text", None),
        "amp": ("--amp/--no-amp", "bool", True),
        "fast": ("--fast", "bool", False),
    }


def test_typer(tmp_path: Path) -> None:
    """Parameters with annotations are read, with and without typer.Option."""
    script = read(
        tmp_path,
        """
        from typing import Annotated, Optional
        import typer
        def main(
            data: str,
            hidden_size: int = 64,
            lr: float = typer.Option(1e-3, "--rate", help="rate"),
            drop: Annotated[float, typer.Option(help="share")] = 0.1,
            amp: bool = False,
            name: Optional[str] = None,
        ): ...
        typer.run(main)
        """,
    )
    assert short(script) == {
        "data": ("{}", "text", UNKNOWN),
        "hidden_size": ("--hidden-size {}", "int", 64),
        "lr": ("--rate {}", "float", 1e-3),
        "drop": ("--drop {}", "float", 0.1),
        "amp": ("--amp/--no-amp", "bool", False),
        "name": ("--name {}", "text", None),
    }


def test_absl_and_config_files(tmp_path: Path) -> None:
    """Flags are read, and the settings of a file that ml_collections reads."""
    script = read(
        tmp_path,
        """
        from absl import flags
        from ml_collections import config_flags
        flags.DEFINE_float("lr", 0.1, "rate", lower_bound=0.0)
        flags.DEFINE_enum("kind", "a", ["a", "b"], "which")
        flags.DEFINE_bool("amp", False, "fast")
        config_flags.DEFINE_config_file("config", "configs/default.py")
        """,
        configs__default_py="""
        import ml_collections
        def get_config():
            config = ml_collections.ConfigDict()
            config.batch_size = 64
            config.model.width = 2 ** 7
            return config
        """,
    )
    assert short(script) == {
        "lr": ("--lr={}", "float", 0.1),
        "kind": ("--kind={}", "text", "a"),
        "amp": ("--amp={}", "bool", False),
        "config.batch_size": ("--config.batch_size={}", "int", 64),
        "config.model.width": ("--config.model.width={}", "int", 128),
    }


def test_hydra(tmp_path: Path) -> None:
    """The keys of the config and its groups are read; interpolations depend on others and are left out."""
    script = read(
        tmp_path,
        """
        import hydra
        @hydra.main(version_base=None, config_path="conf", config_name="config")
        def main(cfg): ...
        """,
        conf__config_yaml="""
        defaults:
          - _self_
          - model: small
          - base
        lr: 1e-3
        out: ${hydra:run.dir}
        name: null
        """,
        conf__base_yaml="seed: 3\n",
    )
    (tmp_path / "conf" / "model").mkdir()
    for name in ("small", "large"):
        (tmp_path / "conf" / "model" / f"{name}.yaml").write_text("width: 64\nactivation: {name: relu}\n")
    script = read_script(tmp_path / "train.py")
    assert short(script) == {
        "lr": ("lr={}", "float", 1e-3),
        "name": ("name={}", "unknown", None),
        "model": ("model={}", "text", "small"),
        "model.width": ("model.width={}", "int", 64),
        "model.activation.name": ("model.activation.name={}", "text", "relu"),
        "seed": ("seed={}", "int", 3),
    }
    assert next(option for option in script.options if option.name == "model").choices == ("large", "small")


def test_omegaconf(tmp_path: Path) -> None:
    """The file that is loaded next to from_cli is read, and so are settings in the source."""
    script = read(
        tmp_path,
        """
        from omegaconf import OmegaConf
        base = OmegaConf.load("base.yaml")
        more = OmegaConf.create({"optim": {"lr": 0.1}})
        cfg = OmegaConf.merge(base, more, OmegaConf.from_cli())
        """,
        base_yaml="width: 64\n",
    )
    assert short(script) == {"width": ("width={}", "int", 64), "optim.lr": ("optim.lr={}", "float", 0.1)}


FIELDS = """
    from dataclasses import dataclass, field
    from typing import Literal, Optional
    @dataclass
    class Optim:
        lr: float = 1e-3
    @dataclass
    class Config:
        hidden_size: int = field(default=64, metadata={"help": "units"})
        kind: Literal["a", "b"] = "a"
        amp: bool = False
        path: Optional[str] = None
"""


@pytest.mark.parametrize(
    ("code", "flags"),
    [
        (
            "from transformers import HfArgumentParser\nparser = HfArgumentParser((Config,))",
            ["--hidden_size {}", "--kind {}", "--amp {}", "--path {}"],
        ),
        ("import tyro\ntyro.cli(Config)", ["--hidden-size {}", "--kind {}", "--amp/--no-amp", "--path {}"]),
        (
            "import simple_parsing\nsimple_parsing.parse(Config)",
            ["--hidden_size {}", "--kind {}", "--amp {}", "--path {}"],
        ),
        (
            "import pyrallis\npyrallis.parse(config_class=Config)",
            ["--hidden_size {}", "--kind {}", "--amp {}", "--path {}"],
        ),
        (
            "import draccus\n@draccus.wrap()\ndef main(cfg: Config): ...",
            ["--hidden_size {}", "--kind {}", "--amp {}", "--path {}"],
        ),
    ],
)
def test_dataclasses(tmp_path: Path, code: str, flags: list[str]) -> None:
    """Fields with types, defaults, choices and help are read, and passed as each library expects."""
    script = read(tmp_path, dedent(FIELDS) + code)
    assert [option.flag for option in script.options] == flags
    size, kind, amp, _ = script.options
    assert (size.kind, size.default, size.help) == ("int", 64, "units")
    assert (kind.choices, amp.kind) == (("a", "b"), "bool")


def test_nested_dataclasses_and_base_classes(tmp_path: Path) -> None:
    """Section names are joined by dots; fields of a base class in another file come first."""
    script = read(
        tmp_path,
        """
        from dataclasses import dataclass
        import tyro
        from base import Base, Optim
        @dataclass
        class Config(Base):
            optim: Optim
            amp_level: int = 1
        tyro.cli(Config)
        """,
        base_py="""
        from dataclasses import dataclass
        @dataclass
        class Optim:
            weight_decay: float = 0.1
            nesterov: bool = True
        @dataclass
        class Base:
            seed: int = 3
        """,
    )
    assert short(script) == {
        "seed": ("--seed {}", "int", 3),
        "optim.weight_decay": ("--optim.weight-decay {}", "float", 0.1),
        "optim.nesterov": ("--optim.nesterov/--optim.no-nesterov", "bool", True),
        "amp_level": ("--amp-level {}", "int", 1),
    }


def test_lightning_cli(tmp_path: Path) -> None:
    """The arguments of the model and the data module are read, also from files next to the script."""
    script = read(
        tmp_path,
        """
        from lightning.pytorch.cli import LightningCLI
        from net import Net
        class Data:
            def __init__(self, batch_size: int = 32): ...
        LightningCLI(Net, Data)
        """,
        net_py="class Net:\n    def __init__(self, lr: float = 1e-3, act: str = 'relu'): ...\n",
    )
    found = short(script)
    assert found["model.lr"] == ("--model.lr={}", "float", 1e-3)
    assert found["data.batch_size"] == ("--data.batch_size={}", "int", 32)
    assert "trainer.max_epochs" in found
    assert script.words == ("fit",)


@pytest.mark.parametrize(
    ("code", "style"),
    [("import fire\nfire.Fire(main)", "fire"), ("from jsonargparse import CLI\nCLI(main)", "jsonargparse")],
)
def test_signatures(tmp_path: Path, code: str, style: str) -> None:
    """A function's parameters are read, with or without annotations."""
    script = read(tmp_path, f"def main(lr=0.1, *, size: int = 3): ...\n{code}")
    assert script.style == style
    assert short(script) == {"lr": ("--lr={}", "float", 0.1), "size": ("--size={}", "int", 3)}


def test_constants_and_the_environment(tmp_path: Path) -> None:
    """If a script has no other inputs, environment variables or constants are used."""
    script = read(tmp_path, "import os\nLR = float(os.environ.get('LR', '0.1'))\nN = int(os.getenv('N', 3))")
    assert [(o.name, o.variable, o.default) for o in script.options] == [("LR", "LR", 0.1), ("N", "N", 3)]
    script = read(
        tmp_path, "A, B = 1, 2.5\nc = 'x'\n_d = 3\nif __name__ == '__main__':\n    lr = 1e-3\n    f(lr)"
    )
    assert [(o.name, o.flag, o.default) for o in script.options] == [
        ("A", "", 1), ("B", "", 2.5), ("c", "", "x"), ("lr", "", 1e-3),
    ]  # fmt: skip


def test_a_function_is_read_by_its_signature(tmp_path: Path) -> None:
    """Its trial is not a parameter; the metrics it reports are found."""
    path = tmp_path / "f.py"
    path.write_text("def train(lr: float, width: int = 64, *, trial=None):\n    yield {'val_loss': lr}\n")
    script = read_function(path, "train")
    assert short(script) == {"lr": ("", "float", UNKNOWN), "width": ("", "int", 64)}
    assert [metric.name for metric in script.metrics] == ["val_loss"]
    with pytest.raises(UnreadableScript, match="has no function fit"):
        read_function(path, "fit")


def test_what_is_not_python_is_an_error(tmp_path: Path) -> None:
    """The error names the line."""
    path = tmp_path / "train.py"
    path.write_text("x = 1\ndef f(:\n")
    with pytest.raises(UnreadableScript, match=r"train\.py:2 is not Python"):
        read_script(path)
    with pytest.raises(UnreadableScript, match="No such file"):
        read_script(tmp_path / "none.py")


def test_a_script_is_never_executed(tmp_path: Path) -> None:
    """Reading a script imports nothing and writes nothing."""
    mark = tmp_path / "mark"
    before = set(sys.modules)
    script = read(tmp_path, f"open({str(mark)!r}, 'w')\nimport antigravity\nLR = 0.1\n")
    constant = Option("LR", "", "float", 0.1, line=3, spelling=("True", "False"), file="train.py")
    assert script.options == (constant,)
    assert not mark.exists()
    assert "antigravity" not in set(sys.modules) - before


FIRE = """
import fire
class Trainer:
    def __init__(self, lr=0.1): ...
    def train(self, n=3): ...
fire.Fire(Trainer)
"""
DOCOPT = """'Usage: t [options]\\n\\nOptions:\\n  --lr=<x>  Rate [default: 0.1].'
from docopt import docopt
docopt(__doc__)
"""


@pytest.mark.parametrize(
    ("code", "words", "flags"),
    [
        ("import fire\ndef test(x): ...\ndef train(lr=0.1): ...\nfire.Fire()", ("train",), {"lr": "--lr={}"}),
        ("import fire\ndef f(lr=0.1): ...\nfire.Fire({'fit': f})", ("fit",), {"lr": "--lr={}"}),
        (FIRE, ("train",), {"lr": "--lr={}", "n": "--n={}"}),
        (DOCOPT, (), {"lr": "--lr={}"}),
        (
            "from sacred import Experiment\nex = Experiment()\n@ex.config\ndef cfg():\n    lr = 0.1\n",
            ("with",),
            {"lr": "lr={}", "seed": "seed={}"},
        ),
        ("add = argparse.ArgumentParser().add_argument\nadd('--lr', default=0.1)", (), {"lr": "--lr {}"}),
    ],
    ids=["fire", "fire of a dictionary", "fire of a class", "docopt", "sacred", "argparse with an alias"],
)
def test_other_ways_to_declare_options(
    tmp_path: Path, code: str, words: tuple[str, ...], flags: dict[str, str]
) -> None:
    """They come with the word that the program needs for them."""
    script = read(tmp_path, code)
    assert (script.words, {option.name: option.flag for option in script.options}) == (words, flags)
    assert script.options[0].default == 0.1
