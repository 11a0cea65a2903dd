"""Tests of finding options in the output of --help."""

import pytest

from hpsearch.scripts import UNKNOWN, read_help
from hpsearch.scripts.help_text import stated_default

ARGPARSE = """usage: t.py [-h] [--lr LR] [--opt {sgd,adam}] data

positional arguments:
  data

options:
  -h, --help            show this help message and exit
  --lr LR               learning rate (default: 0.1)
  -b N, --batch-size N  rows of a
                        batch (default: 64)
  --opt {sgd,adam}      which (default: sgd)
  --amp                 be fast
  --ema, --no-ema       average
"""
CLICK = """Usage: t.py [OPTIONS]

Options:
  --lr FLOAT             Learning rate.  [default: 0.1]
  --opt [sgd|adam]       Which.
  --amp / --no-amp       Fast.
  --help                 Show this message and exit.
"""
LIBSVM = """Usage: svm-train [options] training_set_file [model_file]
options:
-c cost : set the parameter C of C-SVC (default 1)
-g gamma : set gamma in kernel function (default 1/num_features)
-v n: n-fold cross validation mode
-q : quiet mode (no outputs)
"""
GO = """Usage of train:
  -lr float
    \tlearning rate (default 0.1)
  -name string
    \tits name (default "run")
  -fast
    \tbe fast
"""
CLAP = """Options:
  -l, --lr <LR>        Learning rate [default: 0.1]
      --opt <OPT>      Which [default: sgd] [possible values: sgd, adam]
      --fast           Be fast
  -V, --version        Print version
"""
BOOST = """Allowed options:
  --help                      produce help
  -l [ --learning_rate ] arg (=0.5) Set learning rate
  --passes arg                Number of passes
"""
FASTTEXT = """The following arguments are optional:
  -lr                 learning rate [0.1]
  -dim                size of word vectors [100]
  -loss               loss function {ns, softmax} [softmax]
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            ARGPARSE,
            [
                ("lr", "--lr {}", "float", 0.1, ()),
                ("batch_size", "--batch-size {}", "int", 64, ()),
                ("opt", "--opt {}", "text", "sgd", ("sgd", "adam")),
                ("amp", "--amp", "bool", False, ()),
                ("ema", "--ema/--no-ema", "bool", False, ()),
                ("data", "{}", "text", UNKNOWN, ()),
            ],
        ),
        (
            CLICK,
            [
                ("lr", "--lr {}", "float", 0.1, ()),
                ("opt", "--opt {}", "text", UNKNOWN, ("sgd", "adam")),
                ("amp", "--amp/--no-amp", "bool", False, ()),
            ],
        ),
        (
            LIBSVM,
            [
                ("cost", "-c {}", "int", 1, ()),
                ("gamma", "-g {}", "text", "1/num_features", ()),
                ("v", "-v {}", "unknown", UNKNOWN, ()),
                ("q", "-q", "bool", False, ()),
                ("training_set_file", "{}", "text", UNKNOWN, ()),
            ],
        ),
        (
            GO,
            [
                ("lr", "-lr {}", "float", 0.1, ()),
                ("name", "-name {}", "text", "run", ()),
                ("fast", "-fast", "bool", False, ()),
            ],
        ),
        (
            CLAP,
            [
                ("lr", "--lr {}", "float", 0.1, ()),
                ("opt", "--opt {}", "text", "sgd", ("sgd", "adam")),
                ("fast", "--fast", "bool", False, ()),
            ],
        ),
        (
            BOOST,
            [
                ("learning_rate", "--learning_rate {}", "float", 0.5, ()),
                ("passes", "--passes {}", "unknown", UNKNOWN, ()),
            ],
        ),
        (
            FASTTEXT,
            [
                ("lr", "-lr {}", "float", 0.1, ()),
                ("dim", "-dim {}", "int", 100, ()),
                ("loss", "-loss {}", "text", "softmax", ("ns", "softmax")),
            ],
        ),
    ],
    ids=["argparse", "click", "libsvm", "go", "clap", "boost", "fasttext"],
)
def test_options_are_found_in_help_of_any_style(text: str, expected: list[tuple[object, ...]]) -> None:
    """They have flags, kinds, defaults and choices."""
    found = [(o.name, o.flag, o.kind, o.default, o.choices) for o in read_help(text).options]
    assert found == expected


@pytest.mark.parametrize(
    ("usage", "needed"),
    [
        (
            "usage: t.py [-h] [--lr LR] --data DATA\n            [--opt {a,b}] file [more ...]\n",
            ["data", "file"],
        ),
        ("Usage: t.py [OPTIONS] FILE [OUT]\n", ["file"]),
        ("Usage: tool [options] <file>...\n", ["file"]),
        ("Usage of train:\n", []),
        ("usage: tool options\n", []),
    ],
)
def test_what_the_usage_demands_has_to_be_given(usage: str, needed: list[str]) -> None:
    """These are arguments and options without brackets."""
    text = f"{usage}\n  --lr LR      rate (default: 0.1)\n  --data DATA  a file\n"
    assert [option.name for option in read_help(text).options if option.required] == needed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Momentum. Default is 0.9.", 0.9),
        ("Defaults to 0.9.", 0.9),
        ("(default: 0.9)", 0.9),
        ("[default=0.9]", 0.9),
        ("default value: `0.9`", 0.9),
        ("0.9 by default", 0.9),
        ("default: sgd.", "sgd"),
        ("by default it is off", UNKNOWN),
    ],
)
def test_defaults_in_sentences(text: str, expected: object) -> None:
    """Defaults are found in any wording."""
    assert stated_default(text) == expected
