"""Tests of knowing what the training loops of libraries print."""

from pathlib import Path

import pytest

from tests.scripts.test_printed_metrics import metrics


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "from transformers import Trainer\ndef m(p):\n    return {'f1': 1}\nTrainer(compute_metrics=m)",
            ["eval_loss", "eval_f1"],
        ),
        ("import keras\nm.compile('sgd', metrics=['accuracy'])\nm.fit(x, y, epochs=3, validation_split=.1)",
         ["val_loss", "val_accuracy"]),
        ("import keras\nm.fit(x, y, epochs=3, verbose=0)", []),
        ("import keras\nfrom sklearn.svm import SVC\nSVC().fit(x, y)", []),
        ("import xgboost as x\np = {'eval_metric': 'auc'}\nx.train(p, d, evals=[(d, 'train'), (v, 'val')])",
         ["val-auc"]),
        ("import lightgbm as b\np = {'metric': 'l2'}\nb.train(p, callbacks=[b.log_evaluation()])",
         ["valid_0_l2"]),
    ],
)  # fmt: skip
def test_what_a_library_prints_is_known(tmp_path: Path, code: str, expected: list[str]) -> None:
    """It is known if the library is configured to print and to evaluate."""
    assert [name for name, _ in metrics(tmp_path, code)] == expected
