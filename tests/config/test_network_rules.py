"""Values of the network's hyperparameters."""

from pathlib import Path

import pytest

from hpsearch.config import load
from hpsearch.errors import ConfigError
from hpsearch.network.hyperparameters import HYPERPARAMETERS


@pytest.mark.parametrize(
    ("name", "value", "meant"), [("optimizer", "Momentum", "momentum"), ("activation", "tahn", "tanh")]
)
def test_a_misspelt_choice_is_explained(tmp_path: Path, name: str, value: str, meant: str) -> None:
    """The message lists the choices, and says which of them was probably meant."""
    text = f"objective: {{network: {{data: blobs}}}}\nspace: {{{name}: {{values: [{meant}, {value}]}}}}\n"
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "config.yaml")
    rule = HYPERPARAMETERS[name].rule()
    assert f"must be {rule}; found {value}. Write {meant}" in str(caught.value)
