"""Tests of reading programs in languages other than Python."""

from pathlib import Path

import pytest

from hpsearch.scripts import UNKNOWN, UnreadableScript, metrics_of_text, read_shell, read_text_program

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
    """It finds options in case statements, with their variables' defaults, and variables with their own."""
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
    """They are found in format strings of any language."""
    (tmp_path / "t.x").write_text(line)
    assert [metric.name for metric in metrics_of_text(tmp_path / "t.x")] == expected


def test_what_is_not_text_prints_nothing_known(tmp_path: Path) -> None:
    """An example is a compiled program."""
    (tmp_path / "t").write_bytes(b"\x7fELF\xff\xfeloss: 3")
    assert metrics_of_text(tmp_path / "t") == ()


R = """
option_list <- list(
  make_option(c("-l", "--lr"), type="double", default=0.1, help="Learning rate [default %default]"),
  make_option("--hidden-size", type = "integer", default = 16L),
  make_option("--bias", action="store_true", default=TRUE, help='Whether'),
  make_option("--n", default=NULL))
"""
JULIA = """
@add_arg_table! s begin
    "--lr"
        help = "learning rate"
        arg_type = Float64
        default = 1e-3
    "--epochs"
        arg_type = Int
        default = 10
    "--amp"
        action = :store_true
end
"""
NODE = """
program.option('--lr <number>', 'Learning rate. Default is 0.1.').option("--depth <n>", { default: 3 })
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            R,
            [
                ("lr", "float", 0.1),
                ("hidden_size", "int", 16),
                ("bias", "bool", True),
                ("n", "unknown", None),
            ],
        ),
        (JULIA, [("lr", "float", 1e-3), ("epochs", "int", 10), ("amp", "bool", False)]),
        (NODE, [("lr", "unknown", UNKNOWN), ("depth", "int", 3)]),
    ],
    ids=["R", "Julia", "Node"],
)
def test_declared_options_are_found_in_other_languages(
    tmp_path: Path, text: str, expected: list[tuple[object, ...]]
) -> None:
    """They have kinds and defaults, and are found without running the program."""
    (tmp_path / "t.R").write_text(text)
    options = read_text_program(tmp_path / "t.R").options
    assert [(option.name, option.kind, option.default) for option in options] == expected
    assert all(option.flag.startswith("--") for option in options)
