"""Tests of finding the settings in a Python file."""

import ast
from textwrap import dedent

import pytest

from hpsearch.document.python_constants import constants


def found(code: str) -> dict[str, str]:
    """The settings, with their values as text."""
    return {name: ast.unparse(node) for name, node in constants(ast.parse(dedent(code)))}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("lr, n = 0.1, 2\nk: int = 3", {"lr": "0.1", "n": "2", "k": "3"}),
        ("class C:\n    lr = 0.1\n    class Data:\n        batch = 8", {"C.lr": "0.1", "C.Data.batch": "8"}),
        ("class C:\n    lr: float = field(default=0.1)\n    k: list = field(default_factory=list)",
         {"C.lr": "0.1", "C.k": "field(default_factory=list)"}),
        ("c = dict(lr=0.1, m={'n': 4})",
         {"c": "dict(lr=0.1, m={'n': 4})", "c.lr": "0.1", "c.m": "{'n': 4}", "c.m.n": "4"}),
        ("c = EasyDict({'lr': 0.1})", {"c": "EasyDict({'lr': 0.1})", "c.lr": "0.1"}),
        ("args.lr = 0.1\ncfg['wd'] = 0.2", {"args.lr": "0.1", "cfg.wd": "0.2"}),
        ("opt = torch.optim.SGD(p, lr=0.1)\nfit(Adam(learning_rate=0.2))",
         {"opt": "torch.optim.SGD(p, lr=0.1)", "opt.lr": "0.1", "Adam.learning_rate": "0.2"}),
        ("x = DataLoader(d, batch_size=8)", {"x": "DataLoader(d, batch_size=8)"}),
        ("if __name__ == '__main__':\n    lr = 0.1", {"lr": "0.1"}),
        ("def main(lr=0.1, wd=0.2, *, k=3):\n    drop = 0.5\n    rate = lr * 2\nmain(1, k=2)",
         {"main.wd": "0.2", "main.drop": "0.5"}),
        ("def unused(lr=0.1):\n    drop = 0.5", {}),
        ("class C:\n    lr = 0.1\n    wd = 0.2\nc = C(lr=0.3)", {"C.wd": "0.2", "c": "C(lr=0.3)"}),
    ],
)  # fmt: skip
def test_settings_have_dotted_names(code: str, expected: dict[str, str]) -> None:
    """Names include their class, dictionary, namespace, optimizer or function; overridden ones are not."""
    assert found(code) == expected
