import os
from pathlib import Path

import pytest

from hpsearch.config import load
from hpsearch.document.source import LARGEST_FILE
from hpsearch.errors import ConfigError

GOOD = (Path(__file__).parent.parent / "config" / "good.yaml").read_text(encoding="utf-8")


def refusal(path: Path) -> str:
    """The message about a path that is not a config."""
    with pytest.raises(ConfigError) as error:
        load(path)
    return str(error.value)


def test_missing_file_suggests_near_names(tmp_path: Path) -> None:
    """The message about a misspelt file name suggests similar names."""
    (tmp_path / "digits.yaml").write_text(GOOD)
    path = tmp_path / "digit.yaml"
    assert refusal(path) == f"{path}: there is no such file. Did you mean {tmp_path / 'digits.yaml'}?"


def test_missing_file_points_to_init(tmp_path: Path) -> None:
    """If no name is similar, the message names the command that creates a config."""
    path = tmp_path / "nowhere" / "config.yaml"
    assert refusal(path) == f"{path}: there is no such file. `hpsearch init` creates one"


def test_directory_suggests_the_config_in_it(tmp_path: Path) -> None:
    """The message about a directory suggests the config in it."""
    (tmp_path / "config.yaml").write_text(GOOD)
    hint = f"Did you mean {tmp_path / 'config.yaml'}?"
    assert refusal(tmp_path) == f"{tmp_path}: a config must be a file, not a directory. {hint}"


def test_file_below_a_file_cannot_be_read(tmp_path: Path) -> None:
    """The message contains the operating system's reason."""
    (tmp_path / "config.yaml").write_text(GOOD)
    path = tmp_path / "config.yaml" / "config.yaml"
    assert refusal(path) == f"{path}: the file cannot be read: Not a directory"


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_unreadable_file(tmp_path: Path) -> None:
    """A file without read permission is refused."""
    path = tmp_path / "config.yaml"
    path.write_text(GOOD)
    path.chmod(0)
    assert refusal(path) == f"{path}: the file cannot be read: Permission denied"


def test_name_with_nul() -> None:
    """A path with a NUL character is refused, and shown without it."""
    assert refusal(Path("a\0b")) == "a\\x00b: the file cannot be read: embedded null byte"


def test_large_file(tmp_path: Path) -> None:
    """A file of more than a million bytes is not read."""
    path = tmp_path / "config.yaml"
    path.write_text(GOOD + "#" * LARGEST_FILE)
    assert refusal(path) == f"{path}: a config must have at most 1,000,000 bytes. Put data in a separate file"


@pytest.mark.parametrize(
    "text",
    [
        "x" * 900_000,
        "name: " + "x" * 900_000,
        "seed: " + "9" * 900_000,
        "k" * 900_000 + ": 1",
        "a: [" + "1," * 400_000 + "]",
        "\n".join(f"key{index}: 1" for index in range(9_000)),
        "\n".join(f"key{index}: 010" for index in range(9_000)),
        "objective: {network: {data: " + "d" * 900_000 + "}}",
        "- " * 400_000,
        "? " * 400_000,
        "a: " + "{a: " * 200_000,
        "a: " + "&x " * 300_000,
        "*a : " * 200_000,
        "\n" * 900_000,
        "seed: 1" + ",111" * 200_000,
        "space:\n" + "".join(f"  p{index}: {{values: [1], when: {{q: 1}}}}\n" for index in range(499)),
    ],
    ids=lambda text: f"{text[:12]}…",
)
def test_large_texts_get_short_messages(tmp_path: Path, text: str) -> None:
    """However large a wrong text is, its message fits a screen or two."""
    path = tmp_path / "config.yaml"
    path.write_text(text)
    assert len(refusal(path)) < 20_000


def test_windows_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    """A file with Windows line ends and a byte order mark is read like any other, and not changed."""
    path = tmp_path / "digits.yaml"
    text = "\ufeff" + GOOD.replace("\n", "\r\n")
    path.write_bytes(text.encode())
    config = load(path)
    assert config == load(Path(__file__).parent.parent / "config" / "good.yaml")
    assert config.source.encode() == path.read_bytes()
