"""Tests of reading metrics with and without patterns."""

import contextlib
import math

import pytest

from hpsearch.metrics.metric_reader import LineReader, PatternReader
from hpsearch.metrics.numbers import UnclearNumber
from hpsearch.metrics.patterns import MisreadNumber
from tests.metrics.corpus import Case, corpus


def same(found: list[float], expected: list[float]) -> bool:
    """Whether the numbers are equal, NaN to NaN."""
    return len(found) == len(expected) and all(
        a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(found, expected, strict=True)
    )


CORPUS = corpus()


@pytest.mark.parametrize("case", CORPUS, ids=[f"{n}-{case.style}" for n, case in enumerate(CORPUS)])
def test_no_line_of_the_corpus_is_misread(case: Case) -> None:
    """Every value of the metric is read completely, and nothing else is; or the output is refused."""
    reader = LineReader(case.metric)
    found: list[float] = []
    with contextlib.suppress(UnclearNumber):
        for record in reader.records(case.output.encode()):
            found.append(record[case.metric])  # noqa: PERF401 -- what was read before an error is kept
    found += [value for name, value in reader.final().items() if name == case.metric]
    assert same(found, case.expected)


def test_the_corpus_is_large_enough() -> None:
    """It has at least 150 cases in sixty styles."""
    assert len(CORPUS) >= 150
    assert len({case.style for case in CORPUS}) >= 60


def test_blocks_may_be_cut_between_any_lines() -> None:
    """The result does not depend on how the lines arrive."""
    output = "\n".join(["words and 1 number"] * 1200 + [case.output for case in CORPUS])
    whole = LineReader("val_loss")
    at_once = [*whole.records(output.encode()), whole.final()]
    line_by_line = LineReader("val_loss")
    records = [record for line in output.encode().split(b"\n") for record in line_by_line.records(line)]
    assert repr([*records, line_by_line.final()]) == repr(at_once)


def test_metrics_gather_until_the_searchs_own_completes_an_epoch() -> None:
    """Metrics after the last epoch are final."""
    reader = LineReader("val_loss")
    output = b"""train loss 0.9
{"train_acc": 0.5}
val_loss: 0.8
{"train_acc": 0.6}
{"val_loss": 0.7}
test loss 1.64
{"test_acc": 0.75, "model": "big"}"""
    assert list(reader.records(output)) == [
        {"train_loss": 0.9, "train_acc": 0.5, "val_loss": 0.8},
        {"train_acc": 0.6, "val_loss": 0.7},
    ]
    assert reader.final() == {"test_loss": 1.64, "test_acc": 0.75}
    assert reader.final() == {}


def test_settings_that_a_program_prints_are_not_metrics() -> None:
    """They are seen, so that an error can name them, but not recorded."""
    reader = LineReader("val_loss")
    settings = b"Namespace(loss=64, lr=0.1)\n{'seed': 3}\nbatch_size: 64\nhidden = 5"
    assert list(reader.records(settings + b"\nval_loss: 1")) == [{"val_loss": 1.0}]
    assert set(reader.seen) == {"seed", "batch_size", "hidden", "val_loss"}


def test_each_metric_knows_the_line_it_came_from() -> None:
    """It has the first line, as a terminal shows it, and how often it was found."""
    reader = LineReader("val_loss")
    list(reader.records(b"\x1b[1mval_loss: 0.5\x1b[0m\nval_loss: 0.4\n{'lr': 0.1, 'acc': 0.3}"))
    sighting = reader.seen["val_loss"]
    assert (sighting.line, sighting.style, sighting.value, sighting.times) == (
        "val_loss: 0.5",
        "text",
        0.5,
        2,
    )
    assert reader.seen["acc"].style == "object"


def test_what_is_not_an_object_after_all_is_read_line_by_line() -> None:
    """A brace that is never closed hides nothing."""
    reader = LineReader("val_loss")
    assert list(reader.records(b"{\nval_loss: 0.5")) == [{"val_loss": 0.5}]
    reader = LineReader("val_loss")
    assert list(reader.records(b'{\n"x": 1,\nval_loss: 0.5')) == []
    assert reader.final() == {"val_loss": 0.5}
    cut = LineReader("val_loss")
    lines = b"\n".join([b"{", *[b'"x": 1'] * 250, b"val_loss: 0.5"])
    assert list(cut.records(lines)) == [{"val_loss": 0.5}]


def test_patterns_gather_and_keep_final_figures() -> None:
    """A metric after the last epoch is final, as without patterns."""
    reader = PatternReader({"val_loss": "val loss {}", "acc": r"acc=(\S+)"}, "val_loss")
    records = list(reader.records(b"acc=50%\nval loss 1,980.02\nval loss nan\nacc=0.75"))
    assert repr(records) == "[{'acc': 50.0, 'val_loss': 1980.02}, {'val_loss': nan}]"
    assert reader.final() == {"acc": 0.75}
    assert reader.seen["val_loss"].line == "val loss 1,980.02"


def test_a_pattern_that_cuts_a_number_raises() -> None:
    """The wrong value never reaches a record."""
    reader = PatternReader({"loss": r"loss=([\d.]+)"}, "loss")
    with pytest.raises(MisreadNumber, match=r"captures '1.1' of '1.1e-06'"):
        list(reader.records(b"loss=1.1e-06"))


