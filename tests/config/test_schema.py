from pathlib import Path

import pytest

from hpsearch.config import load
from hpsearch.config.setting_types import either
from hpsearch.errors import ConfigError
from hpsearch.searchers import METHODS
from hpsearch.space import PRIORS

CONFIG = Path(__file__).parent / "good.yaml"


def refusal(argument: str) -> str:
    """The message about an argument, without the argument itself."""
    with pytest.raises(ConfigError) as error:
        load(CONFIG, [argument])
    return str(error.value).removeprefix(f"argument {argument}: ")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("loguniform", "Write log"),
        ("revrese_log", "Did you mean reverse_log?"),
        ("x", "Correct it or leave it out"),
    ],
)
def test_unknown_prior(name: str, hint: str) -> None:
    """The message about an unknown prior lists all priors and suggests one."""
    message = refusal(f"space.learning_rate.prior={name}")
    rule = f"must be {either(list(PRIORS))}"
    assert message == f"space.learning_rate.prior: {rule}; found {name}. {hint}"


@pytest.mark.parametrize(("name", "hint"), [("grid", "Write random"), ("x", "The default is coarse_to_fine")])
def test_unknown_method(name: str, hint: str) -> None:
    """The message about an unknown method lists all methods and suggests one."""
    message = refusal(f"search.method={name}")
    assert message == f"search.method: must be {either(list(METHODS))}; found {name}. {hint}"
