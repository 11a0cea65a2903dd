"""Tests of reading programs in other languages than Python."""

from pathlib import Path

import pytest

from hpsearch.scripts import UnreadableScript, metrics_of_text, read_shell

SHELL = """#!/bin/bash
LR=${LR:-0.1}
: "${STEPS:=3}"
WIDTH=16  # units
echo "${1:-none}"
case $1 in
  -w|--hidden-size) WIDTH="$2"; shift 2;;
  --rate) rate=$2; shift 2;;
esac
"""


def test_a_shell_script_is_read_by_its_text(tmp_path: Path) -> None:
    """Options of a case with the defaults of their variables, and variables with a default of their own."""
    (tmp_path / "t.sh").write_text(SHELL)
    found = [(o.name, o.flag, o.variable, o.default, o.line) for o in read_shell(tmp_path / "t.sh").options]
    assert found == [
        ("hidden_size", "--hidden-size {}", "", 16, 4),
        ("rate", "--rate {}", "", None, 0),
        ("LR", "", "LR", 0.1, 2),
        ("STEPS", "", "STEPS", 3, 3),
    ]
    with pytest.raises(UnreadableScript, match="No such file"):
        read_shell(tmp_path / "none.sh")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('echo "val_loss=$v after $e"', ["val_loss"]),
        ('printf "Accuracy: %.2f%%\\n" "$a"', ["Accuracy"]),
        ('awk -v a=1 \'BEGIN { printf "epoch %d val_loss=%.4f\\n", e, a }\'', ["val_loss"]),
        ('echo "test_acc: $(awk "BEGIN{print 1}")%"', ["test_acc"]),
        ('cat("epoch", e, "val_loss:", v, "\\n")', ["val_loss"]),
        ('cat(sprintf("AUC = %.3f\\n", auc))', ["AUC"]),
        ('println("epoch $e train loss = $(round(l)) val loss = $v")', ["train_loss", "val_loss"]),
        ('std::cout << "rmse: " << r << std::endl;', ["rmse"]),
        ('fmt.Printf("loss: %f time: %d\\n", l, t)', ["loss"]),
        ('println!("val_loss={:.4}", v);', ["val_loss"]),
        ('x = "loss" + name', []),
        ('# loss: 3 is good', []),
    ],
)  # fmt: skip
def test_metrics_are_found_in_what_is_printed(tmp_path: Path, line: str, expected: list[str]) -> None:
    """In texts with whatever a language fills in."""
    (tmp_path / "t.x").write_text(line)
    assert [metric.name for metric in metrics_of_text(tmp_path / "t.x")] == expected


def test_what_is_not_text_prints_nothing_known(tmp_path: Path) -> None:
    """Such as a compiled program."""
    (tmp_path / "t").write_bytes(b"\x7fELF\xff\xfeloss: 3")
    assert metrics_of_text(tmp_path / "t") == ()
