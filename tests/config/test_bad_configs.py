from pathlib import Path

import pytest
import yaml

from hpsearch.config import load
from hpsearch.document import parse
from hpsearch.errors import ConfigError

DIRECTORY = Path(__file__).parents[1] / "bad_configs"
CONFIGS = sorted(DIRECTORY.glob("*.yaml"))


def message(path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The message about a file, as seen from its directory."""
    monkeypatch.chdir(DIRECTORY)
    with pytest.raises(ConfigError) as error:
        load(Path(path.name))
    return f"{error.value}\n".replace(str(DIRECTORY), "{directory}")


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_message(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong config is refused with exactly the message in the file next to it."""
    assert message(path, monkeypatch) == path.with_suffix(".expected").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_message_without_libyaml(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML's own parser leads to the same messages as libyaml's."""
    monkeypatch.setattr(parse, "Loader", yaml.SafeLoader)
    assert message(path, monkeypatch) == path.with_suffix(".expected").read_text(encoding="utf-8")


def test_every_message_belongs_to_a_config() -> None:
    """Every message has its config."""
    expected = {path.stem for path in DIRECTORY.glob("*.expected")}
    assert expected == {path.stem for path in CONFIGS}
