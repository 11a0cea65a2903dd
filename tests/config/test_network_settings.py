"""Values of the network's hyperparameters."""

from pathlib import Path

import pytest

from hpsearch.config import load
from hpsearch.errors import ConfigError
from hpsearch.network.hyperparameters import HYPERPARAMETERS


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [("optimizer", "Momentum", "Write momentum"), ("activation", "tahn", "Did you mean tanh?")],
)
def test_a_misspelt_choice_is_explained(tmp_path: Path, name: str, value: str, hint: str) -> None:
    """The message lists the choices, and says which of them was probably meant."""
    default = HYPERPARAMETERS[name].default
    text = f"objective: {{network: {{data: blobs}}}}\nspace: {{{name}: {{values: [{default}, {value}]}}}}\n"
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "config.yaml")
    rule = HYPERPARAMETERS[name].rule()
    assert f"must be {rule}; found {value}. {hint}" in str(caught.value)
