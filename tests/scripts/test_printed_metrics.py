"""Tests of finding the metrics that a script reports."""

from pathlib import Path

import pytest

from hpsearch.scripts import read_script
from hpsearch.scripts.printed_metrics import best_candidates, likely_goal


def metrics(directory: Path, code: str) -> list[tuple[str, str]]:
    """The names of the metrics that a script reports, and how it reports them."""
    path = directory / "train.py"
    path.write_text(code)
    return [(metric.name, metric.how) for metric in read_script(path).metrics]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('print(f"step {e}: loss {a:.4f}, val loss {b:.4f}")', [("loss", "print"), ("val_loss", "print")]),
        ('print("Epoch: {} Acc@1 {:.2f}".format(e, a))', [("Acc@1", "print")]),
        ('print("val_acc:", acc, "time", t)', [("val_acc", "print")]),
        ('print("loss: %.3f time %d" % (a, b))', [("loss", "print")]),
        ('logging.info("epoch:% 3d, test_loss: %.4f", e, a)', [("test_loss", "print")]),
        ('print({"val_loss": a, "epoch": 1})', [("val_loss", "print")]),
        ('import json\nprint(json.dumps({"val_loss": a}))', [("val_loss", "print")]),
        ('import json\njson.dump({"val_loss": a}, file)', [("val_loss", "json")]),
        ('import wandb\nwandb.log({"val/loss": a, "lr": b})', [("val/loss", "log")]),
        ('self.log("val_loss", loss, prog_bar=True)', [("val_loss", "log")]),
        ('writer.add_scalar("val/loss", loss, step)', [("val/loss", "tensorboard")]),
        ('csv.DictWriter(file, fieldnames=["epoch", "val_loss"])', [("val_loss", "csv")]),
        ('bar.set_postfix(loss=a, val_loss=b)', [("loss", "print"), ("val_loss", "print")]),
        ('import math\nprint("hello", math.log(3))\nprint(f"batch size {b}")', []),
        ('writer.add_scalar("loss", a)\nprint(f"loss: {a}")', [("loss", "print")]),
    ],
)  # fmt: skip
def test_metrics_are_found_where_they_are_reported(
    tmp_path: Path, code: str, expected: list[tuple[str, str]]
) -> None:
    """They are found in formatted text, dictionaries and logging calls, by the names a reader would see."""
    assert metrics(tmp_path, code) == expected


def test_validation_losses_are_the_likely_aim(tmp_path: Path) -> None:
    """They come before test and training losses."""
    path = tmp_path / "train.py"
    path.write_text(
        'print(f"train_loss: {a}, test_acc: {b}, val_acc: {c}, best val_loss: {e}, val_loss: {d}")'
    )
    names = [metric.name for metric in best_candidates(read_script(path).metrics)]
    assert names == ["val_loss", "val_acc", "best_val_loss", "test_acc", "train_loss"]


@pytest.mark.parametrize(
    ("name", "goal"),
    [("val_loss", "minimize"), ("val_accuracy", "maximize"), ("P@1", "maximize"), ("rmse", "minimize"),
     ("episode_reward", "maximize"), ("val_error", "minimize"), ("mAP50", "maximize"), ("elbo", "maximize"),
     ("perplexity", "minimize"), ("mape", "minimize"), ("roc_auc", "maximize")],
)  # fmt: skip
def test_goals_follow_names(name: str, goal: str) -> None:
    """Errors and losses are minimized."""
    assert likely_goal(name) == goal
