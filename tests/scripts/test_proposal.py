"""Tests of the config that is proposed for a script."""

from pathlib import Path

import pytest
import yaml

from hpsearch.scripts import Draft, Option, Script, propose_config, read_script

PROGRAMS = Path(__file__).parent / "programs"

EXPECTED = """\
# Made by hpsearch init from train.py. Ranges are guesses around its defaults.
name: train
seed: 7

metric: {name: val_loss, goal: minimize}                      # from line 26; also: train_loss

objective:
  command:
    run: 'python train.py --epochs {epochs} --seed {seed} --out-dir {trial_dir} {args}'
    epochs: 3                                                 # the script's default

space:
  learning_rate: {prior: log, min: 0.0001, max: 1.0, flag: '--learning-rate {}'}  \
# default 0.01, line 10: a learning rate: two decades each way
  hidden_size:   {type: int, prior: log, min: 16, max: 256, flag: '--hidden-size {}'}  \
# default 64, line 13: a size: a quarter to four times its default
  weight_decay:  {prior: log, min: 1e-06, max: 0.01, flag: '--weight-decay {}'}  \
# default 0.0001, line 14: a regularisation: two decades each way
  optimizer:     {values: [sgd, adam]}                        \
# default sgd, line 15: a choice of the model or of its training
  nesterov:      {values: [true, false], flag: '--nesterov'}  # default false, line 16: a switch of the model
  bias:          {values: [true, false], flag: /--no-bias}    # default true, line 17: a switch of the model

# Not searched. To search one, give it a line in space:
#   log_interval: default 10, line 21: how often, not what

search:
  trials: 32
  enqueue:
    - {learning_rate: 0.01, hidden_size: 64, weight_decay: 0.0001, optimizer: sgd, nesterov: false, \
bias: true}\
    # the script's own defaults are tried first
"""


def draft(script: Script) -> Draft:
    """The proposed config."""
    return propose_config(script, ["python", "train.py"], made_from="train.py", name="train")


def test_everything_that_is_guessed_is_said() -> None:
    """The config says where each line comes from, and what is not searched."""
    found = draft(read_script(PROGRAMS / "argparse_dashes" / "train.py"))
    assert found.text == EXPECTED
    assert found.edits == ()


@pytest.mark.parametrize("path", sorted(PROGRAMS.glob("*/train.py")), ids=lambda path: path.parent.name)
def test_proposals_are_yaml_with_the_defaults_first(path: Path) -> None:
    """The defaults are a configuration in the space."""
    found = draft(read_script(path))
    data = yaml.safe_load(found.text)
    assert set(data["space"]) == set(found.searched) == set(data["search"]["enqueue"][0])


def test_what_the_user_has_to_write_is_marked() -> None:
    """This includes required arguments, a metric, and a space if none was found."""
    options = (Option("data", "{}", "text", required=True), Option("file", "--file {}", "text", None))
    found = draft(Script("argparse", options))
    assert found.edits == (
        "write the value of data in place of EDIT_ME",
        "name the parameters to search in space; no option looks like a hyperparameter",
        "name the metric; the script prints nothing that looks like one",
    )
    assert found.text.count("EDIT_ME") == 3


def test_hostile_texts_stay_texts() -> None:
    """A script's help and choices cannot inject YAML."""
    nasty = "a: [b\n# 'c'\": \u2028x"
    options = (
        Option("optimizer", "--optimizer {}", "text", "no", ("no", "1e-3", nasty, "null", "'x'"), help=nasty),
        Option("other", "--other {}", "text", nasty, help=nasty),
    )
    data = yaml.safe_load(draft(Script("argparse", options)).text)
    assert data["space"]["optimizer"]["values"] == ["no", "1e-3", nasty, "null", "'x'"]
    assert set(data) == {"name", "seed", "metric", "objective", "space", "search"}
