from pathlib import Path

import pytest

from hpsearch.config import Config, load
from hpsearch.errors import ConfigError
from hpsearch.space import Categorical, Number

GOOD = Path(__file__).parent / "good.yaml"


def refusal(*arguments: str) -> str:
    """The message about arguments that are wrong."""
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
    """Of two arguments for one setting, the later one holds."""
    assert load(GOOD, ["seed=1", "seed=2"]).seed == 2


def test_argument_adds_a_section() -> None:
    """A section that the file does not have can be begun by an argument."""
    config = load(GOOD, ["space.weight_decay.min=1e-6", "space.weight_decay.max=0.1"])
    assert config.space.parameters[-1] == Number("weight_decay", 1e-6, 0.1)


def test_argument_takes_yaml() -> None:
    """The value of an argument is YAML, so whole sections can be replaced."""
    config = load(GOOD, ["space.batch_size={values: [8, 16]}", "search.early_stopping=false"])
    assert Categorical("batch_size", (8, 16)) in config.space.parameters
    assert config.search.early_stopping is None


def test_argument_makes_a_constant() -> None:
    """A parameter is fixed by a plain value; conditions on it are decided."""
    config = load(GOOD, ["space.optimizer=momentum"])
    assert config.space.constants == {"optimizer": "momentum"}
    assert "beta2" not in config.space.names
    assert config.notes == ('space.beta2: is never active, because optimizer is "momentum"; left out',)


def test_arguments_are_kept() -> None:
    """The config remembers its arguments as they were given, and the file as it was."""
    config = load(GOOD, ["seed=1"])
    assert config.overrides == ("seed=1",)
    assert config.source == GOOD.read_text()


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("search.trials=abc", "search.trials: must be a whole number; found abc. The default is 64"),
        ("search.trails=3", "search.trails: is not a key of search. Did you mean trials?"),
        ("trials", "an argument that changes a setting is KEY=VALUE. Write search.trials=32 or the like"),
        ("=3", "an argument that changes a setting is KEY=VALUE. Write search.trials=32 or the like"),
        ("seed=", "a value is needed after the equals sign. Write seed=VALUE"),
        ("seed='1", "text in quotes ends with the same quote. Close the quote opened here"),
        (
            "search={trials: 1_000}",
            (
                "search.trials: a number has no underscores; found 1_000. "
                'Write 1000 for the number, or "1_000" for the text'
            ),
        ),
        (
            "name=no",
            (
                "name: YAML versions disagree whether this is text or true/false; found no. "
                'Write false for the truth value, or "no" for the text'
            ),
        ),
        ("run.timeout.x=3", "run.timeout is a value, with no keys below it. Write run.timeout={x: …}"),
    ],
)
def test_wrong_argument(argument: str, message: str) -> None:
    """A wrong argument is named in the message, in place of a line of the file."""
    assert refusal(argument) == f"argument {argument}: {message}"


@pytest.mark.parametrize(("character", "code"), [("\x1b", "U+001B"), ("\udcff", "U+DCFF")])
def test_control_character_in_an_argument(character: str, code: str) -> None:
    """An argument that could do harm to the terminal is shown with escapes."""
    message = refusal(f"name={character}")
    assert f"found {code}" in message
    assert message.isprintable()


def test_wrong_file_and_wrong_argument_are_told_together(tmp_path: Path) -> None:
    """A file that cannot be read to its end hides no mistake in the arguments."""
    path = tmp_path / "config.yaml"
    path.write_text("a: 'b")
    with pytest.raises(ConfigError) as error:
        load(path, ["seed=010"])
    assert len(error.value.problems) == 2


def test_value_of_an_argument_has_the_place_of_its_argument() -> None:
    """A rule that an argument breaks together with the file names the argument."""
    assert refusal("run.workers=20").startswith("argument run.workers=20: run.workers: must be at most")


def test_config_is_read_from_what_it_resolved_to() -> None:
    """With arguments, too, the resolved config is the whole truth."""
    config = load(GOOD, ["space.optimizer=adam", "run.timeout=1h30m", "space.momentum=0.9"])
    assert Config.from_resolved(config.resolved()) == config
