import pytest

from hpsearch.document import fixes


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1e-4", "1e-4"),
        ("10**-4", "1e-4"),
        ("3 * 10^-2", "3e-2"),
        ("1/1000", "0.001"),
        ("50%", "0.5"),
        ("2k", "2000"),
        ("1/0", ""),
        ("1.2.3/2", ""),
        ("small", ""),
    ],
)
def test_number(text: str, meant: str) -> None:
    """A number written as a calculation, a percentage or with a unit is understood; words are not."""
    assert fixes.number(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [("adam, sgd", "[adam, sgd]"), ("-32 -64", "[32, 64]"), ("adam", "[adam]"), ("1-10", ""), ("a b", "")],
)
def test_listed(text: str, meant: str) -> None:
    """A list without brackets or without spaces after its dashes is understood; a range is not."""
    assert fixes.listed(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [("trials = 20", "{trials: 20}"), ("lag == 2", ""), ("trials=\x1b[2J", r"{trials: \x1b[2J}"), ("20", "")],
)
def test_assigned(text: str, meant: str) -> None:
    """An assignment of a known key is understood, and safe to print."""
    assert fixes.assigned(text, ["trials"]) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [("min:1 max:2", "min: 1 max: 2"), ("http://host", ""), ("a: 1", ""), ("tcp:x", "tcp: x")],
)
def test_spaced(text: str, meant: str) -> None:
    """Keys without a space after their colons are understood; an address is not."""
    assert fixes.spaced(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("10 minutes", "10m"),
        ("1.5h", "1h30m"),
        ("90 min", "1h30m"),
        ("1d", "24h"),
        ("unlimited", "none"),
        ("-5m", ""),
        ("soon", ""),
        ("5 parsecs", ""),
    ],
)
def test_duration(text: str, meant: str) -> None:
    """A duration in other units and words is understood."""
    assert fixes.duration(text) == meant


@pytest.mark.parametrize(("text", "meant"), [("4 gigabytes", "4GB"), ("512m", "512MB"), ("lots", "")])
def test_memory(text: str, meant: str) -> None:
    """An amount of memory in other units is understood."""
    assert fixes.memory(text) == meant