@pytest.mark.parametrize(
    "output",
    [
        "loss: 0.5\nloss: 0,4",
        "loss=1.5\nepoch 2, loss=0,954, acc=0.3",
        "val loss 3\nloss 12,5%",
        "epoch  loss\n1  0.5\n2  0,4",
    ],
)
def test_a_decimal_comma_is_an_error(output: str) -> None:
    """Otherwise an earlier epoch would count as the last one."""
    with pytest.raises(UnclearNumber, match="with a decimal point"):
        list(LineReader("loss").records(output.encode()))
    assert list(LineReader("acc").records(output.encode())) in ([], [{"loss": 1.5, "acc": 0.3}])


@pytest.mark.parametrize(
    "text", ["1.#QNAN", "-1.#IND", "1.2M", "1 234.5", "1'234.5", "12e", "1.2 x 10^-3", "0x1p-3"]
)
@pytest.mark.parametrize("metric", ["val_loss", "rmse"])
def test_an_unclear_number_in_a_line_that_reported_before_is_an_error(metric: str, text: str) -> None:
    """Otherwise an earlier epoch would count as the last one."""
    output = f"epoch 1 {metric}: 0.5\nepoch 2 {metric}: {text}\n"
    with pytest.raises(UnclearNumber, match=r"cannot be read as one number in the line .epoch 2"):
        list(LineReader(metric).records(output.encode()))


@pytest.mark.parametrize(
    "table",
    [
        "epoch  loss\n1  0.5\n2  1.2M",
        "| epoch | loss |\n|---|---|\n| 1 | 0.5 |\n| 2 | 1.#QNAN |",
        "epoch,loss,acc\n1,0.5,0.2\n2,0x1p-3,0.3",
    ],
)
def test_an_unclear_number_in_a_table_is_an_error(table: str) -> None:
    """Otherwise its row would be skipped, and the one before would count as the last."""
    with pytest.raises(UnclearNumber, match="in a table"):
        list(LineReader("loss").records(table.encode()))
    after = "epoch  loss\n1  0.5\nfinished  12s\n"
    assert [record["loss"] for record in LineReader("loss").records(after.encode())] == [0.5]


def test_a_text_of_a_number_in_an_object_is_that_number() -> None:
    """JSON encoders without NaN write it as text."""
    records = list(LineReader("loss").records(b'{"loss": "0.5"}\n{"loss": "NaN"}\n'))
    assert [str(record["loss"]) for record in records] == ["0.5", "nan"]


@pytest.mark.parametrize(
    "other",
    ["loss: 3/4", "loss: 0.5 -> 0.4", "loss: N/A", "took loss: 3s", "train_loss: 5M", "loss at 12:30"],
)
def test_what_is_clearly_no_report_is_passed_over(other: str) -> None:
    """Logs often contain changes, fractions, words, times and other metrics."""
    assert list(LineReader("loss").records(f"loss: 0.5\n{other}\n".encode())) == [{"loss": 0.5}]


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("step 20 train loss: 3 test loss: 2\ntest loss 2 is the best so far", [2.0]),
        ("{'loss': 0.5, 'epoch': 1.0}\n***** metrics *****\n  epoch = 1.0\n  loss   =     0.5000", [0.5]),
        (
            'epoch 1: loss 0.5\n{"epoch": 1, "loss": 0.5}\nepoch 2: loss 0.5\n{"epoch": 2, "loss": 0.5}',
            [0.5, 0.5],
        ),
        ("loss: 0.5\nloss: 0.5", [0.5, 0.5]),
        ("epoch 1 loss 0.5\nepoch 2 loss 0.5 *", [0.5, 0.5]),
        ("epoch 1 loss 0.5\nfinal loss: 0.4", [0.5]),
        ("loss: 0.5\nloss = 0.4", [0.5, 0.4]),
    ],
)
def test_what_only_repeats_an_epoch_is_none(output: str, expected: list[float]) -> None:
    """The same value in other words is not an epoch, so that all trials' curves have the same epochs."""
    metric = "test_loss" if "test loss" in output else "loss"
    reader = LineReader(metric)
    assert [record[metric] for record in reader.records(output.encode())] == expected
    assert metric not in reader.final()


def test_lines_of_several_kinds_are_told_apart() -> None:
    """Kinds of line differ by the text before the metric, apart from numbers."""
    reader = LineReader("Acc@1")
    output = b"""Epoch: [0][10/90]\tLoss 1.2 (1.3)\tAcc@1  50.00 ( 55.00)
Epoch: [0][20/90]\tLoss 1.1 (1.3)\tAcc@1  51.00 ( 55.00)
Test: [ 0/10]\tLoss 1.2 (1.3)\tAcc@1  60.00 ( 60.00)
 * Acc@1 71.234 Acc@5 90.100"""
    list(reader.records(output))
    assert [line[:6] for line in reader.seen["Acc@1"].kinds] == ["Epoch:", "Test: ", "* Acc@"]
    same = LineReader("loss")
    list(same.records(b"epoch 1 loss 0.5\nepoch 2 loss 0.4 *\nepoch 10 loss 1e-5 (best)"))
    assert len(same.seen["loss"].kinds) == 1
