from pathlib import Path

import pytest

from hpsearch.config import Config, load
from hpsearch.errors import ConfigError
from hpsearch.space import Categorical, Number

GOOD = Path(__file__).parents[1] / "config" / "good.yaml"


def refusal(*arguments: str) -> str:
    """The message about wrong arguments."""
    with pytest.raises(ConfigError) as error:
        load(GOOD, arguments)
    return str(error.value)


def test_argument_replaces_a_value() -> None:
    """``KEY=VALUE`` replaces one setting and nothing else."""
    config, changed = load(GOOD), load(GOOD, ["search.trials=32"])
    assert [(each.key, each.ours, each.theirs) for each in config.differences(changed)] == [
        ("search.trials", 64, 32)
    ]


def test_later_argument_wins() -> None:
    """The last of several arguments for one setting takes effect."""
    assert load(GOOD, ["seed=1", "seed=2"]).seed == 2


def test_argument_adds_a_section() -> None:
    """An argument can add a section that the file does not have."""
    config = load(GOOD, ["space.weight_decay.min=1e-6", "space.weight_decay.max=0.1"])
    assert config.space.parameters[-1] == Number("weight_decay", 1e-6, 0.1)


def test_argument_takes_yaml() -> None:
    """The value of an argument is YAML, so whole sections can be replaced."""
    config = load(GOOD, ["space.batch_size={values: [8, 16]}", "search.early_stopping=false"])
    assert Categorical("batch_size", (8, 16)) in config.space.parameters
    assert config.search.early_stopping is None


def test_argument_makes_a_constant() -> None:
    """A plain value makes a parameter a constant, and conditions on it are resolved."""
    config = load(GOOD, ["space.optimizer=momentum"])
    assert config.space.constants == {"optimizer": "momentum"}
    assert "beta2" not in config.space.names
    assert config.notes == ('space.beta2: is left out because it is never active: optimizer is "momentum"',)


def test_arguments_are_kept() -> None:
    """The config keeps its arguments and the text of the file unchanged."""
    config = load(GOOD, ["seed=1"])
    assert config.overrides == ("seed=1",)
    assert config.source == GOOD.read_text()


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("search.trials=abc", "search.trials: must be a whole number; found abc. The default is 64"),
        ("search.trails=3", "search.trails: is not a key of search. Did you mean trials?"),
        ("trials", "a setting is changed with KEY=VALUE. For example: search.trials=32"),
        ("=3", "a setting is changed with KEY=VALUE. For example: search.trials=32"),
        ("seed=", "a value is needed after the equals sign. Write seed=VALUE"),
        ("seed='1", "quoted text must end with the quote it starts with. Close the quote opened here"),
        (
            "search={trials: 1_000}",
            (
                "search.trials: numbers must not contain underscores; found 1_000. "
                'Write 1000 for the number, or "1_000" for text'
            ),
        ),
        (
            "name=no",
            (
                "name: YAML versions disagree on whether this is text or true/false; found no. "
                'Write false for the boolean, or "no" for text'
            ),
        ),
        ("run.timeout.x=3", "run.timeout is a value and has no keys. Write run.timeout={x: …}"),
    ],
)
def test_wrong_argument(argument: str, message: str) -> None:
    """The message about a wrong argument names the argument instead of a line."""
    assert refusal(argument) == f"argument {argument}: {message}"


@pytest.mark.parametrize(("character", "code"), [("\x1b", "U+001B"), ("\udcff", "U+DCFF")])
def test_control_character_in_an_argument(character: str, code: str) -> None:
    """Control characters in an argument are shown as escapes."""
    message = refusal(f"name={character}")
    assert f"found {code}" in message
    assert message.isprintable()


def test_wrong_file_and_wrong_argument_are_reported_together(tmp_path: Path) -> None:
    """Mistakes in the arguments are reported even if the file has a syntax error."""
    path = tmp_path / "config.yaml"
    path.write_text("a: 'b")
    with pytest.raises(ConfigError) as error:
        load(path, ["seed=010"])
    assert len(error.value.problems) == 2


def test_value_of_an_argument_has_its_position() -> None:
    """A problem with the value of an argument names the argument."""
    assert refusal("run.workers=20").startswith("argument run.workers=20: run.workers: must be at most")


def test_config_is_read_from_what_it_resolved_to() -> None:
    """The resolved config includes the arguments."""
    config = load(GOOD, ["space.optimizer=adam", "run.timeout=1h30m", "space.momentum=0.9"])
    assert Config.from_resolved(config.resolved()) == config


def test_a_name_may_have_dots(tmp_path: Path) -> None:
    """An argument finds a parameter with dots in its name."""
    path = tmp_path / "config.yaml"
    path.write_text(
        "objective: {command: 'true {args}'}\nspace: {optim.lr: {min: 0, max: 1}, b: {values: [1, 2]}}\n"
    )
    (parameter,) = load(path, ["space.optim.lr.max=0.5", "space.b=1"]).space.parameters
    assert parameter == Number("optim.lr", 0, 0.5)
    assert load(path, ["space.optim.lr=0.25"]).space.constants == {"optim.lr": 0.25}
