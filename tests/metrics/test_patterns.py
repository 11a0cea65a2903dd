"""Tests of users' patterns."""

import math

import pytest

from hpsearch.metrics.patterns import BadPattern, MisreadNumber, Pattern, pattern_for


@pytest.mark.parametrize(
    ("pattern", "line", "value"),
    [
        ("val_loss={}", "step 3 val_loss=0.5, acc=1", 0.5),
        ("val_loss={}", "val_loss =  0.5", 0.5),
        ("val loss: {}", "val   loss:0.5", 0.5),
        ("val_loss={}", "best_val_loss=0.5", None),
        ("loss={}", "val/loss=0.5", None),
        ("loss={}", "loss=nan", math.nan),
        ("loss={}", "loss=1,980.02", 1980.02),
        ("elbo {}", "elbo -3.2", -3.2),
        ("Accuracy: {}/10000", "Accuracy: 9830/10000 (98%)", 9830.0),
        ("({}%)", "Accuracy: 9830/10000 (98%)", 98.0),
        ("({}%)", "Accuracy: 9830/10000 (98.5 %)", 98.5),
        ("time {}ms", "time 12.5ms", 12.5),
        ('"loss": {}', '{"loss":0.5}', 0.5),
        ("Epoch {*} val {}", "Epoch 3 of 10, val 0.5", 0.5),
        ("{}", "0.5", 0.5),
        ("{} bits", "12.5 bits", 12.5),
        (r"loss=(\S+)", "loss=nan", math.nan),
        (r"val=([0-9.eE+-]+)", "val=nan", math.nan),
        (r"val=(?P<v>[0-9.]+) ", "val=-inf ", -math.inf),
        (r"acc ([\d.]+)%?", "acc 19.8%", 19.8),
        (r"^\d+,([\d.]+)", "12,0.53", 0.53),
        (r"epoch-(\d+)", "epoch-12", 12.0),
        (r"(?:[(]x[)] )(\d+)ms", "(x) 12ms", 12.0),
        (r"loss=(\d)", "nothing", None),
    ],
)
def test_a_number_is_found(pattern: str, line: str, value: float | None) -> None:
    """The number is complete, with its sign, exponent and thousands."""
    assert repr(Pattern(pattern).find(line)) == repr(value)


@pytest.mark.parametrize(
    ("pattern", "line", "rule"),
    [
        (r"loss=([\d.]+)", "loss=1.1e-06", "it captures '1.1' of '1.1e-06'"),
        ("([0-9.]+)", "1,980.02", "it captures '1' of '1,980.02'"),
        (r"elbo:.*?([0-9.]+)", "elbo: -3.2", "it captures '3.2' of '-3.2'"),
        (r"loss=([\d.]+)", "loss=-3.2", "it does not take the number -3.2"),
        (r"loss=(\d+)", "loss=0,5", "it captures '0' of '0,5'"),
        (r"loss=(\d+)", "loss=0x1F", "it captures '0' of '0x1F'"),
        (r"loss=([\d.]+)", "loss=1.2k", "it captures '1.2' of '1.2k'"),
        (r"(\d+)$", "1.1e-06", "it captures '06' of '1.1e-06'"),
        (r"loss=(\w+)", "loss=high", "it captures 'high', which is not a number"),
        ("acc: {}", "acc: 95/100", "it would cut 95/100"),
        ("loss={},", "loss=0,5, x", "it would cut 0,5,"),
        ("loss: {}", "train loss: 0.5, val loss: 0.6", "it matches twice, at 0.5 and 0.6"),
    ],
)
def test_a_number_is_never_cut(pattern: str, line: str, rule: str) -> None:
    """The error names the rule, the pattern and the line."""
    with pytest.raises(MisreadNumber) as raised:
        Pattern(pattern).find(line)
    assert str(raised.value).startswith(f"{rule}")
    assert (raised.value.pattern, raised.value.line) == (pattern, line)
    assert repr(pattern) in str(raised.value)


@pytest.mark.parametrize(
    ("pattern", "rule"),
    [
        ("val=(", "must be a regular expression"),
        ("val", "must have {} in place of the number"),
        ("{} and {}", "must have one {}, not 2"),
        ("loss -{}", "must not have a sign or digit just before {}"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(pattern: str, rule: str) -> None:
    """A pattern that cannot be used is refused before anything runs."""
    with pytest.raises(BadPattern, match=rule):
        Pattern(pattern).check()


@pytest.mark.parametrize(
    ("line", "metric", "pattern", "value"),
    [
        (" * Acc@1 71.234 Acc@5 90.1", "Acc@1", " * Acc@1 {}", 71.234),
        ("Test: [ 0/10]\tLoss 1.2 (1.3) Acc@1  60.00", "Acc@1", None, 60.0),
        ("epoch 3: val loss = 0.25", "val_loss", None, 0.25),
        ('{"epoch": 1, "val_loss": 0.5}', "val_loss", None, 0.5),
    ],
)
def test_a_pattern_can_be_made_of_a_line(line: str, metric: str, pattern: str | None, value: float) -> None:
    """It finds the metric in that line, whatever the numbers before it are."""
    made = pattern_for(line, metric)
    assert pattern in (None, made)
    assert Pattern(made).find(line) == value
