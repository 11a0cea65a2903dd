from hypothesis import given
from hypothesis import strategies as st

from hpsearch.document import parse
from hpsearch.document.dump import dump
from hpsearch.document.nodes import Position, plain
from hpsearch.document.problems import Problems

TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"))
VALUES = (
    st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.sampled_from(["no", "010", "1,5", "1e5", "12:30", "~", "0o17", "null", "1_000", "<<", ".inf", "- a"])
)


LONG = st.lists(st.sampled_from(["a", "", "#", "- b", "c: d", "'e'", "{f}", "g" * 30]), min_size=40).map(
    " ".join
)
KEYS = TEXTS | st.sampled_from(["on", "1", "<<", "~"])
SECTIONS = st.dictionaries(KEYS, VALUES | LONG | st.lists(VALUES | LONG))


@given(SECTIONS | st.dictionaries(KEYS, SECTIONS | st.lists(SECTIONS)), st.booleans())
def test_what_is_written_is_read_back(data: dict[str, object], short: bool) -> None:
    """Everything that a config can contain is read back unchanged."""
    problems = Problems()
    tree = parse.compose(dump(data, short=short), Position("text", 1, 1), problems)
    assert not problems
    assert tree is not None
    assert plain(tree) == data


@given(TEXTS)
def test_what_is_written_is_printable(text: str) -> None:
    """The text has no control characters and no marks that change the writing direction."""
    assert dump({text: text, "list": [text]}).replace("\n", "").isprintable()
