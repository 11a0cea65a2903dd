"""Tests of Hydra's sweep grammar."""

import pytest

from hpsearch.exchange.hydra.override import BadOverride, Override, parse_override


@pytest.mark.parametrize(
    ("text", "override"),
    [
        ("3", Override("value", ("3",))),
        ("'0.1'", Override("value", ("'0.1'",))),
        ('"adam"', Override("value", ("adam",))),
        ("a,b", Override("choice", ("a", "b"))),
        (
            "choice(a, 'b c', [1,2], {x: 1, y: 2})",
            Override("choice", ("a", "'b c'", "[1,2]", "{x: 1, y: 2}")),
        ),
        ("[a,b],[c]", Override("choice", ("[a,b]", "[c]"))),
        ("range(1, 9, step=2)", Override("range", ("1", "9"), {"step": "2"})),
        ("interval(start=0, end=1)", Override("interval", (), {"start": "0", "end": "1"})),
        ("tag(log, interval(1e-5, 1))", Override("interval", ("1e-5", "1"), {}, frozenset({"log"}))),
        ("tag(a, log, sweep=interval(1, 2))", Override("interval", ("1", "2"), {}, frozenset({"a", "log"}))),
        ("tag(log, int(interval(1, 8)))", Override("interval", ("1", "8"), {}, frozenset({"log"}), "int")),
        ("shuffle(range(3))", Override("range", ("3",), shuffled=True)),
        ("sort(3, 1, 2)", Override("choice", ("3", "1", "2"))),
        ("shuffle(a, b)", Override("choice", ("a", "b"), shuffled=True)),
        ("glob(*)", Override("glob", ("*",))),
        ("f(x) + g(y)", Override("value", ("f(x) + g(y)",))),
        ("'a,b'", Override("value", ("'a,b'",))),
    ],
)
def test_overrides_are_understood(text: str, override: Override) -> None:
    """Sweeps, tags, casts, keywords, nested values and quotes are understood."""
    assert parse_override(text) == override


@pytest.mark.parametrize("text", ["choice(a, b", "'a, b", "uniform(0, 1)", "[1, 2", "tag()"])
def test_what_is_no_override_is_refused(text: str) -> None:
    """Open brackets, open quotes and unknown functions are refused."""
    with pytest.raises(BadOverride):
        parse_override(text)
