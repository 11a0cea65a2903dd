"""Tests of arithmetic over parameter values."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.expressions import DEEPEST, LARGEST_BITS, Expression, ExpressionError, Value

VALUES: dict[str, Value] = {
    "k": 5, "x": 0.5, "on": True, "kind": "adam", "model.lr": 0.1, "hidden_1": 64, "hidden_2": 32,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2**k", 32),
        ("2 ** -k", 0.03125),
        ("hidden_1*2", 128),
        (" hidden_1 // 3 ", 21),
        ("hidden_1 / 2", 32.0),
        ("-k % 3", 1),
        ("model.lr * 10", 1.0),
        ("hidden_1 >= hidden_2", True),
        ("hidden_1 > hidden_2 > 32", False),
        ("kind == 'adam' and not x > 1", True),
        ("kind in ['sgd', 'adam']", True),
        ("k not in (1, 2)", True),
        ("on == 1", False),
        ("on == true or on == false", True),
        ("k if on else x", 5),
        ("max(k, x, 7)", 7),
        ("round(x * 3.3, 1)", 1.6),
        ("int(sqrt(hidden_1))", 8),
        ("log2(hidden_1)", 6.0),
        ("1 if k == 5 else missing", 1),
        ("hidden_1\n  + 1", 65),
        ("kind", "adam"),
        ("+k", 5),
    ],
)
def test_expressions_have_values(text: str, value: Value) -> None:
    """Values are as in Python; integers remain integers."""
    found = Expression(text).evaluate(VALUES)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("k +", 4, "is not an expression"),
        ("", 1, "is not an expression"),
        ("2 * (k", 5, "is not an expression"),
        ("k + open('f')", 5, "has no function open; the functions are abs, ceil"),
        ("k.__class__()", 1, "can only compute"),
        ("'a'.join([k])", 1, "can only compute"),
        ("k + [1]", 5, "can only compute"),
        ("lambda: k", 1, "can only compute"),
        ("(k := 3)", 2, "can only compute"),
        ("f'{k}'", 1, "can only compute"),
        ("k in 3", 6, "can have a list only after in"),
        ("k == [1]", 6, "can have a list only after in"),
        ("k is 3", 1, "compares with =="),
        ("max(*k)", 5, "can only compute"),
        ("max()", 1, "can only compute"),
        ("k + 1j", 5, "can only compute"),
        ("k + None", 5, "can only compute"),
        ("k & 1", 1, "can only compute"),
        ("é + open(k)", 5, "has no function open"),
        ("-" * 100 + "k", DEEPEST + 1, f"must have at most {DEEPEST} operations"),
        ("1" * 1001, 1, "must have at most 1000 characters"),
        ("k); (k", 2, "is not an expression"),
    ],
)
def test_all_else_is_refused_where_it_is(text: str, column: int, message: str) -> None:
    """No Python outside the language is evaluated."""
    with pytest.raises(ExpressionError, match=message.replace("(", r"\(")) as raised:
        Expression(text)
    assert raised.value.column == column


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("1 + y", 5, "needs y, which has no value here"),
        ("1 / (k - 5)", 1, "has no value: 1 / 0: division by zero"),
        ("kind + 1", 1, "computes with numbers only; found 'adam'"),
        ("2 * on", 5, "computes with numbers only; found True"),
        ("k and on", 1, "needs a comparison, true or false here; found 5"),
        ("9 ** 9 ** 9", 1, "is too large"),
        ("10 ** 200 * 1e200", 1, "is not a finite number"),
        ("2.0 ** 5000", 1, "has no value"),
        ("(-1) ** 0.5", 1, "is not a finite number"),
        ("sqrt(-1)", 1, "has no value"),
        ("exp(1000)", 1, "has no value"),
        ("log(1, 2, 3)", 1, "has no value"),
        ("kind < 3", 1, "computes with numbers only"),
    ],
)
def test_what_has_no_value_is_an_error(text: str, column: int, message: str) -> None:
    """The error names the position, and what was found there."""
    with pytest.raises(ExpressionError) as raised:
        Expression(text).evaluate(VALUES)
    assert message in str(raised.value)
    assert raised.value.column == column


def test_names_are_known_with_their_columns() -> None:
    """They do not include functions and truth values."""
    expression = Expression("max(model.lr, 2*k) > k and true")
    assert expression.names == {"model.lr", "k"}
    assert (expression.column("model.lr"), expression.column("k")) == (5, 17)


operands = st.sampled_from(["k", "x", "3", "0.25", "hidden_1", "on", "kind"])
texts = st.recursive(
    operands,
    lambda inner: st.builds(
        "({} {} {})".format,
        inner,
        st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "<", ">=", "==", "and", "or"]),
        inner,
    ),
    max_leaves=12,
)


@given(texts)
def test_a_value_is_pythons_or_there_is_none(text: str) -> None:
    """If the language gives a value, Python gives the same one; and none is unbounded."""
    try:
        value = Expression(text).evaluate(VALUES)
    except ExpressionError:
        return
    names = {name: value for name, value in VALUES.items() if name.isidentifier()}
    assert isinstance(value, bool) or not isinstance(value, int) or value.bit_length() <= LARGEST_BITS
    if "==" not in text:  # 1 == true is false here
        code = compile(ast.parse(text, mode="eval"), "", "eval")
        assert value == eval(code, {}, names)  # noqa: S307 -- of the strategy above
