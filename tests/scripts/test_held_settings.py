"""Tests of scripts that take no options: their settings are in files, constants or environment variables."""

from pathlib import Path

import pytest

from hpsearch.scripts import Draft, propose_config, read_function
from tests.scripts.test_reading import read


def draft(directory: Path, code: str, **others: str) -> Draft:
    """The config that is proposed for a script."""
    script = read(directory, code, **others)
    return propose_config(script, ["python", "train.py"], made_from="train.py", name="train")


YAML = "model: {width: 64, name: mlp}\ntrain:\n  lr: 1e-3\n  epochs: 3\n"


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        (
            """
            parser.add_argument("--config", default="conf/base.yaml")
            parser.add_argument("--debug", action="store_true")
            """,
            ["run: 'python train.py --config {trial_dir}/base.yaml'", "files: {base.yaml: conf/base.yaml}"],
        ),
        (
            "import sys\npath = sys.argv[1] if len(sys.argv) > 1 else 'conf/base.yaml'",
            ["run: 'python train.py {trial_dir}/base.yaml'", "files: {base.yaml: conf/base.yaml}"],
        ),
        (
            "with open('conf/base.yaml') as file: cfg = load(file)",
            ["run: python train.py", "files: {conf/base.yaml: conf/base.yaml}", "in_trial_directory: true"],
        ),
    ],
    ids=["option", "argument", "fixed"],
)
def test_a_file_of_settings_is_written_for_each_trial(tmp_path: Path, code: str, lines: list[str]) -> None:
    """Its keys are searched; its path is passed, or it is in the script's working directory."""
    found = draft(tmp_path, code, conf__base_yaml=YAML)
    assert found.searched == ("model.width", "train.lr")
    for line in [*lines, "epochs: 3"]:
        assert f"    {line}" in found.text
    assert found.text.count("in_trial_directory") == (len(lines) == 3)


def test_a_file_that_only_looks_like_settings_is_left_alone(tmp_path: Path) -> None:
    """One is written by the script; another is next to the script, from where no copy would be read."""
    assert draft(tmp_path, "open('conf/out.json', 'w')\nLR = 0.1", conf__out_json="{'lr': 1}").searched == (
        "LR",
    )
    code = "cfg = load(Path(__file__).parent / 'conf/base.yaml')"
    assert draft(tmp_path, code, conf__base_yaml=YAML).searched == ()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("os.environ.get('LR', '0.1')", 0.1),
        ("os.getenv('LR', default=0.1)", 0.1),
        ("float(os.environ.get('LR') or 0.1)", 0.1),
        ("float(os.environ['LR'])", "unknown"),
        ("os.environ.get('LR')", None),
    ],
)
def test_variables_of_the_environment(tmp_path: Path, code: str, expected: object) -> None:
    """They have their defaults; the length of training and the seed are passed, too."""
    text = f"import os\nlr = {code}\nn = os.getenv('EPOCHS', 4)\ns = os.getenv('SEED', 0)\nX = 3"
    option = read(tmp_path, text).options[0]
    assert (option.name, option.variable) == ("LR", "LR")
    assert option.default == expected or repr(option.default) == expected
    found = draft(tmp_path, text).text
    assert "env: {LR: '{LR}', EPOCHS: '{epochs}', SEED: '{seed}'}\n" in found
    assert "run: python train.py\n" in found


def test_defaults_from_the_environment_are_defaults(tmp_path: Path) -> None:
    """The same is true of numbers that only the help mentions."""
    script = read(
        tmp_path,
        """
        import argparse, os
        p = argparse.ArgumentParser()
        p.add_argument("--lr", type=float, default=os.environ.get("LR", "0.1"))
        p.add_argument("--momentum", type=float, help="Of SGD. Default is 0.9.")
        p.add_argument("--name", help="Defaults to 3.")
        """,
    )
    assert [option.default for option in script.options] == [0.1, 0.9, None]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(lr=0.1, epochs=5):\n    yield {'val_loss': lr}", ["function: 'm:f'", "epochs: 5 "]),
        ("def f(lr=0.1, max_epochs=5):\n    yield {'val_loss': lr}", ["function: {name: 'm:f', epochs: 5}"]),
        ("def f(lr=0.1, n_epochs=5):\n    return lr", ["function: 'm:f'\n"]),
        (
            "def f(data, lr=0.1):\n    return 1 - acc",
            ["data: EDIT_ME ", "metric: {name: loss, goal: minimize}"],
        ),
        ("def f(lr=0.1):\n    return clf.score(x)", ["metric: {name: score, goal: maximize}"]),
    ],
)
def test_functions(tmp_path: Path, code: str, expected: list[str]) -> None:
    """Tests how long they train, what they need, and the name of the number that they return."""
    (tmp_path / "m.py").write_text(code)
    script = read_function(tmp_path / "m.py", "f")
    text = propose_config(script, ["m:f"], made_from="m.py:f", name="m").text
    for line in expected:
        assert f"\n  {line}" in text or f"\n{line}" in text, text


def test_what_follows_from_another_setting_is_not_searched(tmp_path: Path) -> None:
    """Otherwise one of the two would have no effect."""
    code = "lr = 0.1\nmin_width = 8\nwidth = 4 * min_width\nopt = Adam(learning_rate=lr)\nc = {'lr': lr}"
    assert draft(tmp_path, code).searched == ("lr", "min_width")


def test_metrics_of_imported_files_are_found(tmp_path: Path) -> None:
    """They are used if the script itself reports none; import cycles end."""
    code = "from pkg.net import Net\nLR = 0.1"
    text = draft(tmp_path, code, pkg__net_py="import train\nself.log('val_loss', 1)\n").text
    assert "metric: {name: val_loss, goal: minimize} " in text
    assert "# from line 2 of pkg/net.py" in text


def test_a_script_for_optuna_is_told_apart(tmp_path: Path) -> None:
    """The script has no options, and states where its values come from."""
    code = "def objective(trial):\n    return trial.suggest_float('lr', 1e-5, 1e-1)\n"
    assert any("written for Optuna" in note for note in draft(tmp_path, code).notes)
