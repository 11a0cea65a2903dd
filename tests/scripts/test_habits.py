"""Tests of common practice: which options are searched, and in which ranges."""

from typing import Any

import pytest

from hpsearch.scripts.habits import propose
from hpsearch.scripts.script import UNKNOWN, Option, kind_of


def section(name: str, default: Any = UNKNOWN, kind: Any = None, **more: Any) -> Any:
    """The section that is proposed for an option."""
    return propose(Option(name, f"--{name} {{}}", kind or kind_of(default), default, **more)).section


@pytest.mark.parametrize(
    ("name", "default", "expected"),
    [
        ("lr", 1e-3, {"prior": "log", "min": 1e-5, "max": 0.1}),
        ("learning_rate", 0.1, {"prior": "log", "min": 1e-3, "max": 1.0}),
        ("optimizer.lr", 3e-4, {"prior": "log", "min": 3e-6, "max": 0.03}),
        ("LR", 5.0, {"prior": "log", "min": 0.05, "max": 5.0}),
        ("lr", UNKNOWN, {"prior": "log", "min": 1e-5, "max": 0.1}),
        ("actorLearningRate", 1e-3, {"prior": "log", "min": 1e-5, "max": 0.1}),
        ("lr_actor", 1e-3, {"prior": "log", "min": 1e-5, "max": 0.1}),
        ("momentum", 0.9, {"prior": "reverse_log", "min": 0.5, "max": 0.99}),
        ("beta2", 0.999, {"prior": "reverse_log", "min": 0.99, "max": 0.9999}),
        ("momentum", 0.0, {"prior": "reverse_log", "min": 0.0, "max": 0.99}),
        ("ema_decay", 1.0, None),
        ("dropout", 0.1, {"min": 0.0, "max": 0.5}),
        ("attention_dropout_rate", 0.0, {"min": 0.0, "max": 0.5}),
        ("attn_pdrop", 0.6, {"min": 0.0, "max": 0.6}),
        ("label_smoothing", 0.1, {"min": 0.0, "max": 0.2}),
        ("weight_decay", 1e-4, {"prior": "log", "min": 1e-6, "max": 0.01}),
        ("weight-decay", 0.0, {"prior": "log", "min": 1e-6, "max": 0.01}),
        ("batch_size", 64, {"values": [16, 32, 64, 128, 256]}),
        ("per_device_train_batch_size", 8, {"values": [2, 4, 8, 16, 32]}),
        ("batch_size", 100, {"values": [32, 64, 100, 128, 256, 512]}),
        ("batch_size", 1, {"values": [1, 2, 4]}),
        ("hidden_size", 128, {"type": "int", "prior": "log", "min": 32, "max": 512}),
        ("num_hidden_layers", 4, {"type": "int", "min": 2, "max": 8}),
        ("n_embd", 384, {"values": [96, 192, 384, 768, 1536]}),
        ("n_head", 4, {"values": [1, 2, 4, 8, 16]}),
        ("gamma", 0.99, {"prior": "reverse_log", "min": 0.9, "max": 0.999}),
        ("gamma", 0.7, {"min": 0.1, "max": 0.99}),
        ("gamma", 0.01, {"prior": "log", "min": 1e-4, "max": 1.0}),
        ("C", 1.0, {"prior": "log", "min": 0.01, "max": 1000.0}),
        ("max_grad_norm", 1.0, {"prior": "log", "min": 0.1, "max": 10.0}),
        ("grad_clip", 0.0, None),
        ("warmup_ratio", 0.0, {"min": 0.0, "max": 0.2}),
        ("warmup_steps", 100, {"type": "int", "prior": "log", "min": 25, "max": 400}),
        ("n_estimators", 100, {"type": "int", "prior": "log", "min": 25, "max": 400}),
        ("subsample", 1.0, {"min": 0.5, "max": 1.0}),
        ("max_depth", 6, {"type": "int", "min": 3, "max": 12}),
        ("nesterov", False, {"values": [True, False]}),
        ("use_layer_norm", True, {"values": [True, False]}),
    ],
)  # fmt: skip
def test_ranges_follow_the_name_and_the_default(name: str, default: Any, expected: Any) -> None:
    """A learning rate gets two decades each way, a batch size powers of two, and so on."""
    kind = "float" if default is UNKNOWN else None
    assert section(name, default, kind) == expected


@pytest.mark.parametrize(
    "name",
    ["seed", "epochs", "max_iters", "num_workers", "device", "out_dir", "data_dir", "log_interval",
     "wandb_project",
     "no_cuda", "test_batch_size", "eval_iters", "min_lr", "adam_epsilon", "num_classes", "resume", "verbose",
     "local_rank", "fp16", "save_every", "checkpoint_path", "config", "image_size", "patience"],
)  # fmt: skip
def test_what_does_not_change_training_is_not_searched(name: str) -> None:
    """Examples are seeds, paths, logging, the machine, the task and the length of training."""
    proposal = propose(Option(name, "", "int", 3))
    assert proposal.section is None
    assert "does not say" not in proposal.reason


def test_choices_and_unknown_names() -> None:
    """The choices of an optimizer are searched; an unknown name is left to the user."""
    assert section("optimizer", "sgd", choices=("sgd", "adam")) == {"values": ["sgd", "adam"]}
    assert section("optimizer", "sgd") is None
    assert section("dataset", "mnist", choices=("mnist", "cifar")) is None
    assert propose(Option("foo", "", "float", 0.5)).reason.startswith("its name does not say")


def test_a_default_is_in_its_range() -> None:
    """This lets it be tried first."""
    names = ("lr", "momentum", "dropout", "weight_decay", "gamma", "subsample", "temperature", "warmup_ratio")
    for name in names:
        for default in (1e-6, 0.003, 0.1, 0.5, 0.9, 0.97, 0.9999, 1.0, 7.5):
            found = section(name, default)
            assert found is None or found["min"] <= default <= found["max"], (name, default, found)
            assert found is None or found["min"] < found["max"], (name, default, found)
