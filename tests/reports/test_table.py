"""Tests of the columns of tables."""

from hypothesis import given
from hypothesis import strategies as st

from hpsearch.reports.table import Column

VALUES = st.sampled_from([0.0, -0.0, 1, 1.0, True, "1", None, 0.1, [1], {"a": 1}, 12345.678])


@given(st.lists(VALUES | st.floats(allow_nan=False)), st.booleans())
def test_rows_have_the_same_texts_together_as_alone(values: list[object], choice: bool) -> None:
    """Equal values of different types, and signed zeros, keep their own texts."""
    column = Column("x", ("values", "x"), choice=choice)
    rows = [*({"values": {"x": value}} for value in values), {"values": {}}, {}]
    for part in (rows, rows[:-2]):
        assert column.texts(part) == [column.text(row) for row in part]


def test_a_sign_of_zero_is_kept_in_a_column_of_zeros() -> None:
    """Positive and negative zero are equal numbers with different texts."""
    assert Column("x", ("x",)).texts([{"x": 0.0}, {"x": -0.0}] * 4) == ["0", "-0"] * 4
