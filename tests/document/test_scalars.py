import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.document.scalars import AmbiguousScalar, refuse_text, resolve, shown


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("1E5", 1e5),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("+3", 3),
        ("0", 0),
        ("0.50", 0.5),
        ("true", True),
        ("FALSE", False),
        ("none", "none"),
        ("10m", "10m"),
        ("y", "y"),
        ("n", "n"),
        ("1e", "1e"),
        ("1.2.3", "1.2.3"),
        ("-", "-"),
    ],
)
def test_plain_scalar(text: str, value: object) -> None:
    """An unquoted scalar means what YAML 1.2 says."""
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "Write a value or remove the key"),
        ("NULL", "Write a value or remove the key"),
        ("Off", 'Write false for the boolean, or "Off" for text'),
        ("-007", 'Write -7 for the number, or "-007" for text'),
        ("00.5", 'Write 0.5 for the number, or "00.5" for text'),
        ("0o17", 'Write 15 for the number, or "0o17" for text'),
        ("1:02:03", 'Write 1h02m03s for a duration, or "1:02:03" for text'),
        ("2024-05-01 10:00:00", 'Write "2024-05-01 10:00:00" for text'),
        ("-1,5e3", 'Write -1.5e3 for the number, or "-1,5e3" for text'),
        ("-.INF", "Write a number"),
        ("1e-999", "Write 0 or a larger number"),
    ],
)
def test_ambiguous_scalar(text: str, hint: str) -> None:
    """Text that YAML versions read differently is refused, with advice on what to write."""
    with pytest.raises(AmbiguousScalar) as error:
        resolve(text)
    assert error.value.hint == hint


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_as_python_writes_them(number: float) -> None:
    """Every number in Python's notation is read back exactly."""
    assert resolve(repr(number)) == number


@given(st.text())
def test_shown_text_is_printable(text: str) -> None:
    """No control character of untrusted text reaches the terminal."""
    assert shown(text).isprintable()


@given(st.text(alphabet=st.characters(codec=None)))
def test_accepted_text_can_be_stored(text: str) -> None:
    """A text is accepted if and only if it is valid UTF-8 without NUL."""
    try:
        storable = "\0" not in text.encode().decode()
    except UnicodeEncodeError:
        storable = False
    assert (not refuse_text(text)) == storable
